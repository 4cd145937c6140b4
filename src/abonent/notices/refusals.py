"""What a mail server's no is about: the mailbox, this letter, or the moment (docs/domain/people.md).

Pure. Only the first ends what was to be sent to a mailbox: a server that takes us for a spammer, or whose
disk is full, says nothing about the person, and would take every subscriber of a big provider at once.
"""

import re
from typing import Literal

About = Literal["mailbox", "letter", "moment"]

#: RFC 3463, and what big providers answer: no such mailbox, no such domain, moved away, takes no mail
#: (a null MX, RFC 7505), closed; 5.4.1 is what Microsoft says of a mailbox that does not exist.
_MAILBOX = frozenset(
    {"5.0.0", "5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.0", "5.2.1", "5.4.1", "5.4.4"}
)
#: Permanent by its number, and passing all the same: a full mailbox; a letter that lay too long in a queue.
_PASSING = frozenset({"5.2.2", "5.4.7"})
#: Of servers that give no enhanced code (RFC 5321): no such mailbox, not here, its name not allowed.
_BARE_MAILBOX = frozenset({550, 551, 553})
_BARE_PASSING = frozenset({552})
_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")


def about(code: int | None, status: str) -> About:
    """What a refusal is about, by its reply code and its enhanced status code (`5.1.1`; empty: none)."""
    if not status:
        if code is None or code < 500 or code in _BARE_PASSING:
            return "moment"
        return "mailbox" if code in _BARE_MAILBOX else "letter"
    if not status.startswith("5.") or status in _PASSING:
        return "moment"
    return "mailbox" if status in _MAILBOX else "letter"


def enhanced(text: str) -> str:
    """The enhanced status code that stands in a server's answer; empty when there is none.

    >>> enhanced("5.1.1 <bob@example.kz>: Recipient address rejected"), enhanced("User unknown")
    ('5.1.1', '')
    """
    found = _ENHANCED.search(text)
    return found[1] if found else ""
