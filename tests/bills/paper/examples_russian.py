"""The Russian examples: the housing bill with its back, and a plain electricity bill. All invented."""

from datetime import date
from decimal import Decimal as Dec

from abonent.base.months import Month
from abonent.bills.paper import (
    Back,
    BackOffice,
    BackSection,
    Brand,
    Contact,
    Customer,
    LinkCode,
    MeterLine,
    Payee,
    Receipt,
    ReceiptLine,
    Totals,
)

OCTOBER = Month(2026, 10)

HOUSING = Brand(
    name="Управляющая компания «Зелёный Дол»",
    accent="#2f6b2f",
    contacts=(
        Contact(label="Диспетчерская, круглосуточно", value="8 (84371) 5-00-00"),
        Contact(label="Абонентский отдел", value="8 (84371) 5-00-01"),
    ),
)
PES = Brand(
    name="Петроэнергосбыт",
    accent="#b3421b",
    contacts=(Contact(label="Контакт-центр", value="(812) 303 96 96"),),
)

_HOUSING_KEYS = (
    "paid", "corrections", "opening", "quantity", "price", "accrued",
    "undelivered_days", "undelivered_amount", "within_norm", "to_pay",
)  # fmt: skip
#: Name, unit, the figures of _HOUSING_KEYS; a name with > before it is a part of the service above.
_HOUSING_TABLE = """
Отопление                         ; кв.м  ; 1520.11  0      0      17.20  26.14 449.61 0 0     449.61 449.61
Подогрев воды                     ;       ; 768.10   0      0      -      -     768.09 2 51.21 716.88 716.88
>Холодная вода для нужд ГВС       ; куб.м ; -        0      -      10.16  13.03 132.38 0 0     132.38 132.38
>подогрев воды                    ; куб.м ; -        0      -      10.16  62.57 635.71 2 51.21 584.50 584.50
Холодное водоснабжение            ; куб.м ; 171.36   -13.03 0      5.421  13.03 70.64  0 0     57.61  57.61
Водоотведение                     ; куб.м ; 160.20   0      160.20 15.581 10.28 160.17 0 0     160.17 320.37
Содержание и текущий ремонт жилого помещения ; кв.м ; 339.18 0 -25 17.20 19.72 339.18 0 0 339.18 314.18
Вывоз твёрдых коммунальных отходов; чел.  ; 96.40    0      0      1      96.40 96.40  0 0     96.40  96.40
Капитальный ремонт                ; кв.м  ; 108.36   0      0      17.20  6.30  108.36 0 0     108.36 108.36
"""


def _housing_line(row: str) -> ReceiptLine:
    name, unit, figures = (part.strip() for part in row.split(";"))
    values = {
        key: None if figure == "-" else Dec(figure)
        for key, figure in zip(_HOUSING_KEYS, figures.split(), strict=True)
    }
    return ReceiptLine(name=name.lstrip(">"), level=name.count(">"), unit=unit, **values)


_housing_lines = tuple(_housing_line(row) for row in _HOUSING_TABLE.strip().splitlines())

housing_receipt = Receipt(
    month=OCTOBER,
    customer=Customer(
        account="6262000",
        name="Коваленко Пётр Ильич",
        address="ул. Спортивная, д. 4, кв. 17, г. Зеленодольск, Зеленодольский р-н",
        residents=1,
        area=Dec("17.20"),
    ),
    brand=HOUSING,
    lines=_housing_lines,
    totals=Totals(
        opening=Dec("135.20"),
        accrued=Dec("1992.45"),
        corrections=Dec("-13.03"),
        paid=Dec("0.00"),
        closing=Dec("2063.41"),
    ),
    meters=(
        MeterLine(
            service="Холодная вода",
            serial="0041872",
            unit="куб.м",
            verify_by=date(2028, 4, 1),
            previous=Dec("318.402"),
            current=Dec("323.823"),
            consumption=Dec("5.421"),
        ),
        MeterLine(
            service="Горячая вода",
            serial="0041873",
            unit="куб.м",
            verify_by=date(2028, 4, 1),
            previous=Dec("201.340"),
            current=Dec("211.500"),
            consumption=Dec("10.160"),
        ),
    ),
    payees=(
        Payee(
            name="ООО «УК Зелёный Дол»",
            tax_id="1648000000",
            kpp="164801001",
            account="40702810562000001234",
            bank="Отделение «Банк Татарстан» ПАО Сбербанк",
            bic="049205603",
            correspondent_account="30101810600000000603",
        ),
    ),
    issued_on=date(2026, 11, 1),
    due_on=date(2026, 11, 15),
    payments_until=date(2026, 10, 31),
    link_code=LinkCode(code="4N0YTR8B", valid_until=date(2026, 12, 31)),
    notes=("Показания приборов учёта принимаются с 15 по 25 число месяца.",),
)

electricity_receipt = Receipt(
    month=OCTOBER,
    customer=Customer(
        account="0084512307",
        name="Смирнова Анна Викторовна",
        address="Санкт-Петербург, наб. Обводного канала, д. 118, корп. 2, лит. А, кв. 45",
    ),
    brand=PES,
    lines=(
        ReceiptLine(
            name="День",
            unit="кВт·ч",
            quantity=Dec(143),
            price=Dec("6.56"),
            accrued=Dec("938.08"),
            previous_reading=Dec(8120),
            reading=Dec(8263),
        ),
        ReceiptLine(
            name="Ночь",
            unit="кВт·ч",
            quantity=Dec(71),
            price=Dec("3.86"),
            accrued=Dec("274.06"),
            previous_reading=Dec(3954),
            reading=Dec(4025),
        ),
    ),
    meters=(
        MeterLine(
            service="Электроэнергия",
            scale="день",
            serial="07829345",
            unit="кВт·ч",
            verify_by=date(2032, 5, 1),
            previous=Dec(8120),
            current=Dec(8263),
            consumption=Dec(143),
        ),
        MeterLine(
            service="Электроэнергия",
            scale="ночь",
            serial="07829345",
            unit="кВт·ч",
            verify_by=date(2032, 5, 1),
            previous=Dec(3954),
            current=Dec(4025),
            consumption=Dec(71),
        ),
    ),
    totals=Totals(opening=Dec("-150.00"), accrued=Dec("1212.14"), paid=Dec(0), closing=Dec("1062.14")),
    payees=(
        Payee(
            name="АО «Петроэлектросбыт»",
            tax_id="7812000000",
            account="40702810955000012345",
            bank="Северо-Западный банк ПАО Сбербанк",
            bic="044030653",
            correspondent_account="30101810500000000653",
        ),
    ),
    issued_on=date(2026, 11, 3),
    due_on=date(2026, 11, 20),
    link_code=LinkCode(code="J5W2KD0P", valid_until=date(2026, 12, 31)),
)

housing_back = Back(
    brand=HOUSING,
    due_on=date(2026, 11, 15),
    landscape=True,
    sections=(
        BackSection(
            title="Как оплатить",
            paragraphs=(
                "В приложении банка: наведите камеру на QR-код счёта, проверьте сумму и подтвердите платёж.",
                "В личном кабинете: раздел «Платежи».",
                "В отделениях банков и на почте по реквизитам счёта, назвав платёжный код.",
            ),
        ),
        BackSection(
            title="Контакт-центр",
            paragraphs=("Диспетчерская работает круглосуточно: 8 (84371) 5-00-00.",),
        ),
    ),
    offices=(
        BackOffice(
            name="Абонентский отдел",
            address="г. Зеленодольск, ул. Ленина, д. 46",
            hours="пн–пт 8:00–17:00, обед 12:00–13:00",
            phone="8 (84371) 5-00-01",
        ),
        BackOffice(
            name="Паспортный стол",
            address="г. Зеленодольск, ул. Карла Маркса, д. 12",
            hours="вт, чт 9:00–16:00",
            phone="8 (84371) 5-00-02",
        ),
    ),
)
