"""What this portal asks people to agree to: its agreement, and consents that must stand by themselves.

Russia (152-FZ, art. 9, as of 1 September 2025): consent to the processing of personal data is a document of
its own, not a line of another. Kazakhstan (94-V, art. 8): consent is written or electronic, and is withdrawn
likewise. Which a portal asks for, its profile says (`sign_up.agreement`, `sign_up.consents`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from abonent.portal.current import portal

MUST_AGREE = "must_agree"
"""Of a session: its person has to agree before the cabinet is shown."""


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its version; texts and titles by language."""

    code: str
    version: str
    text: Mapping[Any, str]
    title: Mapping[Any, str] | None = None
    """None: the agreement, which the pages name."""

    @property
    def mark(self) -> str:
        return f"{self.code}={self.version}"


def required() -> tuple[Document, ...]:
    """What people agree to here, in the order of the profile; nothing where it asks for nothing."""
    sign_up = portal().sign_up
    found = []
    if sign_up.agreement is not None:
        found.append(Document("agreement", sign_up.agreement_version, sign_up.agreement))
    found += [Document(one.code, one.version, one.text, one.title) for one in sign_up.consents]
    return tuple(found)


def marks(documents: Iterable[str]) -> str:
    """Of marks, each once and in order, what `User.agreed_to` keeps.

    >>> marks(["personal_data=1", "agreement=2", "agreement=2"])
    'agreement=2 personal_data=1'
    """
    return " ".join(sorted(set(documents)))


def missing(agreed_to: str) -> tuple[Document, ...]:
    """What a person who agreed to that has still to agree to."""
    agreed = set(agreed_to.split())
    return tuple(one for one in required() if one.mark not in agreed)
