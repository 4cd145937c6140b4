"""The Kazakh examples: AES (one service), ALSECO (many suppliers), a statement, a back. All invented."""

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
    Statement,
    StatementLine,
    Totals,
)

OCTOBER = Month(2026, 10)
KWH = {"kk": "кВт·сағ", "ru": "кВт·ч", "en": "kWh"}
CUBIC_METRE = {"kk": "м³", "ru": "м³", "en": "m³"}
POWER = {"kk": "Электр энергиясы", "ru": "Электроэнергия", "en": "Electricity"}
CALL_US = {"kk": "Контакт-орталығы", "ru": "Контакт-центр", "en": "Contact centre"}

AES = Brand(
    name={"kk": "«АлматыЭнергоСбыт» ЖШС", "ru": "ТОО «АлматыЭнергоСбыт»", "en": "AlmatyEnergoSbyt LLP"},
    accent="#0b5c9e",
    contacts=(
        Contact(label=CALL_US, value="356-99-99, 399-99-00"),
        Contact(label={"kk": "Сайт", "ru": "Сайт", "en": "Site"}, value="aes.example.kz"),
    ),
)
ALSECO = Brand(
    name={"kk": "«АЛСЕКО» АҚ", "ru": "АО «АЛСЕКО»", "en": "ALSECO JSC"},
    accent="#00785a",
    contacts=(Contact(label=CALL_US, value="+7 (727) 244-00-00"),),
)

aes_receipt = Receipt(
    month=OCTOBER,
    languages=("kk", "ru"),
    currency="₸",
    number="2610-110581",
    customer=Customer(
        account="0110110581",
        name="Әбдіғаппарұлы Нұрлан Қуанышұлы",
        address="Алматы қ., Түрксіб ауданы, Сүйінбай даңғ., 157-үй, 24-пәтер",
        residents=4,
    ),
    brand=AES,
    meters=(
        MeterLine(
            service=POWER,
            serial="011067142350718",
            unit=KWH,
            verified_on=date(2021, 6, 15),
            previous=Dec(12480),
            current=Dec(12726),
            consumption=Dec(246),
        ),
    ),
    lines=(
        ReceiptLine(
            name={"kk": "Электр энергиясы, 1-деңгей", "ru": "Электроэнергия, 1 уровень", "en": "Tier 1"},
            unit=KWH,
            quantity=Dec(200),
            price=Dec("18.32"),
            accrued=Dec("3664.00"),
            previous_reading=Dec(12480),
            reading=Dec(12680),
        ),
        ReceiptLine(
            name={"kk": "Электр энергиясы, 2-деңгей", "ru": "Электроэнергия, 2 уровень", "en": "Tier 2"},
            unit=KWH,
            quantity=Dec(46),
            price=Dec("24.57"),
            accrued=Dec("1130.22"),
            previous_reading=Dec(12680),
            reading=Dec(12726),
        ),
    ),
    totals=Totals(
        opening=Dec("1250.40"),
        accrued=Dec("4794.22"),
        corrections=Dec(0),
        paid=Dec("1250.40"),
        closing=Dec("4794.22"),
    ),
    payees=(
        Payee(
            name={
                "kk": "«АлматыЭнергоСбыт» ЖШС",
                "ru": "ТОО «АлматыЭнергоСбыт»",
                "en": "AlmatyEnergoSbyt LLP",
            },
            tax_id="060640003142",
            account="KZ836010131000012345",
            bank={"kk": "«Қазақстан Халық Банкі» АҚ", "ru": "АО «Народный Банк Казахстана»"},
            bic="HSBKKZKX",
        ),
    ),
    issued_on=date(2026, 11, 1),
    due_on=date(2026, 11, 25),
    rounding=Dec(1),
    link_code=LinkCode(code="7K3M9QXA", valid_until=date(2026, 12, 31)),
)

UNITS = {"m3": CUBIC_METRE, "m2": {"kk": "м²", "ru": "м²"}, "person": {"kk": "адам", "ru": "чел."}}
_KEYS = ("quantity", "price", "opening", "accrued", "corrections", "paid", "closing")
#: Name in Kazakh and Russian, supplier, unit, the figures of _KEYS.
_TABLE = """
Суық су     ; Холодная вода ; ГКП «Алматы Су» ; m3 ; 9    63.94  575.46  575.46  0    575.46  575.46
Су бұру     ; Водоотведение ; ГКП «Алматы Су» ; m3 ; 15.4 31.27  481.56  481.56  0    481.56  481.56
Ыстық су    ; Горячая вода  ; ТОО «АлТС»; m3 ; 6.4  442.9  2834.56 2834.56 -120 2834.56 2714.56
Жылыту      ; Отопление     ; ТОО «АлТС»; m2 ; 58.3 114.05 0       6649.12 0    0       6649.12
Газ         ; Газ           ; АО «КТГ Аймақ»; m3 ; 11.2 37.92  -300    424.70  0    0       124.70
Қоқыс шығару; Вывоз мусора  ; АО «Тартып»             ; person ; 3 512.53 1537.59 1537.59 0    1537.59 1537.59
Лифт        ; Лифт          ; ОСИ «Самал-2»           ; person ; 3 250    750     750     0    750     750
Үйді күтіп ұстау; Содержание дома; ОСИ «Самал-2»      ; m2 ; 58.3 65     3789.50 3789.50 0    3789.50 3789.50
"""


def _service(row: str) -> ReceiptLine:
    kk, ru, supplier, unit, figures = (part.strip() for part in row.split(";"))
    values = dict(zip(_KEYS, map(Dec, figures.split()), strict=True))
    return ReceiptLine(name={"kk": kk, "ru": ru}, supplier=supplier, unit=UNITS[unit], **values)


_lines = tuple(_service(row) for row in _TABLE.strip().splitlines())

alseco_receipt = Receipt(
    month=OCTOBER,
    languages=("kk", "ru"),
    currency="₸",
    customer=Customer(
        account="2045117",
        name="Қайырбекова Гүлнәр Өмірқызы",
        address="Алматы қ., Медеу ауданы, Самал-2 ықшамауданы, 33-үй, 7-пәтер",
        residents=3,
        area=Dec("58.3"),
    ),
    brand=ALSECO,
    lines=_lines,
    totals=Totals.of(_lines),
    meters=(
        MeterLine(
            service={"kk": "Суық су", "ru": "Холодная вода"},
            serial="18-204511",
            unit=CUBIC_METRE,
            verified_on=date(2023, 3, 2),
            previous=Dec(412),
            current=Dec(421),
            consumption=Dec(9),
        ),
        MeterLine(
            service={"kk": "Ыстық су", "ru": "Горячая вода"},
            serial="18-204512",
            unit=CUBIC_METRE,
            verified_on=date(2023, 3, 2),
            previous=Dec("233.1"),
            current=Dec("239.5"),
            consumption=Dec("6.4"),
        ),
        MeterLine(
            service={"kk": "Газ", "ru": "Газ"},
            serial="G4-8812093",
            unit=CUBIC_METRE,
            verified_on=date(2020, 9, 11),
            previous=Dec("1903.4"),
            current=None,
            consumption=Dec("11.2"),
        ),
    ),
    payees=(
        Payee(name="ГКП «Алматы Су»", tax_id="030740001425", account="KZ496010131000123456", bic="HSBKKZKX"),
        Payee(
            name="ТОО «АлТС»",
            tax_id="060640007336",
            account="KZ528560000000440712",
            bic="KCJBKZKX",
        ),
        Payee(
            name="АО «КТГ Аймақ»",
            tax_id="020440001144",
            account="KZ758562203101234567",
            bic="KCJBKZKX",
        ),
        Payee(name="ОСИ «Самал-2»", tax_id="210340029871", account="KZ21722S000004567890", bic="CASPKZKA"),
    ),
    issued_on=date(2026, 11, 1),
    due_on=date(2026, 11, 25),
    rounding=Dec(1),
)

statement = Statement(
    service=POWER,
    supplier=AES.name,
    customer=aes_receipt.customer,
    brand=AES,
    languages=("ru",),
    currency="₸",
    first=Month(2026, 8),
    last=OCTOBER,
    printed_on=date(2026, 11, 21),
    lines=(
        StatementLine(
            month=Month(2026, 8),
            tariff=Dec("18.32"),
            opening=Dec("-250.00"),
            accrued=Dec("2931.20"),
            paid=Dec("2681.20"),
            closing=Dec("0.00"),
        ),
        StatementLine(
            month=Month(2026, 9),
            tariff=Dec("18.32"),
            opening=Dec("0.00"),
            accrued=Dec("1270.40"),
            corrections=Dec("-20.00"),
            paid=Dec("0.00"),
            closing=Dec("1250.40"),
        ),
        StatementLine(
            month=OCTOBER,
            tariff=(Dec("18.32"), Dec("24.57")),
            opening=Dec("1250.40"),
            accrued=Dec("4794.22"),
            paid=Dec("1250.40"),
            closing=Dec("4794.22"),
        ),
    ),
)

aes_back = Back(
    brand=AES,
    languages=("kk", "ru"),
    due_on=date(2026, 11, 25),
    sections=(
        BackSection(
            title={"kk": "Қалай төлеуге болады", "ru": "Как оплатить"},
            paragraphs=(
                {
                    "kk": "Банк қосымшасында дербес шот нөмірін теріп, соманы тексеріп, төлемді растаңыз.",
                    "ru": "В приложении банка наберите номер лицевого счёта и проверьте сумму.",
                },
                {"kk": "Жеке кабинетте: «Төлемдер» бөлімі.", "ru": "В личном кабинете: раздел «Платежи»."},
            ),
        ),
        BackSection(
            title=CALL_US,
            paragraphs=(
                {"kk": "356-99-99, 399-99-00, тәулік бойы.", "ru": "356-99-99, 399-99-00, круглосуточно."},
            ),
        ),
    ),
    offices=(
        BackOffice(
            name={"kk": "Алмалы АЭЖБ", "ru": "Алмалинское районное отделение"},
            address={"kk": "Алматы қ., Шевченко көш., 44", "ru": "г. Алматы, ул. Шевченко, 44"},
            hours={"kk": "дс–жм 8:00–20:00", "ru": "пн–пт 8:00–20:00"},
            phone="356-99-99",
        ),
    ),
)
