"""Who is told what about links, in the reader's language. Outbox rows of the caller's transaction."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from abonent.accounts import not_me
from abonent.accounts.masking import masked_email
from abonent.accounts.models import AccountLink
from abonent.notices.addresses import absolute
from abonent.notices.operations import NotAMailbox, write_letter
from abonent.portal.current import portal
from abonent.users.models import StaffMembership, User


def _write(kind: str, to: str, user: User | None, now: datetime, **context: Any) -> None:
    """One letter. An address of billing's that cannot be written to holds nothing up."""
    language = (user.language if user else "") or portal().language
    with suppress(NotAMailbox):
        write_letter(
            template=f"accounts/letters/{kind}.txt",
            to=to,
            user=user,
            language=language,
            now=now,
            context=context,
        )


def _readers(link: AccountLink, weak: bool) -> dict[str, tuple[str, User | None]]:
    """Mailbox -> (address, person): everybody linked already; for a weak proof also the contact billing
    knows."""
    others = AccountLink.objects.filter(account_id=link.account_id, ended_at=None).exclude(
        user_id=link.user_id
    )
    found: dict[str, tuple[str, User | None]] = {
        other.user.email.lower(): (other.user.email, other.user) for other in others.select_related("user")
    }
    contact = link.account.contact_email if weak else ""
    found.setdefault(contact.lower(), (contact, None))
    return {
        mailbox: reader for mailbox, reader in found.items() if mailbox not in ("", link.user.email.lower())
    }


def tell_of_new_link(*, link: AccountLink, weak: bool, now: datetime) -> None:
    """Time, masked e-mail and a «not me» link, to those who can tell whether the new link is right."""
    for to, user in _readers(link, weak).values():
        _write(
            "account_linked",
            to,
            user,
            now,
            number=link.account.number,
            when=timezone.localtime(link.created_at).strftime("%d.%m.%Y, %H:%M"),
            email=masked_email(link.user.email) or "—",
            link=absolute(reverse("link_not_me", args=[not_me.token(link=link.public_id, now=now)])),
        )


def tell_of_ended_link(*, link: AccountLink, now: datetime) -> None:
    """To the person whose link somebody else ended, and why."""
    if link.user.email:
        _write(
            "account_link_ended",
            link.user.email,
            link.user,
            now,
            number=link.account.number,
            reason=link.end_reason,
        )


def raise_alarm(*, kind: str, organisation_id: int | None, now: datetime) -> None:
    """To the staff of the organisation and of the portal itself. `kind`: organisation or neighbours."""
    told = {organisation_id, None}
    for member in StaffMembership.objects.select_related("user").filter(user__is_active=True):
        if member.organisation_id in told and member.user.email:
            _write(
                f"alarm_{kind}", member.user.email, member.user, now, link=absolute(reverse("office_linking"))
            )
