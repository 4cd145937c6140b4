"""The service statement and the back of the bill."""

from dataclasses import replace
from decimal import Decimal

import pytest

from abonent.base.months import Month
from abonent.bills.paper import BackOffice, BackSection, StatementLine, Totals, render_back, render_statement
from tests.bills.paper.examples import aes_back, housing_back, statement
from tests.bills.paper.reading import in_order, page_texts, text_of


def test_the_statement_names_service_and_supplier_above_the_months() -> None:
    text = text_of(render_statement(statement))
    assert in_order(
        text, "Выписка по услуге", "Электроэнергия", "Поставщик", "ТОО «АлматыЭнергоСбыт»",
        "Август 2026 — Октябрь 2026", "0110110581",
        "Месяц/год", "Тариф", "Начальное сальдо", "Начислено", "Корректировки", "Оплачено", "Конечное сальдо",
        "08/2026 18,32 −250,00 2 931,20 0,00 2 681,20 0,00",
        "10/2026 18,32 / 24,57 1 250,40 4 794,22 0,00 1 250,40 4 794,22",
        "Итого, ₸ −250,00 8 995,82 −20,00 3 931,60 4 794,22",
    )  # fmt: skip


def test_the_statement_in_kazakh_uses_the_manuals_words() -> None:
    text = text_of(render_statement(replace(statement, languages=("kk",))))
    assert in_order(
        text, "Қызмет бойынша үзінді көшірме", "Электр энергиясы", "Жеткізуші",
        "Ай/Жыл", "Тариф", "Бастапқы сальдо", "Есептелді", "Түзетулер", "Төленді", "Соңғы сальдо",
    )  # fmt: skip


def test_totals_open_with_the_first_month_and_close_with_the_last() -> None:
    assert statement.totals == Totals(
        opening=Decimal("-250.00"), accrued=Decimal("8995.82"), corrections=Decimal("-20.00"),
        paid=Decimal("3931.60"), closing=Decimal("4794.22"),
    )  # fmt: skip
    assert replace(statement, lines=()).totals == Totals()


def test_ten_years_go_over_pages_with_the_head_repeated() -> None:
    first = Month(2016, 11)
    lines = tuple(StatementLine(month=first + n, accrued=Decimal(n)) for n in range(120))
    pages = page_texts(render_statement(replace(statement, lines=lines)))
    assert len(pages) >= 3
    assert all("Начальное сальдо" in page and "0110110581" in page for page in pages)
    assert "10/2026 — 0,00 119,00" in pages[-1]


def test_the_back_tells_how_to_pay_whom_to_ask_and_how_to_read() -> None:
    text = text_of(render_back(housing_back))
    assert in_order(text, "Оборотная сторона счёта", "Оплатить до", "15.11.2026")
    for said in ("Как оплатить", "наведите камеру", "Контакт-центр", "Как читать счёт", "Сальдо на конец =",
                 "Районные отделения", "Паспортный стол", "вт, чт 9:00–16:00"):  # fmt: skip
        assert said in text


def test_the_back_is_bilingual_kazakh_first() -> None:
    text = text_of(render_back(aes_back))
    assert in_order(text, "Шоттың сыртқы жағы", "Оборотная сторона счёта")
    assert in_order(text, "Қалай төлеуге болады", "Как оплатить", "Банк қосымшасында", "В приложении банка")


def test_an_organisation_may_leave_out_how_to_read() -> None:
    assert "Как читать" not in text_of(render_back(replace(housing_back, how_to_read=())))


@pytest.mark.parametrize("landscape", [True, False])
def test_a_back_of_any_length_is_printed_whole(landscape: bool) -> None:
    offices = tuple(BackOffice(name=f"Отделение {n}", address="#адрес *1*") for n in range(60))
    sections = tuple(BackSection(paragraphs=(f"Абзац {n}. " + "слово " * 40,)) for n in range(20))
    long = replace(housing_back, offices=offices, sections=sections, landscape=landscape)
    text = text_of(render_back(long))
    assert all(f"Отделение {n} " in text for n in range(60))
    assert all(f"Абзац {n}." in text for n in range(20))
    assert "#адрес *1*" in text
