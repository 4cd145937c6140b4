"""A member of the staff on a customer's pages: what is shown, written down, and never opened by a look."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from abonent.accounts.models import Account, AccountLink, StaffLook
from abonent.accounts.operations.looks import LASTS, open_look
from abonent.interfaces.resident.looking import PAGES_OF_A_LOOK
from abonent.ledger.models import Payment
from abonent.metering.models import Meter
from abonent.portal.models import Organisation, Service
from abonent.users.models import AuditEvent, StaffMembership, User
from tests.interfaces.office.test_office import account, page, strange, text
from tests.users.cast import _quick_hashes, alice, bob, charlie, clock, signed_in

__all__ = ["_quick_hashes", "account", "alice", "bob", "charlie", "clock", "strange"]

pytestmark = pytest.mark.django_db
REASON = "Абонент звонит: не видит показаний"
Clock = Callable[[timedelta], datetime]


@pytest.fixture(autouse=True)
def _doors(clock: Clock, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def meter(account: Account) -> Meter:
    service = Service.objects.create(
        code="power", organisation=account.organisation, name_ru="Электроэнергия"
    )
    return Meter.objects.create(account=account, service=service, serial="M-1")


@pytest.fixture
def looking(client: Client, charlie: User, account: Account, meter: Meter) -> Client:
    """charlie looks at the account."""
    signed_in(client, charlie)
    answer = page(client, "office_look", account.public_id, post={"reason": REASON})
    assert answer.headers["Location"] == reverse("account", args=[account.public_id])
    return client


def of(account: Account, name: str, *more: str) -> str:
    return reverse(name, args=[account.public_id, *more])


def seen(client: Client, account: Account, name: str = "account") -> int:
    return int(client.get(of(account, name)).status_code)


def test_a_reason_is_asked_and_the_page_says_whose_eyes_these_are(looking: Client, account: Account) -> None:
    shown = text(looking.get(of(account, "account")))
    assert "Вы смотрите глазами абонента 000700" in shown
    assert REASON in shown
    assert "И***в И. И." in shown
    assert "Иванов" not in shown, "the name is masked, as under a limited link"
    assert reverse("office_look_end") in shown
    for language in ("kk", "en"):
        User.objects.update(language=language)
        assert {"kk": "абонентінің көзімен", "en": "as the customer of account"}[language] in text(
            looking.get(of(account, "account"))
        )
    look = StaffLook.objects.get()
    assert look.expires_at - look.opened_at == LASTS


@pytest.mark.parametrize("reason", ["", "   ", "коротко", "a        b"])
def test_without_a_reason_nothing_opens(client: Client, charlie: User, account: Account, reason: str) -> None:
    signed_in(client, charlie)
    assert page(client, "office_look", account.public_id).status_code == 200
    assert "не меньше десяти букв" in text(
        page(client, "office_look", account.public_id, post={"reason": reason})
    )
    assert seen(client, account) == 404
    assert not StaffLook.objects.exists()


def test_every_page_is_written_down_with_the_reason(looking: Client, charlie: User, account: Account) -> None:
    for name in ("account", "readings", "payments"):
        assert seen(looking, account, name) == 200
    opened, *pages = AuditEvent.objects.filter(reason=REASON).order_by("pk")
    assert opened.action == "staff_look_opened"
    assert [(one.action, one.details["page"]) for one in pages] == [
        ("staff_looked", "account"),
        ("staff_looked", "readings"),
        ("staff_looked", "payments"),
    ]
    assert {(one.actor, one.subject, one.address) for one in pages} == {
        (charlie, f"account:{account.pk}", "127.0.0.1")
    }
    assert {one.organisation_id for one in pages} == {account.organisation_id}


def test_the_pages_of_a_look_are_pages_of_an_account() -> None:
    """Each is in the URL map, so that a page renamed does not silently close; none is a file."""
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert names >= set(PAGES_OF_A_LOOK)
    assert not {name for name in PAGES_OF_A_LOOK if "pdf" in name or "csv" in name or "photo" in name}


def test_whatever_is_no_page_of_a_look_does_not_exist(looking: Client, account: Account) -> None:
    """From the URL map: what is added later is tried without being named here. Nothing is taken either."""
    values = {"month": "2026-10", "submission": "0000-0001", "meter": "1", "kind": "sealing", "link": "x"}
    before = Account.objects.values().get(pk=account.pk)
    tried = 0
    for name, entries in get_resolver().reverse_dict.lists():
        if not isinstance(name, str) or name.startswith("office_"):
            continue
        for possibilities, *_ in entries:
            for _form, params in possibilities:
                if "public_id" not in params or name.startswith("payment"):
                    continue
                kwargs = {one: values.get(one, "x" * 22) for one in params} | {"public_id": account.public_id}
                address = reverse(name, kwargs=kwargs)
                tried += 1
                if name not in PAGES_OF_A_LOOK:
                    assert looking.get(address).status_code in (404, 405), name
                assert looking.post(address, {"wanted": "yes"}).status_code in (404, 405), name
                assert looking.put(address).status_code in (404, 405), name
    assert tried > 20
    assert Account.objects.values().get(pk=account.pk) == before


def test_links_of_the_pages_lead_to_pages_of_a_look(looking: Client, account: Account) -> None:
    """Nothing is offered that would be refused: no paying, no sending, no papers."""
    for name in ("account", "readings", "payments", "receipts", "consumption", "services", "calculator"):
        shown = looking.get(of(account, name)).content.decode()
        links = set(re.findall(rf'href="(/a/{account.public_id}/[^"?#]*)', shown))
        for link in links:
            assert looking.get(link).status_code == 200, (name, link)
        assert "/pay/" not in shown, name
        assert "subscription" not in shown, name


def test_nothing_of_the_members_own_is_shown(
    looking: Client, charlie: User, account: Account, strange: Account
) -> None:
    own = Account.objects.create(
        number="000333", key="333", organisation=strange.organisation, payer="Свой", address="Тараз, Мира, 9"
    )
    AccountLink.objects.create(user=charlie, account=own, method="code", created_at=timezone.now())
    shown = text(looking.get(of(account, "account")))
    for words in ("000333", "Тараз", "charlie@example.kz", "/settings/", "/accounts/add/"):
        assert words not in shown
    assert "000333" in text(looking.get(of(own, "account"))), "their own cabinet is as it was"


def test_other_accounts_stay_closed(
    looking: Client, charlie: User, account: Account, strange: Account
) -> None:
    neighbour = Account.objects.create(
        number="701", key="701", organisation=account.organisation, payer="Сосед", address="Абая 1"
    )
    assert seen(looking, neighbour) == 404
    assert seen(looking, strange) == 404
    assert page(looking, "office_look", strange.public_id).status_code == 404
    assert page(looking, "office_look", strange.public_id, post={"reason": REASON}).status_code == 404
    page(looking, "office_look", neighbour.public_id, post={"reason": REASON})
    assert (seen(looking, neighbour), seen(looking, account)) == (200, 404), "one look at a time"


def test_a_look_ends_by_its_button_and_by_itself(
    looking: Client, account: Account, clock: Clock, charlie: User
) -> None:
    clock(LASTS - timedelta(seconds=1))
    assert seen(looking, account) == 200
    clock(LASTS)
    assert seen(looking, account) == 404
    clock(timedelta(minutes=1))
    ended = page(looking, "office_look_end", post={})
    assert ended.headers["Location"] == reverse("office_account", args=[account.public_id])
    assert seen(looking, account) == 404
    assert AuditEvent.objects.filter(action="staff_look_ended", reason=REASON).count() == 1
    assert page(looking, "office_look_end", post={}).headers["Location"] == reverse("office_find")


def test_a_right_taken_away_ends_it_at_once(looking: Client, charlie: User, account: Account) -> None:
    other = Organisation.objects.create(code="third", name_ru="Третья")
    place = StaffMembership.objects.get(user=charlie)
    for change in ({"organisation": other}, {"role": "nothing"}):
        StaffMembership.objects.filter(pk=place.pk).update(**change)
        assert seen(looking, account) == 404, change
        StaffMembership.objects.filter(pk=place.pk).update(organisation=place.organisation, role=place.role)
        assert seen(looking, account) == 200
    StaffMembership.objects.all().delete()
    assert seen(looking, account) == 404


def test_the_look_is_the_members_alone(client: Client, bob: User, charlie: User, account: Account) -> None:
    open_look(
        staff=charlie.staff_membership,
        public_id=account.public_id,
        reason=REASON,
        address=None,
        now=timezone.now(),
    )
    colleague = User.objects.create(login="dana", email="d@example.kz", email_confirmed=True)
    StaffMembership.objects.create(user=colleague, organisation=account.organisation, role="operator")
    for person in (bob, colleague):
        assert seen(signed_in(Client(), person), account) == 404
    assert Client().get(of(account, "account")).status_code == 302


def test_customers_pay_no_query_for_it(client: Client, alice: User, account: Account, meter: Meter) -> None:
    AccountLink.objects.create(user=alice, account=account, method="code", created_at=timezone.now())
    signed_in(client, alice)
    seen(client, account)
    asked: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        assert seen(client, account) == 200
        assert client.get(reverse("account", args=["stranger"])).status_code == 404
    assert any("accounts_accountlink" in sql for sql in asked)
    assert not any("stafflook" in sql for sql in asked)


def test_a_kept_page_of_a_customer_is_not_the_looks(
    client: Client, alice: User, charlie: User, account: Account, meter: Meter, settings: Any
) -> None:
    """Bodies are kept: what is offered to a limited customer is not offered to staff, whoever came first."""
    AccountLink.objects.create(
        user=alice,
        account=account,
        method="payment",
        created_at=timezone.now(),
        limited_until=timezone.now() + timedelta(days=3),
    )
    theirs = text(signed_in(Client(), alice).get(of(account, "account")))
    signed_in(client, charlie)
    page(client, "office_look", account.public_id, post={"reason": REASON})
    ours = text(client.get(of(account, "account")))
    assert "/accounts/" in theirs
    assert "confirm/" not in ours
    assert "/pay/" not in ours
    assert "Вы смотрите" not in text(signed_in(Client(), alice).get(of(account, "account")))


def test_sums_of_the_account_are_shown(looking: Client, account: Account, meter: Meter) -> None:
    Payment.objects.create(
        account=account, paid_on=date(2026, 11, 3), amount=Decimal("1234.00"), bank="Halyk", source="x"
    )
    assert "1 234,00" in text(looking.get(of(account, "payments") + "?from=2026-10-01"))
