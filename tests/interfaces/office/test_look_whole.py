"""Every page of a look, in every portal: whole, masked, under the banner, and nothing on it that would fail.

The customer's personal fields hold marks that nothing else holds; each page is read for them.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import Client
from django.urls import Resolver404, get_resolver, resolve, reverse
from django.utils import timezone

from abonent.accounts.models import Account
from abonent.accounts.operations.looks import open_look
from abonent.interfaces.resident.looking import PAGES_OF_A_LOOK
from abonent.portal.profile import Profile
from abonent.service_requests.models import RequestEvent, RequestFile, ServiceRequest
from abonent.users.models import AuditEvent, StaffMembership, User
from abonent.users.rights import Right
from tests.test_every_url import NOW, cast
from tests.users.cast import portal_named, signed_in

__all__ = ["cast", "portal_named"]

PORTALS = sorted(path.stem for path in configured.PORTALS_DIR.glob("*.toml"))
REASON = "Абонент звонит: не видит заявки"
#: In no page of a look, however written.
MARKS = (
    "Тайнов", "Секретий", "Скрытович", "Марктова", "pismo.tainoe", "drugoe.pismo",
    "5554433", "555-44-33", "555 44 33", "6667788", "666-77-88", "900101300123",
)  # fmt: skip
WORDS = (
    "Это Тайнов Секретий, звоните 87015554433 или +7 (702) 666-77-88, пишите pismo.tainoe@example.kz. "
    "Марктовой тоже. ИИН 900101300123"
)
#: Forms that a look's page may have: they are of whoever looks.
THEIR_OWN = {"account_logout", "office_look_end", "language", "display"}


def _asked(home: Account, asker: User, key: str, **facts: Any) -> ServiceRequest:
    phone = {"code": "phone", "type": "phone", "label": {"ru": "Тел."}}
    mail = {"code": "mail", "type": "email", "label": {"ru": "Почта"}}
    other = {"code": "who", "type": "text", "label": {"ru": "Кто"}}
    given = (
        (phone, "+7 701 555-44-33"),
        (mail, "pismo.tainoe@example.kz"),
        (other, "Тайнов С., 8 702 6667788"),
    )
    made = ServiceRequest.objects.create(
        account=home,
        organisation_id=home.organisation_id,
        user=asker,
        form_key=key,
        kind="sealing",
        kind_label={"ru": "Опломбирование"},
        language="ru",
        text=WORDS,
        phone="+7 702 666-77-88",
        answers=[one | {"value": value, "shown": {"ru": value}} for one, value in given],
        due_on=NOW.date(),
        last_customer_event_at=NOW,
        **{"created_at": NOW, **facts},
    )
    for by_staff, kind in ((False, "filed"), (True, "note"), (True, "asked"), (False, "message")):
        event = RequestEvent.objects.create(
            request=made, at=NOW, kind=kind, state=made.state, by=asker, by_staff=by_staff, text=WORDS
        )
        RequestFile.objects.create(
            event=event, name="Тайнов 87015554433.pdf", media_type="application/pdf", size=2, checksum="0",
            content=b"%P",
        )  # fmt: skip
    return made


@pytest.fixture
def home(cast: dict[str, Any]) -> Account:
    """The account, its customers and their requests, each personal field with a mark of its own."""
    people = cast["people"]
    Account.objects.filter(pk=cast["home"].pk).update(
        payer="Тайнов Секретий Скрытович",
        contact_phone="+7 (701) 555-44-33",
        contact_email="pismo.tainoe@example.kz",
        owner_since=date(2026, 6, 1),
    )
    User.objects.filter(pk=people["alice"].pk).update(
        full_name="Марктова Алина", phone="87026667788", email="drugoe.pismo@example.kz"
    )
    home = Account.objects.get(pk=cast["home"].pk)
    alice = User.objects.get(pk=people["alice"].pk)
    _asked(home, alice, "open", state="waiting", waiting_since=NOW.date())
    _asked(home, people["bob"], "closed", state="done", closed_at=NOW)
    _asked(home, people["bob"], "before", created_at=NOW - timedelta(days=400))
    return home


@pytest.fixture
def looker(cast: dict[str, Any], home: Account) -> Client:
    """erlan, an administrator of its supplier, looks at the account."""
    staff = StaffMembership.objects.select_related("user").get(user=cast["people"]["erlan"])
    open_look(staff=staff, public_id=home.public_id, reason=REASON, address=None, now=timezone.now())
    return signed_in(Client(), cast["people"]["erlan"])


def _walk(client: Client, home: Account) -> Iterator[tuple[str, str]]:
    """Each page of a look that links lead to from the first one, and its HTML."""
    start = f"/a/{home.public_id}/"
    todo, known = [reverse("account", args=[home.public_id])], set()
    while todo:
        address = todo.pop()
        if address in known:
            continue
        known.add(address)
        answer = client.get(address)
        assert answer.status_code == 200, address
        html = answer.content.decode()
        yield address, html
        links = {
            link.replace("&amp;", "&").partition("#")[0] for link in re.findall(r'href="(/[^"]*)"', html)
        }
        queries = {address.partition("?")[0] + link for link in re.findall(r'href="(\?[^"#]*)"', html)}
        todo += [link for link in sorted(links | queries) if link.startswith(start)]
        for link in links - known:
            if not link.startswith((start, "/assets", "/static")):
                known.add(link)
                assert client.get(link).status_code in (200, 302), (address, link)


def _faults(address: str, html: str) -> Iterator[str]:
    if reverse("office_look_end") not in html or REASON not in html:
        yield f"{address} has no banner"
    plain = html.replace("\u00a0", " ")
    yield from (f"{address} shows {mark}" for mark in MARKS if mark.lower() in plain.lower())
    for method, action in re.findall(r'<form[^>]*method="(\w+)"[^>]*action="([^"]*)"', html):
        name = resolve(action).url_name if action.startswith("/") else action
        if method == "post" and name not in THEIR_OWN:
            yield f"{address} has a form to {action}"
    for method in re.findall(r'<form(?![^>]*action=)[^>]*method="(\w+)"', html):
        if method == "post":
            yield f"{address} has a form to itself"
    ids = set(re.findall(r'\bid="([^"]+)"', html))
    yield from (
        f"{address} has a control of no form: {one}"
        for one in re.findall(r'\bform="([^"]+)"', html)
        if one not in ids
    )
    closed = (".pdf", ".csv", "/photo/", "/pay/", "subscription", "/files/", "readings/new", "/requests/new")
    for link in re.findall(r'(?:href|src|action)="([^"]+)"', html):
        if any(word in link for word in closed):
            yield f"{address} offers {link}, which a look does not open"


@pytest.mark.django_db
@pytest.mark.parametrize("portal", PORTALS)
def test_every_page_is_whole_masked_and_under_the_banner(
    looker: Client, home: Account, portal: str, portal_named: Callable[[str], Profile]
) -> None:
    profile = portal_named(portal)
    pages = dict(_walk(looker, home))
    faults = [fault for address, html in pages.items() for fault in _faults(address, html)]
    assert faults == [], "\n".join(faults)
    seen = {resolve(address.partition("?")[0]).url_name for address in pages}
    in_the_menu = {name for name in PAGES_OF_A_LOOK if name in profile.menu}
    assert seen >= in_the_menu
    assert seen <= set(PAGES_OF_A_LOOK)
    if "requests" in profile.menu:
        assert "service_request" in seen


def test_requests_are_those_the_customers_see_and_read_only(looker: Client, home: Account) -> None:
    listed = looker.get(reverse("requests", args=[home.public_id])).content.decode()
    closed = looker.get(reverse("requests", args=[home.public_id]) + "?closed=1").content.decode()
    of = {one.form_key: one for one in ServiceRequest.objects.all()}
    shown = {key for key, one in of.items() if one.public_id in listed + closed}
    assert shown == {"1", "open", "closed"}, "the former owner's stays unseen"
    before = looker.get(reverse("service_request", args=[home.public_id, of["before"].public_id]))
    assert before.status_code == 404
    page = looker.get(
        reverse("service_request", args=[home.public_id, of["open"].public_id])
    ).content.decode()
    plain = page.replace("\u00a0", " ")
    for words in (
        "+7 702 ***-**-88",
        "p***e@example.kz",
        "Т*** С***",
        "Т*** 8701*****33.pdf",
        "**********23",
    ):
        assert words in plain, words
    assert plain.count("Т*** С***") == 3, "what was filed, asked and said; the staff's note is theirs"
    assert reverse("office_request", args=[of["open"].public_id]) in page
    of["open"].refresh_from_db()
    assert of["open"].seen_by_customer_at is None, "the customer has not read it"
    event = AuditEvent.objects.filter(action="staff_looked", details__which=of["open"].public_id).get()
    assert (event.reason, event.details["page"]) == (REASON, "service_request")
    assert Client().get(reverse("requests", args=[home.public_id])).status_code == 302


def test_who_has_no_right_to_requests_sees_none_in_a_look(looker: Client, home: Account) -> None:
    StaffMembership.objects.update(role="accountant")
    request = ServiceRequest.objects.get(form_key="open")
    first = looker.get(reverse("account", args=[home.public_id]))
    assert first.status_code == 200
    assert "/requests/" not in first.content.decode()
    for address in (
        reverse("requests", args=[home.public_id]),
        reverse("service_request", args=[home.public_id, request.public_id]),
    ):
        assert looker.get(address).status_code == 404


def test_online_payments_are_told_without_a_way_to_them(looker: Client, home: Account) -> None:
    """Those of everybody who pays for the account since it has its owner, to whom may see payments."""
    page = reverse("payments", args=[home.public_id]) + f"?from={NOW.date()}"
    shown = looker.get(page).content.decode()
    assert "Онлайн-платежи" in shown
    assert "Зачислен" in shown
    assert "/pay/" not in shown
    Account.objects.filter(pk=home.pk).update(owner_since=NOW.date() + timedelta(days=1))
    assert "Онлайн-платежи" not in looker.get(page).content.decode(), "the former owner's"


DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "domain" / "office.md"


def _tabled() -> dict[str, str]:
    part = DOCUMENT.read_text("utf-8").split("## The look")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`[^|]+) \| (\w+) \|", part, re.M)
    return {name: right for names, right in rows for name in re.findall(r"`(\w+)`", names)}


def test_every_page_of_the_cabinet_stands_in_the_document() -> None:
    """Which of them a look opens and by which right, and which it does not: none is forgotten."""
    of_an_account = set()
    for name, entries in get_resolver().reverse_dict.lists():
        if not isinstance(name, str) or name.startswith("office_"):
            continue
        if any("public_id" in params for possibilities, *_ in entries for _form, params in possibilities):
            of_an_account.add(name)
    told = _tabled()
    assert {name for name in told if told[name] != "no"} == set(PAGES_OF_A_LOOK)
    assert {name: Right(right) for name, right in told.items() if right != "no"} == PAGES_OF_A_LOOK
    assert of_an_account - set(told) == set()
    for name in told:
        try:
            assert get_resolver().reverse_dict.getlist(name), name
        except Resolver404:  # pragma: no cover
            pytest.fail(name)
