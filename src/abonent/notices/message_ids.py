"""The Message-ID of our letters: names the letter, and is signed, so that a report of an undelivered letter
can be believed as far as to say that its writer has seen the letter."""

import hashlib
import hmac
import re
from collections.abc import Iterator

from django.conf import settings

from abonent.notices.models import Letter
from abonent.portal.current import portal

_PURPOSE = b"abonent.notices.message_ids"
_SIGNS = 32
"""Hexadecimal, 128 bits: a mail server on the way may change the case of letters."""
_FORM = re.compile(rf"letter-(\d{{1,19}})-(\d{{14}})-([0-9a-f]{{{_SIGNS}}})@", re.IGNORECASE)


def message_id(letter: Letter) -> str:
    """`<letter-17-20261121090000-1f0c…@pes>`: the same at every attempt, so that mailboxes know a repeat."""
    named = f"letter-{letter.pk}-{letter.created_at:%Y%m%d%H%M%S}"
    return f"<{named}-{_signature(named, settings.SECRET_KEY)}@{portal().code}>"


def letters_named(text: str) -> Iterator[int]:
    """The numbers of the letters whose ids stand in `text` with a signature of ours, without repeats."""
    found = dict.fromkeys(
        int(number) for number, made, signature in _FORM.findall(text) if _is_ours(number, made, signature)
    )
    yield from found


def _is_ours(number: str, made: str, signature: str) -> bool:
    """Also of a key that was in force before."""
    keys = (settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS))
    named = f"letter-{number}-{made}"
    return any(hmac.compare_digest(_signature(named, key), signature.lower()) for key in keys)


def _signature(named: str, key: str) -> str:
    purpose = hmac.digest(key.encode(), _PURPOSE, hashlib.sha256)
    return hmac.new(purpose, named.encode(), hashlib.sha256).hexdigest()[:_SIGNS]
