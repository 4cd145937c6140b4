"""The office attacked from within: forms that no page makes, and addresses that no page writes."""

import csv
import io
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

from abonent.accounts.models import Account
from abonent.announcements.models import Announcement
from abonent.metering.models import Meter
from abonent.portal import current
from abonent.portal.models import Organisation, Service, SettingsNumber, SettingsVersion
from abonent.service_requests.models import RequestEvent, RequestFile, ServiceRequest
from abonent.users.audit import record
from abonent.users.models import AuditEvent, StaffMembership, User
from tests.interfaces.office.test_matrix import PAGES, things
from tests.security.test_url_map import state
from tests.test_every_url import NOW, _address, cast

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
    assert root.get("/office/").status_code == 200, "signed in to the end"
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


BAD = "\"'><script>alert(1)</script>{{7*7}}%(x)s"


def asked_badly(things: dict[str, Any]) -> dict[str, Any]:
    """Another request of alice's, with a file."""
    old: ServiceRequest = things["request"]
    asked = ServiceRequest.objects.create(
        account=old.account, organisation=old.organisation, user=old.user, form_key="bad", kind=old.kind,
        kind_label={"ru": BAD}, text=BAD, phone="<script>alert(1)", language="ru", created_at=NOW,
        due_on=NOW.date(), last_customer_event_at=NOW,
    )  # fmt: skip
    said = {"request": asked, "at": NOW, "by": old.user, "by_staff": False}
    event = RequestEvent.objects.create(**said, kind="filed", state="received", text=BAD)
    file = RequestFile.objects.create(
        event=event, name=f"{BAD}.jpg", media_type="image/jpeg", size=2, checksum="0", content=b"\xff\xd8"
    )
    return {"request": asked, "request_file": file}


def test_words_of_others_are_never_markup_in_the_office(root: Client, things: dict[str, Any]) -> None:
    """Payers, addresses, texts of requests, names of files, announcements: they come from elsewhere."""
    Account.objects.update(payer=BAD, address=BAD)
    User.objects.update(full_name=BAD)
    Organisation.objects.update(name_ru=BAD)
    Service.objects.update(name_ru=BAD)
    Meter.objects.update(serial=BAD)
    things |= asked_badly(things)
    Announcement.objects.update(texts={"ru": {"title": BAD, "text": BAD}})
    record(action=BAD[:40], actor=None, subject=BAD, reason=BAD, now=NOW, found=BAD)
    pages = 0
    for name in PAGES:
        answer = root.get(_address(name, things))
        assert answer.status_code < 500, name
        if not answer.headers["Content-Type"].startswith("text/html"):
            continue
        text = answer.content.decode()
        assert "<script>alert" not in text, name
        assert ">49" not in text, name
        pages += "&lt;script&gt;alert(1)" in text
    assert pages > 15
    found = root.post("/office/find/", {"words": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in found
    told = root.post("/office/audit/", {"reason": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in told


@pytest.mark.parametrize("what", ["no second factor", "no place", "disabled"])
def test_whoever_loses_what_opens_the_office_finds_nothing_at_the_next_click(
    root: Client, things: dict[str, Any], settings: Any, what: str
) -> None:
    """In the middle of a session, by any page and any form."""
    assert root.get("/office/").status_code == 200
    if what == "no second factor":
        settings.STAFF_SECOND_FACTOR = True
    elif what == "no place":
        StaffMembership.objects.filter(user__login="root").delete()
    else:
        User.objects.filter(login="root").update(is_active=False)
    before = AuditEvent.objects.count()
    for name in PAGES:
        address = _address(name, things)
        for answer in (root.get(address), root.post(address, {"reason": "x", "confirmed": "yes"})):
            assert answer.status_code in (302, 404, 405), name
            assert not answer.headers.get("Location", "").startswith("/office/"), name
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "\r\nX-Evil: 1"]
)
def test_no_form_of_the_office_leads_elsewhere(root: Client, things: dict[str, Any], target: str) -> None:
    for form in forms_of_the_office(root, things):
        fields = dict(form.fields) | dict.fromkeys(("next", "queue", "card", "page", "back"), target)
        with transaction.atomic():
            answer = root.post(form.action, fields)
            transaction.set_rollback(True)
        where = answer.headers.get("Location", "/")
        assert re.match(r"/(?![/\\])|[?#]", where), f"{form.page}: {where}"
        assert "X-Evil" not in answer.headers


def test_extra_fields_of_a_form_raise_nobody(root: Client, things: dict[str, Any]) -> None:
    """An organisation's administrator and operator with every field that a row of ours has."""
    erlan = User.objects.get(login="erlan").staff_membership
    forged = {"organisation": "", "organisation_id": "", "user": "1", "user_id": "1", "id": "1", "pk": "1"}
    forged |= {"is_staff": "on", "is_superuser": "on", "email_confirmed": "on", "state": "done", "code": "x"}
    forged |= {"role": "administrator", "full_name": "X", "login": "mallory", "email": "m@example.kz"}
    settings_before = set(SettingsVersion.objects.values_list("pk", "revision"))
    for role in ("operator", "accountant", "administrator"):
        StaffMembership.objects.filter(pk=erlan.pk).update(role=role)
        client = Client(raise_request_exception=False)
        client.force_login(erlan.user)
        for name in PAGES:
            if name.startswith(("office_staff_remove", "office_staff_sessions")):
                continue
            assert client.post(_address(name, things), {**forged, "team": ""}).status_code < 500, name
        mine = StaffMembership.objects.get(pk=erlan.pk)
        assert (mine.role, mine.organisation_id, mine.user_id) == (role, erlan.organisation_id, erlan.user_id)
        portals = StaffMembership.objects.filter(organisation=None).values_list("user__login", flat=True)
        assert list(portals) == ["root"]
        made = StaffMembership.objects.filter(user__login="mallory")
        assert {one.organisation_id for one in made} <= {erlan.organisation_id}
    portals_own = SettingsVersion.objects.filter(organisation=None)
    assert set(portals_own.values_list("pk", "revision")) <= settings_before


BACKWARDS = {"window": {"first_day": 31, "last_day": 1}}
WRONG: tuple[Any, ...] = ([], {}, 1, "x", True, [[[]]], {"phones": []}, {"percent": "100"}, BACKWARDS)
PARTS = ("contact_centre", "offices", "readings", "requests", "commission", "window", "nobody")


@pytest.mark.parametrize("part", PARTS)
def test_a_published_setting_of_the_wrong_shape_leaves_the_portal_standing(
    root: Client, things: dict[str, Any], part: str
) -> None:
    """However it came into the database: a version that does not fit is left out."""
    alice = Client(raise_request_exception=False)
    alice.force_login(User.objects.get(login="alice"))
    method = "card" if part == "commission" else ""
    organisation = things["home"].organisation if part == "window" else None
    for number, value in enumerate(WRONG, 1):
        SettingsVersion.objects.create(
            part=part, method=method, organisation=organisation, value=value, state="published",
            number=number, in_force_from=NOW.date(), changed_by_id=1, changed_by="x", changed_at=NOW,
            published_by_id=1, published_by="x", published_at=NOW, note="x",
        )  # fmt: skip
        SettingsNumber.objects.update(number=number)
        current.forget()
        home = things["home"].public_id
        own = (f"/a/{home}/{page}/" for page in ("account", "readings", "requests/new"))
        answers = [alice.get(page).status_code for page in ("/", "/login/", "/pay/", *own)]
        answers += [root.get(f"/office/{page}").status_code for page in ("", "settings/", "windows/")]
        assert max(answers) < 500, (part, value, answers)


def test_forms_of_one_organisation_sent_by_anothers_administrator_change_nothing(
    root: Client, things: dict[str, Any]
) -> None:
    """With the right hidden fields, as somebody who saw the page once would send them."""
    own = {"office_measure"}  # names nothing: it is done for one's own organisation
    forms = [form for form in forms_of_the_office(root, things) if form.page not in own]
    dana = Client(raise_request_exception=False)
    dana.force_login(User.objects.get(login="dana"))
    before, changed, found = state(), [], 0
    for form in forms:
        typed = {name: value or "2026-12-01" for name, value in form.fields}
        typed |= {"reason": "Абонент просит", "text": "Абонент просит", "confirmed": "yes", "note": "x"}
        with transaction.atomic():
            answer = dana.post(form.action, typed)
            found += answer.status_code != 404
            touched = [name for name, rows in state().items() if rows != before[name]]
            changed += [f"{form.page} {form.action}: {name}" for name in touched]
            transaction.set_rollback(True)
    assert found > 5
    assert changed == []


def test_no_cell_of_the_offices_files_is_a_formula(root: Client, things: dict[str, Any]) -> None:
    """The trail holds what people typed; figures hold names of organisations, services and kinds."""
    formulas = ("=cmd|' /C calc'!A0", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1")
    for words in formulas:
        record(action="request_moved", actor=None, reason=words, now=NOW, found=words)
    Organisation.objects.update(name_ru=formulas[0])
    Service.objects.update(name_ru=formulas[3])
    files = [root.post("/office/audit/audit.csv", {})]
    files += [root.get(f"/office/figures/{sheet}.csv") for sheet in sheets_of_figures(root)]
    rows = [row for file in files for row in csv.reader(io.StringIO(cells(file), newline=""), delimiter=";")]
    begins = [cell for row in rows for cell in row if re.match(r"[=+@\t\r\n]|-\D|-\d+[^\d.,]", cell)]
    assert begins == []
    assert sum(cell[1:] in formulas for row in rows for cell in row) >= len(formulas)


def sheets_of_figures(root: Client) -> set[str]:
    found = set(re.findall(r"/office/figures/([\w-]+)\.csv", root.get("/office/figures/").content.decode()))
    assert len(found) > 3
    return found


def cells(answer: Any) -> str:
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    return str(answer.getvalue().decode("utf-8-sig"))
