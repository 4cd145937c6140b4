"""What was published holds in every process: in this one at once, in others with their next request."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from markupsafe import Markup
from pytest_django import DjangoAssertNumQueries

from abonent.configuration.operations import withdraw
from abonent.interfaces.resident import bodies
from abonent.interfaces.ui.environment import fixed
from abonent.metering.rules import rules_of_organisation
from abonent.payments.connections import method
from abonent.portal import current
from abonent.portal.current import bring_up_to_date, edition, portal, seen_as
from abonent.portal.models import Organisation
from abonent.portal.overlay import COMMISSION, WINDOW, Place
from abonent.portal.queries import settings_number
from abonent.users.models import StaffMembership
from tests.configuration.wanted import CONTACT, TODAY, contacts, published
from tests.users.cast import NOW, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_process_that_just_began() -> Iterator[None]:
    yield
    current.forget()


def take_up(in_days: int = 0) -> list[str]:
    """As a door does that was told the number; the phones in force then."""
    bring_up_to_date(today=TODAY + timedelta(days=in_days), number=settings_number())
    return portal().contact_centre.phones


def test_nothing_is_asked_where_nothing_was_published(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        bring_up_to_date(today=TODAY, number=0)
        assert portal().code == "housing"


def test_one_query_after_a_publication_and_none_until_the_next(
    dana: StaffMembership, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    published(dana, CONTACT, contacts("1"))
    number = settings_number()
    with django_assert_num_queries(1):
        bring_up_to_date(today=TODAY, number=number)
    with django_assert_num_queries(0):
        bring_up_to_date(today=TODAY, number=number)
        assert portal().contact_centre.phones == ["1"]


def test_a_day_comes_without_a_query(
    dana: StaffMembership, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    toml = portal().contact_centre.phones
    later = published(dana, CONTACT, contacts("1"), in_days=3)
    assert take_up() == toml
    number = settings_number()
    with django_assert_num_queries(0):
        bring_up_to_date(today=TODAY + timedelta(days=3), number=number)
    assert portal().contact_centre.phones == ["1"]
    withdraw(staff=dana, version_id=later.pk, note="рано", today=TODAY, now=NOW)
    assert take_up(in_days=3) == toml


def test_a_request_sees_one_profile_to_its_end(dana: StaffMembership) -> None:
    before = portal().contact_centre.phones
    with seen_as():
        published(dana, CONTACT, contacts("1"))
        assert take_up() == before
    assert portal().contact_centre.phones == ["1"]


def test_a_database_that_does_not_answer_leaves_what_is_known(
    dana: StaffMembership, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(dana, CONTACT, contacts("1"))
    assert take_up() == ["1"]

    def gone() -> int:
        raise DatabaseError("gone")

    monkeypatch.setattr(current, "settings_number", gone)
    settings.SETTINGS_ASKED_EVERY = 0
    bring_up_to_date(today=TODAY)
    assert portal().contact_centre.phones == ["1"]


def test_what_is_kept_of_the_profile_is_drawn_anew(dana: StaffMembership) -> None:
    before, kept = edition(), fixed("ui/contacts.html")
    published(dana, CONTACT, contacts("(84371) 7-77-77"))
    take_up()
    assert edition() != before
    assert "7-77-77" in fixed("ui/contacts.html")
    assert "7-77-77" not in kept


def test_an_accounts_body_is_drawn_anew(dana: StaffMembership, monkeypatch: pytest.MonkeyPatch) -> None:
    account: Any = SimpleNamespace(data_version=1, money_version=1, id=1, limited=False, looking=False)
    monkeypatch.setattr(bodies, "_draw", lambda *_: Markup(portal().contact_centre.phones[0]))
    assert bodies.drawn("x.html", account, dict) == portal().contact_centre.phones[0]
    published(dana, CONTACT, contacts("777"))
    take_up()
    assert bodies.drawn("x.html", account, dict) == "777"


def test_an_organisations_window_is_that_of_its_readings(erlan: StaffMembership) -> None:
    house = Organisation.objects.get()
    published(erlan, Place(WINDOW, house.pk), {"first_day": 20, "last_day": 2})
    take_up()
    rules = rules_of_organisation(house)
    assert (rules.first_day, rules.last_day) == (20, 2)
    other = Organisation.objects.create(code="other", name_ru="Другая", readings_from=4, readings_to=6)
    rules = rules_of_organisation(other)
    assert (rules.first_day, rules.last_day) == (4, 6)


def test_a_commission_holds_where_it_is_reckoned(dana: StaffMembership) -> None:
    published(dana, Place(COMMISSION, method="card"), {"percent": "2", "paid_by": "customer"})
    take_up()
    assert str(method("card").commission.percent) == "2"
    assert method("card").commission.minimum == 0


def test_pages_show_it_at_once_and_ask_no_more_than_before(dana: StaffMembership) -> None:
    client = signed_in(Client(), dana.user)
    home = reverse("office_windows")

    def ask() -> tuple[str, int]:
        with CaptureQueriesContext(connection) as asked:
            page = client.get(home).content.decode()
        return page, len(asked)

    ask()
    page, before = ask()
    assert "777-77-77" not in page
    published(dana, CONTACT, contacts("777-77-77"))
    page, first = ask()
    assert "777-77-77" in page, "the foot of the page has the contact centre's phone"
    assert first == before + 1, "what was published is read once"
    assert ask()[1] == before


def test_visitors_see_it_too(dana: StaffMembership, settings: Any) -> None:
    settings.SETTINGS_ASKED_EVERY = 0
    visitor = Client()
    published(dana, CONTACT, contacts("777-77-77"))
    assert "777-77-77" in visitor.get(reverse("account_login")).content.decode()


def test_visitors_ask_once_in_a_while(
    settings: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.SETTINGS_ASKED_EVERY = 3600
    with django_assert_num_queries(1):
        for _ in range(3):
            bring_up_to_date(today=TODAY)
    current.ask_again()
    with django_assert_num_queries(1):
        bring_up_to_date(today=TODAY)


OTHER = """
import os, sys
import django
django.setup()
from datetime import date
from abonent.portal.current import bring_up_to_date, portal
for line in sys.stdin:
    bring_up_to_date(today=date.fromisoformat(line.strip()))
    print(portal().contact_centre.phones[0], flush=True)
"""


@pytest.mark.django_db(transaction=True)
def test_another_process_sees_it(
    dana: StaffMembership, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that asked before the publication, such as a worker between two jobs."""
    monkeypatch.setenv("ABONENT_PORTAL", "housing")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "abonent.settings")
    other = subprocess.Popen(
        [sys.executable, "-c", OTHER.replace("django.setup()", SOON)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=settings.BASE_DIR / "src",
    )
    assert other.stdin
    assert other.stdout

    def phone() -> str:
        other.stdin.write(f"{TODAY}\n")  # type: ignore[union-attr]
        other.stdin.flush()  # type: ignore[union-attr]
        return other.stdout.readline().strip()  # type: ignore[union-attr]

    try:
        assert phone() == portal().contact_centre.phones[0]
        published(dana, CONTACT, contacts("777"))
        assert phone() == "777"
    finally:
        other.stdin.close()
        other.wait(timeout=30)
        other.stdout.close()


SOON = """django.setup()
from django.conf import settings
settings.SETTINGS_ASKED_EVERY = 0"""
