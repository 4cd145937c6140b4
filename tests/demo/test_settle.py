"""A town comes in through the real import, and people through the real proofs: on real PostgreSQL."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.contrib.auth import authenticate
from django.test import Client, RequestFactory
from pytest_django import Settings

from abonent.accounts.models import Account, AccountLink
from abonent.accounts.operations import link_account
from abonent.accounts.queries import held_accounts
from abonent.base.months import Month
from abonent.demo.operations import load_town, settle
from abonent.demo.queries import office_door, people, planted_account, town_is_of
from abonent.demo.town import Kind, contact_email, write_bundle
from abonent.demo.town.households import DEMO
from abonent.exchange.models import Run
from abonent.exchange.operations import import_bundle
from abonent.ledger.queries import balance
from abonent.metering.models import Meter, SubmittedReading
from abonent.metering.registry import registry
from abonent.notices.models import Letter
from abonent.portal.models import Organisation
from abonent.portal.profile import Profile, load
from abonent.tariffs.queries import loaded
from abonent.users.models import User
from tests.plugins import databases
from tests.plugins.towns import copy_town

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
OTHER_DAYS = [datetime(2027, 3, 1, 6, tzinfo=UTC), datetime(2027, 2, 28, 18, tzinfo=UTC)]
PORTALS = [path.stem for path in sorted(Path("portals").glob("*.toml"))]


@pytest.fixture
def become(settings: Settings) -> Callable[[str], Profile]:
    """Make this the demo of another portal, for one test."""

    def to(code: str) -> Profile:
        settings.DEMO, settings.STAFF_SECOND_FACTOR = True, False
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        profile = settings.PORTAL = load(Path("portals") / f"{code}.toml")
        return profile

    return to


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("code", PORTALS)
def test_the_import_finds_nothing_wrong_but_what_was_planted(
    code: str, tmp_path: Path, become: Callable[[str], Profile]
) -> None:
    profile = become(code)
    town = write_bundle(code, tmp_path / "town", today=NOW.date(), country=profile.country, accounts=100)
    report = import_bundle(path=tmp_path / "town", now=NOW)
    assert report.outcome == "applied"
    assert report.errors == 0
    assert [(p.file, p.column, p.value, p.severity) for p in report.problems] == [
        ("charges", "closing", "2994.41", "warning")
    ]
    assert Account.objects.count() == len(town.households) == 100
    again = import_bundle(path=tmp_path / "town", now=NOW)
    assert again.outcome == "nothing to do"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("code", PORTALS)
def test_a_settled_portal_has_all_that_is_promised(
    code: str, client: Client, become: Callable[[str], Profile]
) -> None:
    """One town for all: making it takes longer than looking."""
    profile = become(code)
    settle(now=NOW, accounts=40)
    people_are_in_and_see_their_accounts(profile)
    the_page_names_people_and_the_account_with_its_facts(client)
    the_customer_has_sent_readings_and_billing_has_answered(Month.of(NOW.date()))
    tariffs_are_loaded_and_meters_name_those_that_are_not_their_service_s_own()
    the_account_to_link_is_linked_by_the_facts_that_are_printed(profile)
    the_operator_signs_in_and_stands_in_the_office(client)


def people_are_in_and_see_their_accounts(profile: Profile) -> None:
    request = RequestFactory().post("/")
    for name, password in people():
        assert authenticate(request, username=name, password=password), name
    customer, family = User.objects.get(login="demo"), User.objects.get(login="family")
    assert customer.email_confirmed
    held = {one.number: one for one in held_accounts(customer.pk, now=NOW)}
    home, parents, let = (planted_account(kind) for kind in DEMO)
    assert held.keys() == {home.number, parents.number, let.number}
    assert AccountLink.objects.get(user=customer, account_id=home.id).limited_until is None
    limited = AccountLink.objects.get(user=customer, account_id=parents.id).limited_until
    assert (limited is not None) == profile.linking.first_link_limited
    assert {one.number for one in held_accounts(family.pk, now=NOW)} == {home.number, parents.number}
    assert Letter.objects.filter(to="demo@example.kz").exists()  # somebody else was linked to the account


def the_page_names_people_and_the_account_with_its_facts(client: Client) -> None:
    page = client.get("/demo/").content.decode()
    account = planted_account(Kind.TO_LINK)
    for text in (account.number, *account.facts_asked.values(), *(name for name, _ in people())):
        assert text in page


def the_customer_has_sent_readings_and_billing_has_answered(now: Month) -> None:
    home = planted_account(Kind.DEMO_HOME)
    registry_ = registry(home.id, first=now - 4, last=now, language="ru")
    rows = [(month.month, row) for month in registry_.months for row in month.rows]
    states = {(month, row.state) for month, row in rows if row.state}
    assert states == {
        (now - 3, "rejected"),
        (now - 2, "used"),
        (now - 1, "used"),
    }
    assert {row.used_in for _, row in rows if row.state == "used"} == {now - 2, now - 1}
    assert all(row.reason for _, row in rows if row.state == "rejected")
    taken = {(month, row.serial, row.scale, row.source) for month, row in rows}
    assert len(taken) == len(rows), "what billing tells is what was sent: one row"
    waiting = SubmittedReading.objects.filter(state="received")
    assert waiting
    assert {one.period for one in waiting} == {now}
    assert home.id not in {one.submission.account_id for one in waiting}


def tariffs_are_loaded_and_meters_name_those_that_are_not_their_service_s_own() -> None:
    catalogue = loaded()
    assert catalogue.versions
    for meter in Meter.objects.select_related("service"):
        found = catalogue.charged_by(meter.service.code, meter.tariff, NOW.date())
        assert found, meter.service.code


def the_account_to_link_is_linked_by_the_facts_that_are_printed(profile: Profile) -> None:
    account, family = planted_account(Kind.TO_LINK), User.objects.get(login="family")
    assert list(account.facts_asked) == profile.linking.facts
    link = link_account(user=family, number=account.number, facts=account.facts_asked, address=None, now=NOW)
    assert link.account_id == account.id


def the_operator_signs_in_and_stands_in_the_office(client: Client) -> None:
    name, password = people()[2]
    answer = client.post(office_door(), {"login": name, "password": password})
    assert answer.headers["Location"] == "/office/"
    assert client.get("/office/").status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "today", [datetime(2027, 3, 1, 6, tzinfo=UTC), datetime(2027, 2, 28, 18, tzinfo=UTC)]
)
def test_the_history_is_there_on_whatever_day_the_town_is_made(
    today: datetime, become: Callable[[str], Profile]
) -> None:
    become("housing")
    settle(now=today, accounts=20)
    the_customer_has_sent_readings_and_billing_has_answered(Month.of(today.date()))
    count = SubmittedReading.objects.count()
    settle(now=today, accounts=20)
    assert SubmittedReading.objects.count() == count


@pytest.mark.django_db(transaction=True)
def test_settling_again_changes_nothing_and_what_is_missing_is_added(
    become: Callable[[str], Profile],
) -> None:
    become("aes")
    settle(now=NOW, accounts=40)
    runs, links = Run.objects.count(), set(AccountLink.objects.values_list("pk", flat=True))
    later = NOW + timedelta(days=20)
    settle(now=later)
    assert (Account.objects.count(), Run.objects.count()) == (40, runs)
    assert set(AccountLink.objects.values_list("pk", flat=True)) == links
    assert town_is_of() == NOW.date()
    User.objects.filter(login="family").delete()
    settle(now=later)
    assert User.objects.filter(login="family").exists()
    assert len(held_accounts(User.objects.get(login="family").pk, now=later)) == 2


@pytest.mark.django_db(transaction=True)
def test_a_town_of_an_earlier_version_is_opened_as_it_is(
    client: Client, become: Callable[[str], Profile]
) -> None:
    """Issue 2's customer had two accounts."""
    become("housing")
    load_town(now=NOW, seed=5, accounts=20, stage=lambda _: None)
    Account.objects.filter(contact_email=contact_email(Kind.DEMO_LET)).update(contact_email="")
    settle(now=NOW)
    assert len(held_accounts(User.objects.get(login="demo").pk, now=NOW)) == 2
    assert not SubmittedReading.objects.exists()
    assert client.get("/demo/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_data_of_one_s_own_are_left_alone(client: Client, become: Callable[[str], Profile]) -> None:
    become("aes")
    organisation = Organisation.objects.create(code="mine", name_ru="Моя")
    Account.objects.create(number="17", key="17", organisation=organisation, payer="Алиса Ким", address="Дом")
    settle(now=NOW)
    assert Account.objects.count() == 1
    assert not User.objects.exists()
    assert client.get("/demo/").headers["Location"] == "/demo/mail/"


@pytest.mark.django_db(transaction=True)
def test_balances_arrive_as_billing_told_them(become: Callable[[str], Profile]) -> None:
    become("pes")
    load_town(now=NOW, seed=5, accounts=40, stage=lambda _: None)
    shown = {
        kind: balance(planted_account(kind).id, language="ru", version=1)
        for kind in (Kind.NEVER_PAID, Kind.OVERPAID, Kind.CLOSED)
    }
    amounts = {kind: one.totals.closing for kind, one in shown.items() if one}
    assert amounts[Kind.NEVER_PAID] > 0 > amounts[Kind.OVERPAID]
    assert amounts[Kind.CLOSED] == 0


@contextmanager
def a_town(server: str, code: str) -> Iterator[str]:
    name = databases.name_of_mine(f"town_{code}")
    try:
        yield copy_town(server, code, name)
    finally:
        databases.drop(server, name)


@pytest.mark.parametrize("code", ["aes", "pes"])
def test_a_house_prepares_its_database_and_says_what_to_link(database_server: str, code: str) -> None:
    """What `abonent demo` starts, as a process: once on a settled database, so nothing is loaded again."""
    with a_town(database_server, code) as url:
        done = subprocess.run(
            [sys.executable, "-m", "abonent.demo.house", "0"],
            env=os.environ | {"ABONENT_PORTAL": code, "DATABASE_URL": url, "ABONENT_DEMO": "1"},
            capture_output=True,
            text=True,
            check=True,
        )
        told: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
        assert [line["stage"] for line in told] == ["people", "ready"]
        with psycopg.connect(url) as connection:
            found = connection.execute(
                "SELECT payment.paid_on::text, amounts[1]::text FROM accounts_account account"
                " JOIN accounts_lastpayment payment ON payment.account_id = account.id WHERE number = %s",
                [told[-1]["number"]],
            ).fetchone()
            assert found
            assert told[-1]["facts"]["last_payment_amount"] == found[1].replace(".", ",")
            assert connection.execute("SELECT count(*) FROM accounts_account").fetchone() == (300,)
            assert connection.execute("SELECT count(DISTINCT month) FROM ledger_charge").fetchone() == (36,)


@pytest.mark.parametrize("code", PORTALS)
def test_the_office_finds_work_in_the_morning(database_server: str, code: str) -> None:
    with a_town(database_server, code) as url, psycopg.connect(url) as connection:

        def count(what: str) -> int:
            (found,) = connection.execute(f"SELECT count(*) FROM {what}").fetchone() or (0,)
            return int(found)

        takes_requests = bool(load(Path("portals") / f"{code}.toml").requests.kinds)
        states = connection.execute("SELECT DISTINCT state FROM service_requests_servicerequest").fetchall()
        expected = {"received", "in_work", "waiting", "done"} if takes_requests else set()
        assert {state for (state,) in states} == expected
        assert count("announcements_announcement WHERE kind = 'outage'") == 1
        assert count("payments_registryrow WHERE state = 'unmatched'") == 2
        eyes = "metering_submittedreading WHERE risk > 0 AND reviewed_at IS NULL AND state = 'received'"
        assert count(eyes) >= (0 if code in ("housing", "pes") else 1)  # their windows may be closed
        assert count("accounts_linkattempt WHERE refused_by <> ''") >= 1
        roles = connection.execute("SELECT role FROM users_staffmembership ORDER BY role").fetchall()
        assert [role for (role,) in roles] == ["accountant", "administrator", "operator"]
