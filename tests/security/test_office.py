"""The office attacked from within: forms that no page makes, and addresses that no page writes."""

import re
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.signals import got_request_exception
from django.db import transaction
from django.test import Client

from abonent.users.models import StaffMembership, User
from tests.interfaces.office.test_matrix import PAGES, things
from tests.test_every_url import _address, cast

__all__ = ["cast", "things"]
URLENCODED = "application/x-www-form-urlencoded"
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.S)
FIELD = re.compile(r"<(?:input|select|textarea|button)\b([^>]*)>", re.S)
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')

#: What no browser's form would send, as it stands on the wire: NUL, halves of UTF-16 pairs, what is no UTF-8.
ODD = (
    "a%00b",
    "%ED%A0%80%FF",
    "-1",
    "9" * 400,
    "0001-01-01",
    "9999-12-31",
    "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "a" * 20_000,
    "%0D%0AX-Evil%3A+1",
)
#: These are tried in one field alone too, in so many of the last fields of a form.
ALONE, FIELDS = ("a%00b", "9999-12-31", "0001-01-01"), 4
GUESSED = (
    "number",
    "kind",
    "key",
    "ids",
    "to",
    "reason",
    "text",
    "code",
    "role",
    "organisation",
    "name",
    "day",
)


@dataclass(frozen=True)
class Form:
    """As it stands in a page: where it goes, and what it would send."""

    page: str
    action: str
    fields: tuple[tuple[str, str], ...]


def forms_in(page: str, address: str, text: str) -> Iterator[Form]:
    for head, body in FORM.findall(text):
        attributes = dict(ATTRIBUTE.findall(head))
        if attributes.get("method", "get").lower() != "post":
            continue
        fields = [dict(ATTRIBUTE.findall(one)) for one in FIELD.findall(body)]
        named = {one["name"]: unescape(one.get("value", "")) for one in fields if one.get("name")}
        named.pop("csrfmiddlewaretoken", None)
        yield Form(page, unescape(attributes.get("action", "")) or address, tuple(named.items()))


@pytest.fixture
def root(things: dict[str, Any]) -> Client:
    """An administrator of the portal itself: every page of the office is open."""
    user = User.objects.create(login="root", email="root@example.kz", email_confirmed=True)
    StaffMembership.objects.create(user=user, organisation=None, role="administrator")
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


@pytest.fixture
def errors(things: dict[str, Any]) -> Iterator[list[str]]:
    """What a page raised, as the answer does not say it."""
    found: list[str] = []

    def note(**_: Any) -> None:
        found.append("".join(traceback.format_exc().splitlines(True)[-6:]))

    got_request_exception.connect(note)
    yield found
    got_request_exception.disconnect(note)


def forms_of_the_office(client: Client, things: dict[str, Any]) -> list[Form]:
    """Those of every page, each once; and a made-up one for pages that only take forms of others."""
    found: dict[tuple[str, tuple[str, ...]], Form] = {}
    for name in PAGES:
        address = _address(name, things)
        answer = client.get(address)
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            ours = forms_in(name, address, answer.content.decode())
            for form in (one for one in ours if one.action.startswith("/office/")):
                found[form.action, tuple(field for field, _ in form.fields)] = form
        elif answer.status_code == 405:
            found[address, ()] = Form(name, address, tuple((field, "") for field in GUESSED))
    return list(found.values())


def send(client: Client, form: Form, body: str) -> int:
    """One form, taken back: rows, and what the browser keeps."""
    with transaction.atomic():
        answer = client.post(form.action, body, content_type=URLENCODED)
        transaction.set_rollback(True)
    assert client.cookies[settings.SESSION_COOKIE_NAME].value, f"{form.action} signs out"
    return int(answer.status_code)


def odd_bodies(form: Form) -> Iterator[str]:
    """Every field odd at once; each by itself, the others as they stood; and the same field many times."""
    fields = [quote(name) for name, _ in form.fields]
    for odd in ODD:
        yield "&".join(f"{name}={odd}" for name in fields)
    for changed in fields[-FIELDS:]:
        for odd in ALONE:
            yield "&".join(
                f"{quote(name)}={odd if quote(name) == changed else quote(value)}"
                for name, value in form.fields
            )
    yield "&".join(f"{name}=1&{name}=%00" for name in fields)


def test_no_form_of_the_office_breaks_by_odd_values(
    root: Client, things: dict[str, Any], errors: list[str]
) -> None:
    forms = forms_of_the_office(root, things)
    assert len(forms) > 30
    broken = [
        f"{form.page}: {body[:200]}"
        for form in forms
        for body in odd_bodies(form)
        if send(root, form, body) >= 500
    ]
    assert broken == [], "\n".join(dict.fromkeys(errors))


#: What addresses of the office are asked with, and some that none is.
ASKED = (
    "page", "state", "kind", "month", "until", "since", "of", "copy", "queue", "next", "team", "find",
    "before", "year", "organisation", "method", "form", "show", "number", "sort", "place", "audience",
)  # fmt: skip


def test_no_address_of_the_office_breaks_by_odd_questions(
    root: Client, things: dict[str, Any], errors: list[str]
) -> None:
    broken = []
    for name in PAGES:
        for odd in ("a%00b", "99999", "-1", "9999-12-31", "0001-01", "%3Cscript%3Ealert(1)%3C%2Fscript%3E"):
            with transaction.atomic():
                answer = root.get(_address(name, things) + "?" + "&".join(f"{one}={odd}" for one in ASKED))
                transaction.set_rollback(True)
            if answer.status_code >= 500 or b"<script>alert" in answer.getvalue():
                broken.append(f"{name}: {odd[:60]}")
    assert broken == [], "\n".join(dict.fromkeys(errors))
