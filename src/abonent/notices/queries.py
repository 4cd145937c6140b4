"""Reads of the outbox."""

from collections.abc import Sequence

from abonent.notices.models import Letter


def recent_letters(limit: int) -> Sequence[Letter]:
    """The newest letters, newest first, whether sent or waiting."""
    return list(Letter.objects.order_by("-created_at", "-pk")[:limit])
