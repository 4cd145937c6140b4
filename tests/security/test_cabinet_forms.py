"""Forms and addresses of customers that no page makes: requests, notices, one's own data, the entrance."""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from abonent.users.models import User
from tests.security.test_office import URLENCODED, Form, errors, forms_in, odd_bodies, things
from tests.test_every_url import TABLE, _address, cast

__all__ = ["cast", "errors", "things"]

#: Ends the session, asks for another language or another look of pages: not a form about anything.
LEFT_OUT = ("/logout/", "/language/", "/display/", "/office/")
ASKED = (
    "page",
    "form",
    "bill",
    "closed",
    "month",
    "year",
    "service",
    "show",
    "from",
    "until",
    "step",
    "next",
)
ODD = ("a%00b", "-1", "9999-12-31", "0001-01", "2026-10.99999999999")


def send(client: Client, form: Form, body: str) -> int:
    """One form, taken back."""
    with transaction.atomic():
        answer = client.post(form.action, body, content_type=URLENCODED)
        transaction.set_rollback(True)
    return int(answer.status_code)


@pytest.fixture
def alice(things: dict[str, Any]) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(login="alice"))
    return client


def forms_of(client: Client, things: dict[str, Any]) -> list[Form]:
    """Those of every page outside the office that this client is shown, each once."""
    found: dict[tuple[str, tuple[str, ...]], Form] = {}
    for name in TABLE:
        address = _address(name, things)
        if address.startswith(LEFT_OUT):
            continue
        answer = client.get(address)
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            ours = forms_in(name, address, answer.content.decode())
            for form in (one for one in ours if not one.action.startswith(LEFT_OUT)):
                found[form.action, tuple(field for field, _ in form.fields)] = form
    return list(found.values())


@pytest.mark.parametrize(("who", "least"), [("alice", 20), ("a visitor", 5)])
def test_no_form_of_a_customer_breaks_by_odd_values(
    things: dict[str, Any], errors: list[str], who: str, least: int
) -> None:
    client, person = Client(raise_request_exception=False), User.objects.filter(login=who).first()
    if person:
        client.force_login(person)
    forms, broken, answered = forms_of(client, things), [], 0
    assert len(forms) > least
    for form in forms:
        if person:
            client.force_login(person)  # some forms begin another session
        answers = {body: send(client, form, body) for body in odd_bodies(form)}
        answered += sum(status in (200, 422) for status in answers.values())
        broken += [f"{form.page}: {body[:200]}" for body, status in answers.items() if status >= 500]
    assert answered > 50, "pages that say what is wrong"
    assert broken == [], "\n".join(dict.fromkeys(errors))


def test_no_address_of_a_customer_breaks_by_odd_questions(
    alice: Client, things: dict[str, Any], errors: list[str]
) -> None:
    broken = []
    for name in TABLE:
        if name.startswith("office_"):
            continue
        for odd in ODD:
            with transaction.atomic():
                query = "&".join(f"{one}={odd}" for one in ASKED)
                answer = alice.get(_address(name, things).partition("?")[0] + "?" + query)
                transaction.set_rollback(True)
            if answer.status_code >= 500:
                broken.append(f"{name}: {odd[:60]}")
    assert broken == [], "\n".join(dict.fromkeys(errors))
