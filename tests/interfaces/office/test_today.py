"""The office's first page: what waits, of what this person may see, one query each."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from abonent.accounts.limits import number_hash
from abonent.accounts.models import Account, LinkAttempt, PrintedCode
from abonent.portal.models import Organisation
from abonent.users.models import StaffMembership, User
from tests.interfaces.office.test_office import account, strange, text
from tests.interfaces.office.test_readings import desk, submitted
from tests.users.cast import NOW, _quick_hashes, alice, bob, charlie, clock

__all__ = ["_quick_hashes", "account", "alice", "bob", "charlie", "clock", "desk", "strange"]
pytestmark = pytest.mark.django_db


def tried(account: Account, user: User, times: int = 1) -> None:
    for number in range(times):
        LinkAttempt.objects.create(
            at=NOW - timedelta(hours=2, minutes=number),
            user=user,
            organisation=account.organisation,
            account=account,
            method="payment",
            outcome="limited",
            number_hash=number_hash(account.key),
            neighbourhood="",
            refused_by="person",
        )


def counted(desk: Client) -> dict[str, str]:
    """Address of a queue -> what its card says."""
    page = text(desk.get(reverse("office_home")))
    cards = re.findall(r'<a class="count \w+" href="([^"]+)">(.*?)</a>', page, re.S)
    return {href: " ".join(re.sub(r"<[^>]*>", " ", words).split()) for href, words in cards}


def test_an_organisations_operator_sees_its_own_queues_counted(
    desk: Client, account: Account, strange: Account, alice: User
) -> None:
    submitted(account, alice, "S-1", 9000)
    submitted(strange, alice, "S-9", 9000)
    tried(account, alice, 2)
    found = counted(desk)
    assert found[reverse("office_readings")].startswith("1 ")
    assert found[reverse("office_closed_tries")].startswith("1 ")
    assert reverse("office_unmatched") not in found, "the portal's own staff's"
    assert reverse("office_tasks") not in found


@pytest.mark.parametrize(
    ("role", "portal", "absent"),
    [
        ("accountant", False, {"office_requests", "office_readings", "office_closed_tries", "office_tasks"}),
        ("accountant", True, {"office_requests", "office_readings", "office_closed_tries", "office_tasks"}),
        ("administrator", True, set()),
    ],
)
def test_each_role_sees_what_it_may_work_on(
    desk: Client, charlie: User, role: str, portal: bool, absent: set[str]
) -> None:
    place = {"organisation": None} if portal else {}
    StaffMembership.objects.filter(user=charlie).update(role=role, **place)
    found = counted(desk)
    assert not {reverse(name) for name in absent} & set(found)
    assert reverse("office_reconciliation") in found
    assert (reverse("office_unmatched") in found) is portal


def test_the_page_takes_the_same_queries_whatever_waits(desk: Client, account: Account, alice: User) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            counted(desk)
        return len(queries)

    asked()
    nothing = asked()
    for number in range(4):
        submitted(account, alice, f"S-{number}", 9000)
    tried(account, alice, 3)
    assert asked() == nothing


def test_the_field_asks_the_office_for_a_customer(desk: Client) -> None:
    page = text(desk.get(reverse("office_home")))
    assert f'action="{reverse("office_find")}"' in page
    assert 'name="words"' in page


def test_nobody_of_the_staff_reads_it_otherwise(client: Client, clock: Any, alice: User) -> None:
    client.force_login(alice)
    assert client.get(reverse("office_home")).status_code == 404
    assert Organisation.objects.count() == 0


def test_codes_are_printed_on_sheets_with_an_address(desk: Client, account: Account, alice: User) -> None:
    tried(account, alice, 2)
    page = text(desk.get(reverse("office_closed_tries")))
    assert "a***e@example.kz" in page
    assert "слишком много неверных попыток этого человека" in page
    key = f"{account.pk}-{alice.pk}"
    sheets = text(desk.post(reverse("office_closed_tries_codes"), {"which": key}))
    assert re.search(r"<code>[0-9A-Z]{4}-?[0-9A-Z]{4}</code>", sheets)
    assert "Иванов Иван Иванович<br>Алматы, Абая, 1, 12" in sheets
    assert "Отклонённых попыток нет" in text(desk.get(reverse("office_closed_tries")))
    again = text(desk.post(reverse("office_closed_tries_codes"), {"which": key}))
    assert "<code>" not in again, "the page loaded anew is told of, not printed"
    assert "№ 000700. Вы напечатали код" in again
    assert reverse("office_account", args=[account.public_id]) in again
    assert PrintedCode.objects.count() == 1


def test_what_is_dealt_with_leaves_the_queue(desk: Client, account: Account, alice: User) -> None:
    tried(account, alice, 2)
    desk.post(reverse("office_closed_tries_handled"), {"which": [f"{account.pk}-{alice.pk}", "x", ""]})
    page = text(desk.get(reverse("office_closed_tries")))
    assert "Отмечено как решённое: 1." in page
    assert "Отклонённых попыток нет" in page
