"""What stands on a receipt, read back from the PDF."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from abonent.bills.paper import (
    Customer,
    MeterLine,
    Receipt,
    ReceiptLine,
    Totals,
    render_receipt,
)
from tests.bills.paper.examples import (
    RECEIPTS,
    aes_receipt,
    alseco_receipt,
    electricity_receipt,
    housing_back,
    housing_receipt,
)
from tests.bills.paper.reading import in_order, page_texts, text_of


def _ending_at(closing: str, **changes: object) -> Receipt:
    totals = replace(aes_receipt.totals, closing=Decimal(closing))
    return replace(aes_receipt, totals=totals, **changes)  # type: ignore[arg-type]


def test_the_kazakh_bill_says_everything_in_both_languages_kazakh_first() -> None:
    text = text_of(render_receipt(aes_receipt))
    assert in_order(
        text,
        "Шот-түбіртек", "Счёт-квитанция", "2026 жылғы қазан / Октябрь 2026",
        "Төленетін сома / К оплате", "4 794,00 ₸", "Төлем мерзімі / Оплатить до", "25.11.2026",
        "Дербес шот", "Лицевой счёт", "0110110581",
        "Абонент", "Әбдіғаппарұлы Нұрлан Қуанышұлы",
        "Мекенжай", "Алматы қ., Түрксіб ауданы, Сүйінбай даңғ., 157-үй, 24-пәтер",
        "Тұратын тұрғындар саны", "4",
        "Басында", "На начало", "1 250,40", "берешек / долг",
        "Есептелді", "Начислено", "4 794,22", "Төленді", "Оплачено", "1 250,40",
        "Соңында", "На конец", "4 794,22",
        "011067142350718", "15.06.2021", "12 480", "12 726", "246 кВт·сағ",
        "Саны", "Количество", "Бағасы", "Цена", "Сомасы", "Сумма",
        "Басындағы көрсеткіші", "Соңғы көрсеткіші",
        "Электр энергиясы, 1-деңгей", "Электроэнергия, 1 уровень", "200 кВт·сағ", "18,32", "3 664,00",
        "12 480",
        "Барлығы / Итого", "4 794,22",
        "Төлем алушы / Получатель платежа", "БСН / БИН", "060640003142", "KZ836010131000012345", "HSBKKZKX",
    )  # fmt: skip


def test_every_kazakh_letter_comes_back() -> None:
    letters = "әғқңөұүһі ӘҒҚҢӨҰҮҺІ"
    text = text_of(render_receipt(replace(aes_receipt, customer=Customer(account="1", name=letters))))
    assert letters in text


def test_a_billing_centre_shows_each_supplier_with_its_balances() -> None:
    text = text_of(render_receipt(alseco_receipt))
    assert in_order(
        text,
        "Басында", "Саны", "Бағасы", "Есептелді", "Түзетулер", "Төленді", "Соңында",
        "Ыстық су / Горячая вода", "ТОО «АлТС»",
        "2 834,56", "6,4 м³", "442,90", "2 834,56", "−120,00", "2 834,56", "2 714,56",
        "Газ", "−300,00", "424,70", "124,70",
        "9 668,67", "17 042,49", "−120,00", "9 968,67", "16 622,49",
    )  # fmt: skip
    assert text.count("БСН / БИН") == 4


def test_the_housing_bill_has_the_thirteen_columns_and_nested_lines() -> None:
    text = text_of(render_receipt(housing_receipt, template="housing"))
    assert in_order(
        text,
        "Счёт на оплату жилищно-коммунальных услуг", "Октябрь 2026",
        "Платёжный код", "6262000", "Собственник (квартиросъёмщик)", "Коваленко Пётр Ильич",
        "Общая площадь", "17,2 м²", "Число проживающих", "1", "К оплате", "2 063,41 ₽",
        "1 2 3 4 5 6 7 8 9 10 11 12 13",
        "1 Отопление 1 520,11 0,00 0,00 кв.м 17,200 26,14 449,61 0 0,00 449,61 449,61",
        "2 Подогрев воды 768,10",
        "в т.ч. Холодная вода для нужд ГВС — 0,00 — куб.м 10,160 13,03 132,38",
        "в т.ч. подогрев воды — 0,00 — куб.м 10,160 62,57 635,71 2 51,21 584,50 584,50",
        "3 Холодное водоснабжение",
        "Итого 3 163,71 −13,03 135,20 1 992,45 51,21 1 928,21 2 063,41",
        "Учтены оплаты, поступившие по 31.10.2026",
    )  # fmt: skip
    for head in ("Перерасчёт за", "Долг (+),", "Ед. изм.", "Объём услуг", "Недопоставка", "дней"):
        assert head in text


def test_billing_that_says_v_t_ch_itself_is_not_repeated() -> None:
    lines = (ReceiptLine(name="Вода"), ReceiptLine(name="в т.ч. подогрев", level=1))
    text = text_of(render_receipt(replace(housing_receipt, lines=lines), template="housing"))
    assert text.count("в т.ч.") == 1


def test_an_electricity_bill_shows_tariff_volume_and_readings() -> None:
    text = text_of(render_receipt(electricity_receipt, template="electricity"))
    assert in_order(
        text, "Счёт за электроэнергию", "1 062,14 ₽", "−150,00 переплата", "день", "07829345",
        "День 8 120 8 263 143 кВт·ч 6,56 938,08", "Ночь 3 954 4 025 71 кВт·ч 3,86 274,06", "Итого 1 212,14",
    )  # fmt: skip


@pytest.mark.parametrize("template", RECEIPTS)
@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_every_template_speaks_every_language(template: str, language: str) -> None:
    text = text_of(render_receipt(replace(RECEIPTS[template], languages=(language,)), template=template))
    to_pay = {"ru": "К оплате", "kk": "Төленетін сома", "en": "To pay"}
    months = {"ru": "Октябрь 2026", "kk": "2026 жылғы қазан", "en": "October 2026"}
    assert in_order(text, months[language], to_pay[language]) or in_order(
        text, to_pay[language], months[language]
    )
    assert not any(word in text for other, word in to_pay.items() if other != language)


def test_a_language_the_paper_does_not_speak_is_named() -> None:
    with pytest.raises(ValueError, match="de"):
        render_receipt(replace(aes_receipt, languages=("de",)))


def test_an_overpayment_asks_for_nothing() -> None:
    text = text_of(render_receipt(_ending_at("-310.55")))
    assert in_order(text, "Төленетін сома / К оплате", "0,00 ₸", "Төлеу қажет емес / Оплата не требуется")
    assert in_order(text, "Соңында", "−310,55", "артық төлем / переплата")
    assert "25.11.2026" not in text


def test_a_balance_of_zero_is_neither_debt_nor_overpayment() -> None:
    assert in_order(text_of(render_receipt(_ending_at("0"))), "На конец", "0,00", "берешек жоқ / долга нет")


@pytest.mark.parametrize(
    ("closing", "rounding", "to_pay"),
    [
        ("4137.49", "1", "4137"),
        ("4137.50", "1", "4138"),
        ("4137.50", "0.01", "4137.50"),
        ("0.49", "1", "0"),
        ("-4137.50", "1", "0"),
    ],
)
def test_the_amount_to_pay_may_be_rounded_to_whole_tenge(closing: str, rounding: str, to_pay: str) -> None:
    assert _ending_at(closing, rounding=Decimal(rounding)).to_pay == Decimal(to_pay)


def test_the_suppliers_own_amount_to_pay_wins() -> None:
    assert _ending_at("4137.50", stated_to_pay=Decimal("2994.41")).to_pay == Decimal("2994.41")


def test_totals_are_printed_as_the_supplier_states_them_even_when_they_do_not_add_up() -> None:
    totals = Totals(opening=Decimal("2065.60"), accrued=Decimal("921.49"), closing=Decimal("2994.41"))
    text = text_of(render_receipt(replace(aes_receipt, totals=totals)))
    assert in_order(text, "2 065,60", "921,49", "2 994,41")


def test_totals_of_lines_leave_parts_out() -> None:
    lines = (
        ReceiptLine(name="a", accrued=Decimal("10.00"), opening=Decimal("-1.50")),
        ReceiptLine(name="b", level=1, accrued=Decimal("4.00")),
        ReceiptLine(name="c", accrued=None),
    )
    assert Totals.of(lines) == Totals(accrued=Decimal("10.00"), opening=Decimal("-1.50"))


def test_missing_readings_are_said_in_words() -> None:
    meters = (MeterLine(service="Газ", serial="77", previous=Decimal(12), current=None),)
    line = replace(aes_receipt.lines[0], previous_reading=None)
    text = text_of(render_receipt(replace(aes_receipt, meters=meters, lines=(line,))))
    assert "77 12 Жоқ / Отсутствуют" in text
    assert "3 664,00 Жоқ / Отсутствуют 12 680" in text


def test_the_linking_code_and_its_date_are_printed_only_when_given() -> None:
    assert in_order(text_of(render_receipt(aes_receipt)), "7K3M-9QXA", "31.12.2026 күніне дейін жарамды")
    assert "личному кабинету" not in text_of(render_receipt(replace(aes_receipt, link_code=None)))


def test_without_due_date_residents_meters_or_payees_nothing_is_left_hanging() -> None:
    bare = replace(
        aes_receipt,
        customer=Customer(account="17"),
        due_on=None,
        meters=(),
        payees=(),
        number="",
        link_code=None,
    )
    text = text_of(render_receipt(bare))
    for word in ("Мекенжай", "Тұратын", "Оплатить до", "Есептегіштер", "Получатель", "Шот №"):
        assert word not in text


def test_forty_lines_go_on_over_the_page_under_a_repeated_head() -> None:
    lines = tuple(
        replace(housing_receipt.lines[0], name=f"Услуга номер {n}", accrued=Decimal(n)) for n in range(40)
    )
    pages = page_texts(render_receipt(replace(housing_receipt, lines=lines), template="housing"))
    assert len(pages) >= 2
    assert all("Наименование услуги" in page and "6262000" in page for page in pages[:2])
    assert all(f"Услуга номер {n} " in " ".join(pages) for n in range(40))


def test_a_very_long_name_and_address_are_printed_whole() -> None:
    address = ", ".join(f"очень длинная часть адреса {n}" for n in range(40))
    customer = replace(housing_receipt.customer, name="Константинопольский-" * 12, address=address)
    for template, receipt in RECEIPTS.items():
        text = text_of(render_receipt(replace(receipt, customer=customer), template=template))
        assert "часть адреса 39" in text
        assert text.count("Константинопольский") == 12


def test_the_back_follows_on_the_second_page() -> None:
    pages = page_texts(render_receipt(housing_receipt, template="housing", back=housing_back))
    assert len(pages) == 2
    assert in_order(pages[1], "Оборотная сторона счёта", "15.11.2026", "Как оплатить", "Как читать счёт")


def test_dates_are_written_as_people_write_them() -> None:
    text = text_of(render_receipt(replace(aes_receipt, due_on=date(2026, 1, 5))))
    assert "05.01.2026" in text
