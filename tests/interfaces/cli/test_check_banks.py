"""`abonent check` of banks that call, and of what does not agree."""

from datetime import date, timedelta
from typing import Any

import pytest

from abonent.interfaces.cli.check_banks import configuration, findings
from abonent.interfaces.cli.finding import FAIL, OK, WARN
from abonent.payments.models import BankCallCount, Difference
from tests.payments.bank_calls import bank, give_secret, let_call
from tests.payments.conftest import NOW


def test_a_bank_that_nobody_can_be_fails_and_one_that_is_known_is_content(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_call(settings, bank(), bank("sber", "osmp", addresses=["192.0.2.0/24"]), bank("halyk"))
    give_secret(monkeypatch, "halyk")
    kaspi, sber, halyk = configuration()
    assert (kaspi.state, kaspi.subject) == (FAIL, "bank: kaspi")
    assert "neither addresses nor a secret nor a certificate" in kaspi.text
    assert [one.state for one in (sber, halyk)] == [OK, OK]
    assert sber.text == "osmp, at /api/banks/sber/"


def test_a_certificate_without_a_proxy_fails(settings: Any) -> None:
    let_call(settings, bank(certificate="CN=kaspi"))
    settings.TRUSTED_PROXIES = 0
    assert [one.state for one in configuration()] == [FAIL]
    settings.TRUSTED_PROXIES = 1
    assert [one.state for one in configuration()] == [OK]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("counts", "hours", "state"),
    [
        ({"checks": 1200, "unknown": 1100}, 2, WARN),
        ({"checks": 1200, "unknown": 1100}, 30, OK),
        ({"checks": 60_001, "unknown": 5}, 2, WARN),
        ({"checks": 30_000, "unknown": 1100}, 2, OK),
        ({"refused": 100, "network": "203.0.113.5"}, 2, WARN),
        ({"refused": 99, "network": "203.0.113.5"}, 2, OK),
    ],
)
def test_who_tries_is_said_for_a_day(settings: Any, counts: dict[str, Any], hours: int, state: str) -> None:
    let_call(settings, bank())
    BankCallCount.objects.create(bank="kaspi", hour=NOW - timedelta(hours=hours), **counts)
    calls, _ = findings(now=NOW)
    assert (calls.subject, calls.state) == ("bank calls", state)


@pytest.mark.django_db
def test_a_kopeck_is_a_warning_with_its_row_and_a_failure_after_three_days(settings: Any) -> None:
    let_call(settings)
    [found] = findings(now=NOW)
    assert (found.state, found.text) == (OK, "no difference is open")
    row = Difference.objects.create(
        day=date(2026, 11, 20),
        kind="amount",
        source="online:card",
        reference="p-1",
        owner="gateway",
        found_at=NOW - timedelta(days=3),
    )
    [found] = findings(now=NOW)
    assert found.state == WARN
    assert "1 open, the oldest for 3 days: 2026-11-20 online:card p-1 amount (gateway, 3 d)" in found.text
    [found] = findings(now=NOW + timedelta(seconds=1))
    assert found.state == FAIL
    row.settled_at = NOW
    row.save()
    [found] = findings(now=NOW)
    assert found.state == OK
