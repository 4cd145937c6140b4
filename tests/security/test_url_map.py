"""Rules that hold for every URL of the map, whoever asks: those of the table of tests/test_every_url.py."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client

from tests.test_every_url import TABLE, _address, cast

__all__ = ["cast"]

ELSEWHERE = "https://evil.example/"
#: Pages of the entrance: they are the same for those who are not signed in, and have no menu.
OUTSIDE = {
    "account_logout",  # is the way out
    "account_reauthenticate",
    "account_inactive",
    "account_signup_done",
    "account_confirm_email",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "link_not_me",
    "reading_link",  # whoever holds the letter
    "receipt_confirm",
    "receipt_unsubscribe",
    "notices_unsubscribe",
    "offline",  # kept by browsers: it is nobody's
}
#: What looking may write: the session itself, tries and towns counted, pictures to read, that staff looked.
MAY_GROW = {"users_session", "users_limits", "captcha_captchastore", "users_auditevent"}
MAY_GROW |= {"payments_bankcallcount", "portal_keptcount"}


@pytest.fixture
def clients(cast: dict[str, Any]) -> dict[str, Client]:
    """A visitor, and everybody of the cast signed in."""
    found = {"visitor": Client()}
    for name, person in cast["people"].items():
        found[name] = Client()
        found[name].force_login(person)
    return found


def everybody(cast: dict[str, Any], clients: dict[str, Client]) -> Iterator[tuple[str, str, Client, str]]:
    for name in TABLE:
        for role, client in clients.items():
            yield name, role, client, _address(name, cast)


def ask(client: Client, method: str, address: str, data: dict[str, str] | None = None) -> HttpResponse:
    """One request, taken back: the next finds everything as it was."""
    with transaction.atomic():
        answer: HttpResponse = getattr(client, method)(address, data or {})
        transaction.set_rollback(True)
    return answer


def state() -> dict[str, tuple[int, int]]:
    """How many rows each table has, and a sum over their contents."""
    with connection.cursor() as cursor:
        cursor.execute(_rows_of_all())
        return {name: (int(count), int(total)) for name, count, total in cursor.fetchall()}


@cache
def _rows_of_all() -> str:
    return " UNION ALL ".join(
        f"SELECT '{name}', count(*), coalesce(sum(hashtext(row::text)), 0) FROM {name} AS row"
        for name in sorted(set(connection.introspection.table_names()) - MAY_GROW)
    )


def writes() -> dict[str, int]:
    """How many rows of each table this transaction has written so far, with those that it took back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables")
        return {name: int(count) for name, count in cursor.fetchall() if count and name not in MAY_GROW}


@dataclass(frozen=True)
class Looked:
    """What somebody was shown at a URL, and whether looking wrote anything."""

    name: str
    role: str
    status: int
    media: str
    page: str
    location: str
    wrote: bool


@pytest.fixture
def looked(request: pytest.FixtureRequest) -> list[Looked]:
    """A GET of every URL by everybody: made for the first test that asks, read by the others."""
    if not _LOOKED:
        cast, clients = request.getfixturevalue("cast"), request.getfixturevalue("clients")
        _LOOKED.extend(look(*each) for each in everybody(cast, clients))
    return _LOOKED


_LOOKED: list[Looked] = []


def look(name: str, role: str, client: Client, address: str) -> Looked:
    before = writes()
    with transaction.atomic():
        answer = client.get(address)
        wrote = writes() != before
        transaction.set_rollback(True)
    page = "" if answer.streaming else answer.content.decode("utf-8", "replace")
    media, location = (answer.headers.get(one, "") for one in ("Content-Type", "Location"))
    return Looked(name, role, answer.status_code, media, page, location, wrote)


def test_looking_changes_nothing(looked: list[Looked]) -> None:
    """No action by GET: a link in somebody's letter, or a browser that reads ahead, does nothing."""
    assert [f"{one.role}: {one.name}" for one in looked if one.wrote] == []
    assert len(looked) == len(TABLE) * len({one.role for one in looked})


def test_the_state_sees_a_change(cast: dict[str, Any]) -> None:
    """Or the tests that compare it could not fail."""
    before, written = state(), writes()
    with transaction.atomic():
        cast["people"]["alice"].months_shown += 1
        cast["people"]["alice"].save()
        assert state() != before
        transaction.set_rollback(True)
    assert state() == before
    assert writes() != written


def test_no_url_echoes_a_trace(cast: dict[str, Any], clients: dict[str, Client]) -> None:
    answered = [
        f"{role}: {name}"
        for name, role, client, address in everybody(cast, clients)
        if ask(client, "trace", address).status_code == 200
    ]
    assert answered == []


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_is_sent_elsewhere(cast: dict[str, Any], clients: dict[str, Client], method: str) -> None:
    """Not by any parameter that somewhere leads on."""
    names = ("next", "redirect", "return", "url", "back", "page")
    some = {role: clients[role] for role in ("visitor", "alice")}
    sent = []
    for name, role, client, address in everybody(cast, some):
        for target in (ELSEWHERE, "//evil.example", "https:evil.example", "/\\evil.example"):
            answer = ask(client, method, address, dict.fromkeys(names, target))
            if "evil.example" in answer.headers.get("Location", "").split("?")[0]:
                sent.append(f"{role}: {name}: {target}")
    assert sent == []


def test_no_address_names_an_account_or_a_person(looked: list[Looked]) -> None:
    """Addresses stay in histories, in logs and in other people's eyes."""
    told = []
    links = 0
    for answer in looked:
        found = [*re.findall(r'(?:href|action|src|formaction)="([^"]*)"', answer.page), answer.location]
        links += len(found)
        for one in found:
            if one.startswith(("mailto:", "tel:")):
                continue
            if re.search(r"000700|000900|\b[79]00\b|alice|charlie|%40|@example", one):
                told.append(f"{answer.role}: {answer.name}: {one}")
    assert told == []
    assert links > 1000


def test_doubled_parameters_are_one_of_the_two(cast: dict[str, Any], clients: dict[str, Client]) -> None:
    """What is believed is also what was checked: a value beyond the limit is refused on either place."""
    client, alice = clients["alice"], cast["people"]["alice"]
    for values in (["5", "999"], ["999", "5"]):
        client.post("/settings/", {"full_name": ["А", "Б"], "language": ["ru", "xx"], "months_shown": values})
        alice.refresh_from_db()
        assert alice.months_shown <= 60
        assert alice.language in {"", "ru"}
    public_id = cast["home"].public_id
    for query in (
        "from=2026-10&from=x",
        "from=x&from=2026-10",
        "month=1&month=2",
        "service=power&service='--",
    ):
        for section in ("services", "payments", "receipts", "account"):
            assert client.get(f"/a/{public_id}/{section}/?{query}").status_code == 200


def test_sign_up_takes_what_it_asks_and_nothing_more(cast: dict[str, Any]) -> None:
    """Mass assignment: nobody becomes staff, confirmed or somebody else by a field of their own making."""
    from abonent.users.models import StaffMembership, User

    before = StaffMembership.objects.count()
    password = "correct horse battery"
    asked = {"login": "eva", "email": "eva@example.kz", "full_name": "Ева", "password": password}
    extra = {
        "is_staff": "on",
        "is_superuser": "on",
        "email_confirmed": "on",
        "role": "administrator",
        "organisation": "1",
        "id": str(cast["people"]["alice"].pk),
        "user": str(cast["people"]["alice"].pk),
        "password_hash": "x",
    }
    answer = Client().post("/signup/", {**asked, "password_again": password, **extra})
    assert answer.status_code == 302
    eva = User.objects.get(login="eva")
    assert not eva.email_confirmed
    assert not getattr(eva, "is_staff", False)
    assert not getattr(eva, "is_superuser", False)
    assert StaffMembership.objects.count() == before
    assert User.objects.get(login="alice").pk == cast["people"]["alice"].pk


def test_everybody_signed_in_finds_the_way_out_on_every_page(looked: list[Looked]) -> None:
    pages = [
        one
        for one in looked
        if one.role != "visitor"
        and one.name not in OUTSIDE
        and one.status == 200
        and "text/html" in one.media
    ]
    without = [one for one in pages if not re.search(r'(?:href|action)="/logout/"', one.page)]
    assert [f"{one.role}: {one.name}" for one in without] == []
    assert len(pages) > 60


#: Machines have no form of ours to bring a token from: a gateway signs, a mail program holds a signed link.
WITHOUT_A_TOKEN = {"gateway_notice", "receipt_unsubscribe", "notices_unsubscribe"}

#: Hundreds of megabytes, of which nothing is read before it is known who sends them: strangers find nothing,
#: and staff are asked for the token (tests/interfaces/office/test_imports.py).
LOCKED_FIRST = {"office_import_upload"}


def test_every_form_wants_its_token(cast: dict[str, Any]) -> None:
    """The page of the house says so, and nothing is done."""
    strict = {role: Client(enforce_csrf_checks=True) for role in ("alice", "erlan")}
    for role, client in strict.items():
        client.force_login(cast["people"][role])
    before, taken = state(), []
    for name, role, client, address in everybody(cast, strict):
        answer = ask(client, "post", address, {"key": "k", "book": "1", "settle": "1"})
        if name in WITHOUT_A_TOKEN:
            continue
        if name in LOCKED_FIRST and answer.status_code == 404:
            continue
        is_ours = answer.status_code == 403 and b"<html" in answer.content and not answer.cookies
        if not is_ours:
            taken.append(f"{role}: {name}: {answer.status_code}")
    assert taken == []
    assert state() == before
