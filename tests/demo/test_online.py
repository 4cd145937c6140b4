"""The town's own online payment: by the portal's operations, at the practice bank, to the kopeck."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import Settings

from abonent.demo import online
from abonent.demo.operations import settle
from abonent.demo.queries import has_paid_online, planted_account
from abonent.demo.town import Kind
from abonent.ledger.queries import balance
from abonent.notices.models import Letter
from abonent.payments.invariants import broken
from abonent.payments.models import Payment
from abonent.portal.profile import load
from tests.payments.bank import SandboxBank, running_bank
from tests.payments.providers.test_yookassa import free_address


@pytest.fixture
def bank(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxBank]:
    settings.DEMO, settings.PORTAL = True, load(settings.PORTALS_DIR / "housing.toml")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with running_bank() as bank:
        settings.SANDBOX_BANK = bank.address
        for code in ("card", "sbp"):
            monkeypatch.setenv(f"ABONENT_GATEWAY_{code.upper()}_SECRET", bank.secret_of(f"housing-{code}"))
        yield bank


@pytest.mark.django_db(transaction=True)
def test_the_customer_has_paid_a_part_of_the_parents_bill_once(bank: SandboxBank, client: Client) -> None:
    now = datetime.now(UTC)
    settle(now=now, accounts=20)
    settle(now=now, accounts=20)
    assert has_paid_online()
    (payment,), (booked,) = Payment.objects.all(), bank.payments()
    assert payment.state == "booked"
    assert payment.amount % 100 == 0
    assert booked["charged"] == (payment.amount + payment.commission) * 100
    parents = planted_account(Kind.DEMO_PARENTS)
    assert [(part.account_id, part.amount) for part in payment.parts.all()] == [(parents.id, payment.amount)]
    stands = balance(parents.id, language="ru", version=1)
    assert stands
    assert Decimal(0) < payment.amount < stands.totals.closing
    assert Letter.objects.filter(to="demo@example.kz", subject__contains="лат").exists()
    assert broken() == {}
    assert f'href="{bank.address}"' in client.get("/demo/").content.decode()


def test_without_the_bank_nothing_is_tried(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(online, "BANK_SECONDS", 0.2)
    for address in ("", free_address()):
        settings.SANDBOX_BANK = address
        assert not online._bank_is_there()
