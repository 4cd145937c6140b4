"""«Почему такая сумма»: the supplier's charge unfolded, ours beside it, and whether they agree."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.interfaces.resident.consumption.test_consumption_page import fetch
from tests.interfaces.resident.test_cabinet_pages import public_id, see
from tests.interfaces.ui.markup import faults, parse


def test_the_suppliers_lines_and_ours_agree(cast: dict[str, Any]) -> None:
    page = see(cast["alice"], "why", "100", "?month=2026-10&service=power")
    assert "Почему такая сумма Электроэнергия, октябрь 2026 2 400,00 ₸ Поставщик: ТОО «Свет»" in page
    assert (
        "Что начислил поставщик Услуга Объём Тариф Начисление Электроэнергия 140 кВт·ч — 2 400,00 ₸" in page
    )
    assert "Наш расчёт по тарифу «По зонам суток»" in page
    assert "День Единый тариф на любой объём 31 100 20 2 000,00 ₸" in page
    assert "Итого 2 400,00 ₸ Наш расчёт даёт ту же сумму" in page


def test_a_difference_is_said_clearly_and_the_supplier_counts(cast: dict[str, Any]) -> None:
    page = see(cast["alice"], "why", "100", "?month=2026-09&service=power")
    assert "Сумма поставщика отличается от нашего расчёта на +10,00 ₸" in page
    assert "356-99-99" in page
    english = see(cast["alice"], "why", "100", "?month=2026-09&service=power", language="en")
    assert "The supplier's amount is the one that counts." in english


def test_parts_unfold_under_their_service(cast: dict[str, Any]) -> None:
    page = see(cast["alice"], "why", "100", "?month=2026-10&service=hot")
    assert "в т.ч. холодная вода 5 м³ 20 100,00 ₸ в т.ч. подогрев 5 м³ 40 200,00 ₸" in page
    assert "Проверить расчётом не получилось" in page


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?month=2026-10",
        "?month=x&service=power",
        "?month=2020-01&service=power",
        "?month=2026-10&service=no",
    ],
)
def test_what_was_not_charged_is_not_there(cast: dict[str, Any], query: str) -> None:
    assert fetch(cast["alice"], "why", "100", query).status_code == 404


@pytest.mark.parametrize("service", ["power", "hot", "lift"])
def test_the_page_is_sound(cast: dict[str, Any], service: str) -> None:
    html = fetch(cast["alice"], "why", "100", f"?month=2026-10&service={service}", "kk").content.decode()
    assert faults(html) == []


@pytest.mark.parametrize(("name", "query"), [("account", ""), ("services", "?service=power")])
def test_accrued_amounts_lead_here(cast: dict[str, Any], name: str, query: str) -> None:
    page = parse(fetch(cast["alice"], name, "100", query).content.decode())
    why = f"{reverse('why', args=[public_id('100')])}?month=2026-10&service=power"
    assert [one.text.strip() for one in page.all("a") if one.attrs.get("href") == why] == ["2\u00a0400,00"]


def test_the_number_of_queries_is_constant(cast: dict[str, Any]) -> None:
    """As many for a service with a meter and its own tariff as for one of parts, or a lift."""
    client = Client()
    client.force_login(cast["alice"])
    counts = set()
    for service in ("power", "hot", "lift"):
        address = reverse("why", args=[public_id("100")]) + f"?month=2026-10&service={service}"
        client.get(address)
        with CaptureQueriesContext(connection) as seen:
            client.get(address)
        counts.add(len(seen))
    assert counts == {7}
