"""The last twelve months on another tariff: the sum, the difference in words, the shares that are asked."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from abonent.accounts.models import Account
from tests.interfaces.resident.test_cabinet_pages import public_id, see
from tests.interfaces.ui.markup import faults


def test_the_offers_are_named(cast: dict[str, Any]) -> None:
    page = see(cast["alice"], "what_if", "100")
    assert "Сейчас: По зонам суток" in page
    assert "Выберите тариф По зонам суток: один тариф По уровням" in page
    assert "вышло бы" not in page


def test_a_dearer_tariff_is_said_to_be_so(cast: dict[str, Any]) -> None:
    page = see(cast["alice"], "what_if", "100", "?tariff=zones:total")
    assert "За 12 месяцев вышло бы 30 240,00 ₸: на 1 440,00 ₸ дороже." in page
    assert "октябрь 2026 140 2 400,00 2 520,00 +120,00 ₸" in page
    assert "Итого 28 800,00 30 240,00 +1 440,00 ₸" in page


def test_a_cheaper_one_too(cast: dict[str, Any]) -> None:
    page = see(cast["alice"], "what_if", "100", "?tariff=levels:total", language="kk")
    assert "12 ай ішінде 16 800,00 ₸ болар еді: 12 000,00 ₸ арзан." in page


def test_the_share_of_the_night_is_asked_of_who_has_one_scale(cast: dict[str, Any]) -> None:
    Account.objects.filter(key="200").update(residents=1)
    asked = see(cast["charlie"], "what_if", "200", "?tariff=zones:day,night")
    assert "Доля ночи, % всего объёма" in asked
    assert "нажмите «Сравнить»" in asked
    assert "вышло бы" not in asked
    told = see(cast["charlie"], "what_if", "200", "?tariff=zones:day,night&share-night=25")
    assert "За 12 месяцев вышло бы 33 600,00 ₸: на 7 200,00 ₸ дешевле." in told


@pytest.mark.parametrize("share", ["ночью", "-1", "101", "NaN", "1e5"])
def test_a_share_that_cannot_be_is_refused_at_its_field(cast: dict[str, Any], share: str) -> None:
    Account.objects.filter(key="200").update(residents=1)
    page = see(cast["charlie"], "what_if", "200", f"?tariff=zones:day,night&share-night={share}")
    assert page.count("Введите число от 0 до 100, например 30.") == 2
    assert "вышло бы" not in page


@pytest.mark.parametrize("share", ["25", "25,0", "25.0", "25%25", " 25 "])
def test_a_share_is_read_as_people_write_it(cast: dict[str, Any], share: str) -> None:
    Account.objects.filter(key="200").update(residents=1)
    page = see(cast["charlie"], "what_if", "200", f"?tariff=zones:day,night&share-night={share}")
    assert "33 600,00 ₸" in page


def test_what_cannot_be_reckoned_says_why(cast: dict[str, Any]) -> None:
    page = see(cast["charlie"], "what_if", "200", "?tariff=zones:total")
    assert "Сравнить не получается" in page
    assert "проживающих" in page


def test_an_account_with_nothing_to_compare(cast: dict[str, Any]) -> None:
    assert "Сравнить не с чем" in see(cast["charlie"], "what_if", "300")


def test_the_page_is_sound_and_takes_a_constant_number_of_queries(cast: dict[str, Any]) -> None:
    counts = set()
    Account.objects.filter(key="200").update(residents=1)
    for key, person, query in (
        ("100", "alice", "?tariff=zones:total"),
        ("200", "charlie", "?tariff=zones:total"),
    ):
        client = Client()
        client.force_login(cast[person])
        address = reverse("what_if", args=[public_id(key)]) + query
        client.get(address)
        with CaptureQueriesContext(connection) as seen:
            answer = client.get(address)
        assert faults(answer.content.decode()) == []
        counts.add(len(seen))
    assert counts == {7}
