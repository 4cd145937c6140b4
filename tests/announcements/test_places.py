"""Houses and streets are found by their words, as people type them, through the index of words."""

import pytest
from django.db import connection

from abonent.announcements.audience import Audience, concerned
from abonent.announcements.places import is_place, places
from tests.announcements.town import account, day, organisation

pytestmark = pytest.mark.django_db
HOUSES = [
    "г. Алматы, пр. Абая, 1",
    "г. Алматы, пр. Абая, 12",
    "г. Алматы, ул. Әуезова, 1",
    "с. Ушконыр, ул. Абая, 1",
]


@pytest.fixture(autouse=True)
def town() -> None:
    for number, house in enumerate(HOUSES):
        account(str(number), house)
    account("9", "г. Алматы, пр. Абая, 3", owner="theirs", flat="1")


@pytest.mark.parametrize(
    ("kind", "words", "found"),
    [
        ("house", "абая 12", ["г. Алматы, пр. Абая, 12"]),
        ("house", "АБА 1 алматы", ["г. Алматы, пр. Абая, 1"]),
        ("house", "ауэзова 1", ["г. Алматы, ул. Әуезова, 1"]),
        ("house", "1", []),
        ("house", "а", []),
        ("house", "  ", []),
        ("house", "гоголя", []),
        ("house", "' OR 1=1 --", []),
        ("house", "ким", []),  # a payer's name is no address
        ("street", "абая", ["г. Алматы, пр. Абая", "с. Ушконыр, ул. Абая"]),
        ("street", "ушконыр", ["с. Ушконыр, ул. Абая"]),
    ],
)
def test_places_are_found_by_their_words(kind: str, words: str, found: list[str]) -> None:
    assert list(places(kind, words, organisation_id=organisation("ours").pk)) == found


def test_an_organisation_finds_its_own() -> None:
    theirs = organisation("theirs").pk
    assert places("house", "абая", organisation_id=theirs) == ("г. Алматы, пр. Абая, 3",)
    assert not is_place("house", HOUSES[0], organisation_id=theirs)
    assert is_place("house", HOUSES[0], organisation_id=None)
    assert is_place("street", "г. Алматы, пр. Абая", organisation_id=theirs)
    assert not is_place("street", "г. Алматы, пр. Аб", organisation_id=None)
    assert not is_place("street", "г. Алматы, пр. %", organisation_id=None)


@pytest.mark.parametrize(
    "audience", [Audience("house", place=HOUSES[0]), Audience("street", place="г. Алматы, пр. Абая")]
)
def test_an_address_is_looked_up_by_its_index(audience: Audience) -> None:
    text, values = concerned(audience, today=day()).values("id").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {text}", values)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "accounts_account_address" in plan, plan
