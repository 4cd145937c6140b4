"""Agreeing, and taking it back. What was agreed to is kept as it was read; nothing of it is ever changed."""

import hashlib
from datetime import datetime

from django.db import transaction

from abonent.base.errors import DomainError
from abonent.portal.current import portal
from abonent.users import documents
from abonent.users.audit import record
from abonent.users.documents import Document
from abonent.users.models import Consent, ConsentText, ConsentWithdrawal, User


class NoSuchConsent(DomainError):  # noqa: N818 - named after the rule it states
    """The person has no such consent in force."""


class DocumentsChanged(DomainError):  # noqa: N818
    """Another version is in force than the page has shown: it must be read first."""


@transaction.atomic
def agree(*, user: User, language: str, shown: str | None = None, address: str | None, now: datetime) -> int:
    """The person agrees to all that the portal asks for now; to how much of it for the first time.

    One transaction, safe to repeat: what is agreed to already stays as it was given. `shown`: the marks of
    what the page showed (`documents.marks`); raises `DocumentsChanged` where others are in force.
    """
    if shown is not None and shown != documents.marks(one.mark for one in documents.required()):
        raise DocumentsChanged
    fresh = [one for one in documents.required() if _give(user, one.code, one.version, language, now)[1]]
    if fresh:
        marks = [one.mark for one in fresh]
        record(
            action="consent_given",
            actor=user,
            subject=f"user:{user.pk}",
            address=address,
            now=now,
            documents=marks,
        )
    return len(fresh)


@transaction.atomic
def give_consent(*, user: User, document: str, version: str, language: str = "", now: datetime) -> Consent:
    """Keep that the person agreed to this version of the document, with its text where the portal has it.

    One transaction, safe to repeat: the first time counts, until it is withdrawn.
    """
    return _give(user, document, version, language, now)[0]


@transaction.atomic
def withdraw_consent(*, user: User, consent: int, address: str | None, now: datetime) -> None:
    """The person takes a consent back: a row of its own. One transaction; repeated it raises `NoSuchConsent`.

    The cabinet then asks anew before it shows anything; whoever does not want to agree has the person's
    export and deletion (docs/domain/personal_data.md).
    """
    _lock(user)
    found = Consent.objects.filter(pk=consent, user=user, withdrawal=None).first()
    if found is None:
        raise NoSuchConsent
    ConsentWithdrawal.objects.create(consent=found, withdrawn_at=now)
    _remember(user)
    record(
        action="consent_withdrawn",
        actor=user,
        subject=f"user:{user.pk}",
        address=address,
        now=now,
        documents=[f"{found.document}={found.version}"],
    )


def _give(user: User, document: str, version: str, language: str, now: datetime) -> tuple[Consent, bool]:
    """The consent in force, and whether it is new."""
    _lock(user)
    held = Consent.objects.filter(user=user, document=document, version=version, withdrawal=None).first()
    if held is not None:
        return held, False
    text = _kept_text(document, version, language, now)
    given = Consent.objects.create(user=user, document=document, version=version, given_at=now, text=text)
    _remember(user)
    return given, True


def _lock(user: User) -> None:
    """Two clicks at one moment are one consent."""
    User.objects.select_for_update().get(pk=user.pk)


def _remember(user: User) -> None:
    """`User.agreed_to` follows the rows."""
    held = Consent.objects.filter(user=user, withdrawal=None).values_list("document", "version")
    user.agreed_to = documents.marks(f"{document}={version}" for document, version in held)
    user.save(update_fields=["agreed_to"])


def _kept_text(document: str, version: str, language: str, now: datetime) -> ConsentText | None:
    """What the page showed: kept the first time. None for a version that this portal does not have."""
    shown = next(
        (one for one in documents.required() if (one.code, one.version) == (document, version)), None
    )
    if shown is None:
        return None
    chosen = language if language in shown.text else portal().language
    words = _words(shown, chosen)
    kept, _ = ConsentText.objects.get_or_create(
        document=document,
        version=version,
        language=chosen,
        sha256=hashlib.sha256(words.encode()).hexdigest(),
        defaults={"text": words, "kept_at": now},
    )
    return kept


def _words(document: Document, language: str) -> str:
    title = (document.title or {}).get(language, "")
    return "\n\n".join(part for part in (title, document.text[language]) if part)
