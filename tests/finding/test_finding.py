"""A customer is found by whatever is known of them, also mistyped, and only by those who serve them."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from abonent.accounts.models import Account, AccountLink, KnownWord
from abonent.base.folding import LETTERS, one_mistake
from abonent.finding.hits import MOST, Distance, Found, Kind
from abonent.finding.operations import find_customers
from abonent.finding.typed import TooShort
from abonent.portal.models import Organisation
from abonent.users.models import AuditEvent, StaffMembership, User

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
Names = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("000100700", "Иванов"),
        ("100-700", "Иванов"),
        ("200998", "Семёнова"),  # a wrong digit
        ("20999", "Семёнова"),  # a missing one
        ("2000999", "Семёнова"),  # one too many
        ("209099", "Семёнова"),  # swapped
        ("Иванов", "Иванов"),
        ("Ивнаов", "Иванов"),
        ("ИВАНОВ иван", "Иванов"),
        ("Иван Иванов", "Иванов"),
        ("Ivanov", "Иванов"),
        ("Абилкасым", "Әбілқасым"),
        ("Әбилкасим", "Әбілқасым"),
        ("семенова", "Семёнова"),
        ("Симинова", "Семёнова"),  # two mistakes of a long word
        ("Семён", "Семёнова"),  # its beginning
        ("абая 1 кв 5", "Иванов"),
        ("ул Абая, 5-1", "Петров"),
        ("Абоя 1 кв 5", "Иванов"),
        ("толе би 12а", "Әбілқасым"),
        ("Иванов Абая", "Иванов"),
        ("+7 701 123-45-67", "Иванов"),
        ("8(701)1234567", "Иванов"),
        ("7011234576", "Иванов"),  # swapped
        ("8701123456", "Иванов"),  # the last one missing
        ("272-12-34", "Семёнова"),  # without its town
        ("petrov@mail.kz", "Петров"),
        ("petorv@mail.kz", "Петров"),
        ("petrov@", "Петров"),
        ("CE 1010077", "Семёнова"),  # Latin letters
        ("се1010077", "Семёнова"),
        ("СЕ-101", "Семёнова"),
    ],
)
def test_found_first(names: Names, words: str, first: str) -> None:
    assert names(words)[0] == first


def test_a_person_linked_is_found_by_their_own_phone_and_email(ask: Callable[..., Found]) -> None:
    for words in ("8 702 999 88 77", "dana.k@example.kz", "dana.k@exampel.kz"):
        found = ask(words).hits
        assert {hit.card.number for hit in found} == {"000100701", "000555123"}
        assert {hit.reasons[0].kind for hit in found} == {Kind.PERSON}
    AccountLink.objects.update(ended_at=NOW)
    assert ask("dana.k@example.kz").hits == ()


def test_who_types_a_number_rightly_is_not_shown_its_neighbours(ask: Callable[..., Found]) -> None:
    right, wrong = ask("000100700"), ask("000100703")
    assert [hit.card.number for hit in right.hits] == ["000100700"]
    assert right.only == right.hits[0].card
    assert {hit.card.number for hit in wrong.hits} == {"000100700", "000100701", "000100702"}
    assert wrong.only is None
    assert {hit.reasons[0].distance for hit in wrong.hits} == {Distance.NEAR}


@pytest.mark.parametrize("words", ["555123", "Чужаков", "абая 1 кв 6", "8 702 999 88 77", "СЕ-101/0078"])
def test_another_organisations_customer_does_not_exist(
    names: Names, ours: Organisation, theirs: Organisation, words: str
) -> None:
    assert "Чужаков" in names(words)
    assert "Чужаков" in names(words, theirs)
    assert "Чужаков" not in names(words, ours)


@pytest.mark.parametrize(
    "words",
    ["%%%", "___", "%а_", "'; DROP", "\\\\\\", "a\x00bc", "{ours}", "%(near)s", "ул. кв. д.", "ЪЪЪ", "☃☃☃☃"],
)
def test_signs_find_nobody_and_break_nothing(ask: Callable[..., Found], words: str) -> None:
    with suppress(TooShort):
        assert ask(words).hits == ()


def test_each_account_once_with_all_its_reasons(
    ask: Callable[..., Found], new_account: Callable[..., Account]
) -> None:
    new_account("000777", "Мира Роза", "г. Алматы, ул. Мира, 1")
    [rose, *_] = ask("мира").hits
    assert rose.card.payer == "Мира Роза", "a name before an address"
    assert [(one.kind, one.distance) for one in rose.reasons] == [(Kind.NAME, Distance.SAME)]
    both = ask("Роза Мира 1").hits[0]
    assert {one.kind for one in both.reasons} == {Kind.NAME, Kind.ADDRESS}


def test_twenty_at_most_and_it_is_said_that_there_are_more(
    ask: Callable[..., Found], new_account: Callable[..., Account]
) -> None:
    for number in range(MOST + 5):
        new_account(f"9{number:05}", "Ким Вера", "г. Алматы, ул. Сатпаева, 9", str(number))
    found = ask("Ким Вера")
    assert len(found.hits) == MOST
    assert found.more
    assert not ask("Ким Сатпаева 9 кв 3").more


@pytest.mark.parametrize(
    "words", ["Иванов", "Ивнаов Абая 1 кв 5", "000100700", "СЕ-101/77", "dana.k@example.kz", "ззз"]
)
def test_queries_are_bounded(
    ask: Callable[..., Found], new_account: Callable[..., Account], words: str
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            ask(words)
        return len(seen)

    before = asked()
    for number in range(30):
        new_account(f"8{number:05}", "Иванов Иван", "г. Алматы, ул. Абая, 1", str(number))
    assert asked() <= max(before, 9)
    assert asked() <= 9


def test_renamed_and_imported_accounts_are_known_at_once(names: Names, street: dict[str, Account]) -> None:
    account = street["Иванов"]
    account.payer = "Жолдасбаев Ерік"
    account.save()
    assert names("Жолдосбаев")[0] == "Жолдасбаев"
    assert "Иванов" not in names("Иванов Иван Петрович")
    Account.objects.bulk_create(
        Account(
            number=f"7{n}", key=f"7{n}", organisation=account.organisation, payer=f"Уникум{n}ов", address="А"
        )
        for n in ("один", "два")
    )
    assert names("Уникумодинво")[0] == "Уникумодинов"
    assert KnownWord.objects.filter(word="unikumodinov").exists()


def test_every_single_mistake_of_a_name_is_forgiven(ask: Callable[..., Found]) -> None:
    """Not a sample: every word one mistake away that has no better neighbour."""
    missed = [
        word
        for word in set(one_mistake("abilkasym", LETTERS))
        if not any(hit.card.payer.startswith("Әбілқасым") for hit in ask(word).hits)
    ]
    assert missed == []


def test_a_search_is_written_down_without_its_words(street: dict[str, Account], ours: Organisation) -> None:
    user = User.objects.create(login="op")
    staff = StaffMembership.objects.create(user=user, organisation=ours, role="operator")
    facts: dict[str, Any] = {"staff": staff, "address": "10.0.0.1", "now": NOW}
    find_customers(words="Иванов Иван", **facts)
    find_customers(words=" иванов иван ", **facts)
    find_customers(words="Петров", **facts)
    first, again, other = AuditEvent.objects.filter(action="staff_searched").order_by("pk")
    assert first.details["kinds"] == ["words"]
    assert first.details["accounts"][0] == street["Иванов"].pk
    assert first.details["mark"] == again.details["mark"] != other.details["mark"]
    assert (first.actor, first.organisation, first.address) == (user, ours, "10.0.0.1")
    everything = str(list(AuditEvent.objects.values()))
    assert "ванов" not in everything
    assert "ivanov" not in everything
