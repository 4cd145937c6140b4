"""A report of an undelivered letter (RFC 3464) -> whose it is and what it says. Pure: the standard library.

Reports are written by mail servers, and by anybody who likes to: nothing here is believed but the names of
letters, and those only with our signature (message_ids.py).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message

from abonent.notices.refusals import About, about, enhanced

_WORST: dict[About, int] = {"moment": 0, "letter": 1, "mailbox": 2}
_REPLY = re.compile(r"(?<![\d.])([245]\d\d)(?![\d.])")
_VAGUE = re.compile(r"[245]\.0\.0")
#: What a report may name our letter in.
_NAMED_BY = ("In-Reply-To", "References", "Original-Envelope-Id")


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What came back: text in which our letter is named, what the refusal is about, and in whose words."""

    names: str
    about: About
    reason: str


def read_report(raw: bytes) -> DeliveryReport | None:
    """None for any other mail: an answer of a person, a holiday notice, an advertisement, parts in parts
    without an end."""
    try:
        return _read(message_from_bytes(raw))
    except RecursionError:
        return None


def _read(report: Message) -> DeliveryReport | None:
    if report.get_content_type() != "multipart/report":
        return None
    parts = list(report.walk())
    status = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    if status is None or not status.is_multipart():
        return None
    fields = [block for block in status.get_payload() if isinstance(block, Message)]
    verdicts = [_verdict(block) for block in fields if _field(block, "Action").lower() == "failed"]
    worst, reason = max(verdicts, key=lambda one: _WORST[one[0]], default=("moment", ""))
    return DeliveryReport(" ".join(_names([report, *fields], parts)), worst, reason)


def _field(block: Message, name: str) -> str:
    return str(block.get(name) or "").strip()


def _verdict(block: Message) -> tuple[About, str]:
    """Of one recipient's block: a vague status (`5.0.0`) is told apart by the server's own words."""
    status, said = enhanced(_field(block, "Status")), _field(block, "Diagnostic-Code")
    code = _REPLY.search(said)
    if not status or _VAGUE.fullmatch(status):
        status = enhanced(said) or ("" if code else status)
    return about(int(code[1]) if code else None, status), said or status


def _names(headed: list[Message], parts: list[Message]) -> Iterator[str]:
    for one in headed:
        yield from (_field(one, name) for name in _NAMED_BY)
    for part in parts:
        if part.get_content_type() == "message/rfc822":
            returned = part.get_payload()
            if isinstance(returned, list) and returned and isinstance(returned[0], Message):
                yield _field(returned[0], "Message-ID")
        elif part.get_content_type() == "text/rfc822-headers":
            text = part.get_payload(decode=True)
            if isinstance(text, bytes):
                yield _field(message_from_string(text.decode("ascii", "replace")), "Message-ID")
