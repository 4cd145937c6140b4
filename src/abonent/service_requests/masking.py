"""A request as staff see it while they look through the customer's eyes: who somebody is stays hidden.

Phones and e-mails that stand in a field of their own are masked as on the account's page; in free words (a
message, an answer, a file's name) what looks like one is, and the names of the payer and of whoever asked.
The rules: docs/domain/office.md, «The look». Pure, but for the copy of a row that is never saved.
"""

from collections.abc import Collection, Iterable
from copy import copy
from dataclasses import replace
from typing import Any

from abonent.accounts.masking import masked_email, masked_phone, masked_words
from abonent.service_requests.models import ServiceRequest
from abonent.service_requests.reading import EventLine


def names_in(request: ServiceRequest) -> tuple[str, ...]:
    """Of those whom a request may name: the account and its author are read along."""
    author = request.user.full_name if request.user else ""
    return tuple(name for name in (request.account.payer, author) if name)


def masked_request(request: ServiceRequest) -> ServiceRequest:
    """A copy to be shown."""
    names, shown = names_in(request), copy(request)
    shown.text = masked_words(request.text, names)
    shown.rating_text = masked_words(request.rating_text, names)
    shown.phone = masked_phone(request.phone)
    shown.answers = [_answer(one, names) for one in request.answers]
    return shown


def _answer(one: dict[str, Any], names: Collection[str]) -> dict[str, Any]:
    def hidden(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if one["type"] == "phone":
            return masked_phone(value)
        return masked_email(value) if one["type"] == "email" else masked_words(value, names)

    shown = {language: hidden(words) for language, words in one["shown"].items()}
    return one | {"value": hidden(one["value"]), "shown": shown}


def masked_events(events: Iterable[EventLine], names: Collection[str]) -> tuple[EventLine, ...]:
    """What was said, and the names of the files."""
    return tuple(
        replace(
            one,
            text=masked_words(one.text, names),
            files=tuple(replace(file, name=masked_words(file.name, names)) for file in one.files),
        )
        for one in events
    )
