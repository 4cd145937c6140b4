"""«Потребление»: the same months as a picture, a table, a sentence and a file."""

import csv
import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.interfaces.resident.test_cabinet_pages import public_id, see, words
from tests.interfaces.ui.markup import faults, parse


def fetch(person: Any, name: str, key: str, query: str = "", language: str = "ru") -> Any:
    type(person).objects.filter(pk=person.pk).update(language=language)
    client = Client()
    client.force_login(person)
    return client.get(reverse(name, args=[public_id(key)]) + query)


def picture(html: str) -> str:
    return re.search(r'(?s)<svg class="chart-paper".*?</svg>\s*</div>', html)[0]  # type: ignore[index]


def test_the_year_is_summed_compared_and_listed(cast: dict[str, Any]) -> None:
    page = see(cast["alice"], "consumption", "100")
    assert "За 12 месяцев: 1 680 кВт·ч — на 240 кВт·ч больше, чем годом раньше." in page
    assert "Месяц/год День Ночь Всего, кВт·ч Годом раньше Начисление" in page
    assert (
        "октябрь 2026 по среднему 100 40 140 120 2 400,00 ₸ сентябрь 2026 100 40 140 120 2 410,00 ₸" in page
    )
    assert page.index("октябрь 2026 по среднему") < page.index("ноябрь 2025 100")
    assert "Итого 1 200 480 1 680 1 440 28 810,00 ₸" in page


def test_the_same_in_kazakh(cast: dict[str, Any]) -> None:
    page = see(cast["alice"], "consumption", "100", language="kk")
    assert "12 ай ішінде: 1 680 кВт·сағ — бір жыл бұрынғыдан 240 кВт·сағ көп." in page
    assert "Күндіз Түнде Барлығы, кВт·сағ Бір жыл бұрын" in page


def test_money_instead_of_units(cast: dict[str, Any]) -> None:
    page = see(cast["alice"], "consumption", "100", "?show=cost")
    assert "За 12 месяцев: 28 810,00 ₸ — на 3 610,00 ₸ больше, чем годом раньше." in page
    assert "Начислено по месяцам, ₸" in page
    assert "сентябрь 2026 2 410,00 ₸ 2 100,00 ₸ +310,00 ₸" in page
    assert "Итого 28 810,00 ₸ 25 200,00 ₸ +3 610,00 ₸" in page


def test_a_calendar_year_and_one_with_nothing_to_compare_with(cast: dict[str, Any]) -> None:
    page = see(cast["alice"], "consumption", "100", "?year=2025")
    assert "январь 2025 90 30 120 — 2 100,00 ₸" in page
    assert "Итого 1 100 380 1 480 240 25 800,00 ₸" in page
    assert "За 12 месяцев: 1 480 кВт·ч." in page, "ten of the months have no year before"
    this = see(cast["alice"], "consumption", "100", "?year=2026")
    assert "январь 2026" in this
    assert "ноябрь 2025" not in this


@pytest.mark.parametrize(
    "query", ["?year=1999", "?year=20260", "?year=x", "?year=%00", "?service=none", "?show=x"]
)
def test_nonsense_shows_the_usual(cast: dict[str, Any], query: str) -> None:
    assert "За 12 месяцев: 1 680 кВт·ч" in see(cast["alice"], "consumption", "100", query)


def test_what_is_not_measured_is_shown_in_money(cast: dict[str, Any]) -> None:
    page = see(cast["alice"], "consumption", "100", "?service=lift")
    assert "За 12 месяцев: 6 000,00 ₸ — столько же, сколько годом раньше." in page
    assert "Стоимость" not in page, "there is nothing to switch to"


def test_the_picture_has_a_bar_a_scale_and_stripes_the_estimated_month(cast: dict[str, Any]) -> None:
    answer = fetch(cast["alice"], "consumption", "100")
    html = answer.content.decode()
    assert faults(html) == []
    drawn = picture(html)
    assert drawn.count('class="main"') == 12
    assert drawn.count('class="second"') == 12
    assert drawn.count('class="before"') == 12
    assert drawn.count('fill="url(#usage-hatch)"') == 2, "October, both scales"
    assert (
        "октябрь 2026: 140\u00a0кВт·ч (День 100, Ночь 40). По среднему. октябрь 2025: 120\u00a0кВт·ч" in drawn
    )
    assert "Каждый месяц одинаково: 140\u00a0кВт·ч." in drawn


def test_stripes_are_explained_only_where_there_are_some(cast: dict[str, Any]) -> None:
    note = "Что означают заштрихованные месяцы"
    assert note in see(cast["alice"], "consumption", "100")
    assert note not in see(cast["charlie"], "consumption", "200")


def test_a_meter_of_one_scale_has_one_bar(cast: dict[str, Any]) -> None:
    html = fetch(cast["charlie"], "consumption", "200").content.decode()
    assert picture(html).count('class="main"') == 12
    assert 'class="second"' not in html
    assert "Потребление, кВт·ч Годом раньше Начисление октябрь 2026 160 160 2 000,00 ₸" in words(
        html.encode()
    )


def test_links_keep_the_rest_of_what_was_asked(cast: dict[str, Any]) -> None:
    page = parse(
        fetch(cast["alice"], "consumption", "100", "?service=hot&year=2025&show=cost").content.decode()
    )
    links = [one.attrs["href"] for one in page.all("a") if one.attrs.get("href", "").startswith("?")]
    assert "?service=hot&year=2026&show=cost" in links
    chosen = [one.text.strip() for one in page.all("a") if one.attrs.get("aria-current") == "true"]
    assert "2025" in chosen


def test_money_leads_to_its_explanation(cast: dict[str, Any]) -> None:
    page = parse(fetch(cast["alice"], "consumption", "100").content.decode())
    why = reverse("why", args=[public_id("100")])
    links = [one.attrs["href"] for one in page.all("a") if one.attrs.get("href", "").startswith(why)]
    assert links[0] == f"{why}?month=2026-10&service=power"
    assert len(links) == 12


def test_an_account_without_anything_says_so(cast: dict[str, Any]) -> None:
    assert "За эти месяцы данных о потреблении нет" in see(cast["charlie"], "consumption", "300")


def test_the_file_opens_in_a_russian_or_kazakh_spreadsheet(cast: dict[str, Any]) -> None:
    answer = fetch(cast["alice"], "consumption_csv", "100")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="consumption-2025-11-2026-10.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf"), "without a mark Excel takes it for another code page"
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == [
        "Месяц/год", "Услуга", "День, кВт·ч", "Ночь, кВт·ч", "Потребление, кВт·ч", "Начисление, ₸",
        "По среднему", "Годом раньше, кВт·ч", "Годом раньше, ₸",
    ]  # fmt: skip
    assert rows[-1] == ["2026-10", "Электроэнергия", "100", "40", "140", "2400,00", "да", "120", "2100,00"]
    assert [row[0] for row in rows[1:]] == sorted(row[0] for row in rows[1:])
    assert len(rows) == 13


def test_the_file_is_of_what_was_asked(cast: dict[str, Any]) -> None:
    rows = fetch(cast["alice"], "consumption_csv", "100", "?service=lift&year=2025").content.decode()
    assert "2025-01;Лифт;;500,00;нет;;" in rows
    assert "2026" not in rows
    assert fetch(cast["charlie"], "consumption_csv", "300").status_code == 404


@pytest.mark.parametrize("query", ["", "?year=2025", "?service=hot"])
def test_the_number_of_queries_is_constant(cast: dict[str, Any], query: str) -> None:
    """As many for three services with a meter of two scales as for one of one scale."""
    counts = set()
    for key, person in (("100", "alice"), ("200", "charlie")):
        client = Client()
        client.force_login(cast[person])
        address = reverse("consumption", args=[public_id(key)]) + query
        client.get(address)  # services and months are kept from now on
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        counts.add(len(seen))
    assert counts == {5}
