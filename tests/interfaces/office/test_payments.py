"""Online payments in the office: found, read, asked about, given back, and only by those they concern."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from abonent.accounts.models import Account
from abonent.payments.models import Payment, Refund
from abonent.payments.operations.paying import PartAsked
from abonent.portal.models import Organisation
from abonent.users.models import AuditEvent, StaffMembership, User
from tests.payments import conftest as world
from tests.payments.conftest import Till

alice, bob, clerk, home, dacha = world.alice, world.bob, world.clerk, world.home, world.dacha
supplier, power, new_account, paying, bank, till = (
    world.supplier, world.power, world.new_account, world.paying, world.bank, world.till,
)  # fmt: skip
pytestmark = pytest.mark.django_db


@pytest.fixture
def office(clerk: User, settings: Any, client: Client) -> Client:
    """An administrator of the portal itself."""
    settings.STAFF_SECOND_FACTOR = False
    settings.LANGUAGE_CODE = "ru"
    StaffMembership.objects.create(user=clerk, role="administrator")
    client.force_login(clerk)
    return client


def text_of(answer: Any) -> str:
    return answer.content.decode().replace("\u00a0", " ")


def of(payment: Payment, name: str = "office_payment") -> str:
    return reverse(name, args=[payment.public_id])


def test_lists_payments_of_a_kind_and_finds_one_by_any_of_its_numbers(office: Client, till: Till) -> None:
    booked, waiting = till.paid(), till.pay()
    listed = text_of(office.get(reverse("office_payments")))
    assert f"№ {booked.pk}" in listed
    assert f"№ {waiting.pk}" in listed
    only = text_of(office.get(reverse("office_payments"), {"kind": "waiting"}))
    assert f"№ {booked.pk}" not in only
    assert f"№ {waiting.pk}" in only
    for number in (str(booked.pk), booked.public_id, booked.gateway_id):
        assert office.post(reverse("office_payments"), {"number": number}).headers["Location"] == of(booked)
    assert office.post(reverse("office_payments"), {"number": "99999"}).status_code == 200


def test_a_payment_tells_its_history_and_can_be_asked_about(office: Client, till: Till) -> None:
    payment = till.pay()
    page = text_of(office.get(of(payment)))
    assert "000700" in page
    assert "000701" in page
    assert "1 000,00" in page
    till.bank.pay(payment.public_id, at=till.now)
    assert office.post(of(payment, "office_payment_ask")).status_code == 302
    payment.refresh_from_db()
    assert payment.state == "booked"


def test_what_staff_read_of_a_payment_is_written_down(office: Client, till: Till, clerk: User) -> None:
    payment = till.pay()
    office.get(of(payment))
    event = AuditEvent.objects.get(action="staff_read_payment")
    assert (event.actor, event.subject, event.address) == (clerk, f"payment:{payment.pk}", "127.0.0.1")
    assert office.get(reverse("office_payment", args=["nobodys"])).status_code == 404
    assert AuditEvent.objects.filter(action="staff_read_payment").count() == 1


def give_back(office: Client, payment: Payment, amount: str, key: str = "k", reason: str = "дважды") -> Any:
    facts = {"amount": amount, "reason": reason, "key": key}
    return office.post(of(payment, "office_payment_refund"), facts)


def test_gives_back_a_part_and_pressed_twice_gives_it_once(office: Client, till: Till) -> None:
    payment = till.paid()
    assert give_back(office, payment, "10,50").status_code == 302
    assert give_back(office, payment, "10,50").status_code == 302
    assert [one.amount for one in Refund.objects.all()] == [Decimal("10.50")]
    assert Decimal("10.50") in [sum((one.amount for one in Refund.objects.filter(state="done")), Decimal(0))]


@pytest.mark.parametrize(("amount", "reason"), [("1010,01", "дважды"), ("много", "дважды"), ("5", "")])
def test_refuses_more_than_is_left_no_amount_and_no_reason(
    office: Client, till: Till, amount: str, reason: str
) -> None:
    payment = till.paid()
    answer = give_back(office, payment, amount, reason=reason)
    assert answer.status_code == 200
    assert amount in text_of(answer), "what was typed is kept"
    assert not Refund.objects.exists()


def test_an_operator_reads_and_cannot_give_back(office: Client, till: Till, clerk: User) -> None:
    StaffMembership.objects.filter(user=clerk).update(role="operator")
    payment = till.paid()
    assert 'name="reason"' not in text_of(office.get(of(payment)))
    assert give_back(office, payment, "1").status_code == 404


def test_another_organisation_sees_only_its_own_part_and_acts_on_none(
    office: Client, till: Till, clerk: User, new_account: Any, alice: User
) -> None:
    theirs = Organisation.objects.create(code="theirs", name_ru="Чужие")
    garage: Account = new_account("000800", alice, organisation=theirs)
    mixed = till.paid(till.parts[0], PartAsked(garage.pk, Decimal("50.00")))
    ours = till.paid()
    StaffMembership.objects.filter(user=clerk).update(organisation=theirs)
    page = text_of(office.get(of(mixed)))
    assert "000800" in page
    for not_theirs in ("000700", "alice@example.kz", "750,00", 'name="reason"'):
        assert not_theirs not in page
    assert office.get(of(ours)).status_code == 404
    assert f"№ {ours.pk}" not in text_of(office.get(reverse("office_payments")))
    give_back(office, mixed, "1")
    assert not Refund.objects.exists()


@pytest.mark.parametrize("many", [1, 5])
def test_the_same_queries_however_many_payments(
    office: Client, till: Till, django_assert_max_num_queries: Any, many: int
) -> None:
    for _ in range(many):
        till.pay()
    with django_assert_max_num_queries(5):
        office.get(reverse("office_payments"))
