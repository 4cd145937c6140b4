"""The paper's own words in Russian, Kazakh and English. Names of services, banks, offices come as data.

Kazakh follows the manuals and the bills in use; its terms are those of docs/words.md.
"""

from collections.abc import Mapping
from types import MappingProxyType

LANGUAGES = ("ru", "kk", "en")


def _in(ru: str, kk: str, en: str) -> Mapping[str, str]:
    return MappingProxyType({"ru": ru, "kk": kk, "en": en})


LABELS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        # titles
        "bill": _in("Счёт-квитанция", "Шот-түбіртек", "Bill"),
        "housing_bill": _in(
            "Счёт на оплату жилищно-коммунальных услуг",
            "Тұрғын үй-коммуналдық қызметтерге ақы төлеу шоты",
            "Bill for housing and utilities",
        ),
        "electricity_bill": _in("Счёт за электроэнергию", "Электр энергиясы үшін шот", "Electricity bill"),
        "statement": _in("Выписка по услуге", "Қызмет бойынша үзінді көшірме", "Service statement"),
        "back": _in("Оборотная сторона счёта", "Шоттың сыртқы жағы", "Back of the bill"),
        "bills_of_month": _in("Счета", "Шоттар", "Bills"),
        # whose
        "account": _in("Лицевой счёт", "Дербес шот", "Account"),
        "payment_code": _in("Платёжный код", "Төлем коды", "Payment code"),
        "customer": _in("Абонент", "Абонент", "Customer"),
        "owner": _in(
            "Собственник (квартиросъёмщик)",
            "Меншік иесі (жалға алушы)",
            "Owner (tenant)",
        ),
        "address": _in("Адрес", "Мекенжай", "Address"),
        "residents": _in("Число проживающих", "Тұратын тұрғындар саны", "Residents"),
        "area": _in("Общая площадь", "Жалпы ауданы", "Total area"),
        "square_metre": _in("м²", "м²", "m²"),
        "month": _in("Месяц", "Ай", "Month"),
        "month_year": _in("Месяц/год", "Ай/Жыл", "Month/year"),
        "period": _in("Период", "Кезең", "Period"),
        "number": _in("Счёт №", "Шот №", "Bill no."),
        "issued": _in("Дата выписки", "Жазылған күні", "Issued"),
        "printed": _in("Дата печати", "Басып шығарылған күні", "Printed"),
        "service": _in("Услуга", "Қызмет", "Service"),
        "supplier": _in("Поставщик", "Жеткізуші", "Supplier"),
        # money
        "to_pay": _in("К оплате", "Төленетін сома", "To pay"),
        "due": _in("Оплатить до", "Төлем мерзімі", "Pay by"),
        "nothing_to_pay": _in("Оплата не требуется", "Төлеу қажет емес", "Nothing to pay"),
        "at_start": _in("На начало", "Басында", "At the start"),
        "at_end": _in("На конец", "Соңында", "At the end"),
        "debt": _in("долг", "берешек", "debt"),
        "overpayment": _in("переплата", "артық төлем", "overpayment"),
        "no_debt": _in("долга нет", "берешек жоқ", "no debt"),
        "accrued": _in("Начислено", "Есептелді", "Accrued"),
        "corrections": _in("Корректировки", "Түзетулер", "Corrections"),
        "paid": _in("Оплачено", "Төленді", "Paid"),
        "opening": _in("Начальное сальдо", "Бастапқы сальдо", "Opening balance"),
        "closing": _in("Конечное сальдо", "Соңғы сальдо", "Closing balance"),
        "total": _in("Итого", "Барлығы", "Total"),
        "charges": _in("Начисления", "Есептеулер", "Charges"),
        "payments_until": _in(
            "Учтены оплаты, поступившие по {}",
            "{} күніне дейін түскен төлемдер ескерілді",
            "Payments counted up to {}",
        ),
        # the charge table
        "quantity": _in("Количество", "Саны", "Quantity"),
        "price": _in("Цена", "Бағасы", "Price"),
        "tariff": _in("Тариф", "Тариф", "Tariff"),
        "amount": _in("Сумма", "Сомасы", "Amount"),
        "consumption": _in("Расход", "Тұтыну көлемі", "Consumption"),
        "opening_reading": _in("Начальные показания", "Басындағы көрсеткіші", "Opening reading"),
        "closing_reading": _in("Конечные показания", "Соңғы көрсеткіші", "Closing reading"),
        "missing": _in("Отсутствуют", "Жоқ", "None"),
        "including": _in("в т.ч.", "оның ішінде", "incl."),
        # meters
        "meters": _in("Приборы учёта", "Есептегіштер", "Meters"),
        "meter": _in("Счётчик №", "Есептегіш №", "Meter no."),
        "verified": _in("Дата поверки", "Салыстырып тексеру", "Verified"),
        "verify_by": _in("Следующая поверка", "Келесі салыстырып тексеру", "Verify by"),
        # the housing bill's columns
        "no": _in("№", "№", "No."),
        "name": _in("Наименование услуги", "Қызметтің атауы", "Service"),
        "paid_before": _in(
            "Оплаты, поступившие в предыдущем месяце",
            "Өткен айда түскен төлемдер",
            "Paid in the previous month",
        ),
        "recalculation": _in(
            "Перерасчёт за предыдущий период",
            "Өткен кезең үшін қайта есептеу",
            "Recalculation of past periods",
        ),
        "debt_or_overpayment": _in(
            "Долг (+), переплата (−)", "Берешек (+), артық төлем (−)", "Debt (+), overpayment (−)"
        ),
        "unit": _in("Ед. изм.", "Өлшем бірлігі", "Unit"),
        "volume": _in("Объём услуг", "Қызмет көлемі", "Volume"),
        "tariff_per_unit": _in("Тариф за единицу", "Бірлік үшін тариф", "Tariff per unit"),
        "accrued_this_month": _in(
            "Начислено по тарифам за месяц",
            "Ай үшін тариф бойынша есептелді",
            "Accrued this month",
        ),
        "undelivered": _in("Недопоставка", "Толық жеткізілмеу", "Undelivered"),
        "days": _in("дней", "күн", "days"),
        "within_norm": _in(
            "В пределах соц. норматива",
            "Әлеуметтік норма шегінде",
            "Within the social norm",
        ),
        "accrued_to_pay": _in(
            "К оплате с учётом недопоставки",
            "Толық жеткізілмегенін ескергенде төленетін сома",
            "To pay, undelivered taken off",
        ),
        # requisites
        "payee": _in("Получатель платежа", "Төлем алушы", "Payee"),
        "bin": _in("БИН", "БСН", "BIN"),
        "iban": _in("IBAN", "IBAN", "IBAN"),
        "bic_kz": _in("БИК", "БСК", "BIC"),
        "inn": _in("ИНН", "ИНН", "INN"),
        "kpp": _in("КПП", "КПП", "KPP"),
        "bank_account": _in("Р/с", "Е/ш", "Account"),
        "bic": _in("БИК", "БСК", "BIC"),
        "correspondent": _in("К/с", "К/ш", "Corr. account"),
        "bank": _in("Банк", "Банк", "Bank"),
        "qr": _in("Оплата по QR-коду", "QR-код арқылы төлеу", "Pay by QR code"),
        "qr_how": _in(
            "Наведите камеру в приложении банка",
            "Банк қосымшасының камерасын бағыттаңыз",
            "Scan it in your bank's app",
        ),
        # the receipt of a payment
        "payment_receipt": _in("Квитанция об оплате", "Төлем туралы түбіртек", "Payment receipt"),
        "number_of_payment": _in("Номер платежа", "Төлем нөмірі", "Payment number"),
        "paid_at": _in("Дата и время оплаты", "Төленген күні мен уақыты", "Paid on"),
        "method": _in("Способ оплаты", "Төлеу тәсілі", "Way of paying"),
        "paid_for": _in("За что", "Не үшін", "What for"),
        "whole_bill": _in(
            "Оплата начислений по лицевому счёту",
            "Дербес шот бойынша есептеулерді төлеу",
            "Charges of the account",
        ),
        "paid_sum": _in("Зачисляется на лицевой счёт", "Дербес шот бойынша есепке алынады", "To the account"),
        "commission": _in("Комиссия", "Комиссия", "Commission"),
        "charged": _in("Списано", "Есептен шығарылды", "Charged"),
        "refunded": _in("Возвращено", "Қайтарылды", "Refunded"),
        "not_fiscal": _in(
            "Это подтверждение оплаты, а не кассовый (фискальный) чек. Данных Вашей карты у нас нет.",
            "Бұл — төлемнің растамасы, фискалдық чек емес. Картаңыздың деректері бізде сақталмайды.",
            "This confirms the payment; it is not a fiscal receipt. We hold no data of your card.",
        ),
        # linking
        "link_code": _in(
            "Код для подключения к личному кабинету",
            "Жеке кабинетке қосылу коды",
            "Code for linking in the portal",
        ),
        "valid_until": _in("действителен до {}", "{} күніне дейін жарамды", "valid until {}"),
        # the back
        "offices": _in("Районные отделения", "Аудандық бөлімшелер", "District offices"),
        "how_to_read": _in("Как читать счёт", "Шотты қалай оқу керек", "How to read the bill"),
    }
)

_MONTHS: Mapping[str, tuple[str, ...]] = {
    "ru": (
        "Январь", "Февраль", "Март", "Апрель", "Май", "Июнь",
        "Июль", "Август", "Сентябрь", "Октябрь", "Ноябрь", "Декабрь",
    ),
    "kk": (
        "қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым",
        "шілде", "тамыз", "қыркүйек", "қазан", "қараша", "желтоқсан",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip


def month_name(year: int, number: int, language: str) -> str:
    """`Октябрь 2026`, `2026 жылғы қазан`, `October 2026`."""
    name = _MONTHS[language][number - 1]
    return f"{year} жылғы {name}" if language == "kk" else f"{name} {year}"


HOW_TO_READ: tuple[Mapping[str, str], ...] = (
    _in(
        "Сальдо на конец = сальдо на начало + начислено + корректировки − оплачено.",
        "Соңғы сальдо = бастапқы сальдо + есептелді + түзетулер − төленді.",
        "Closing balance = opening balance + accrued + corrections − paid.",
    ),
    _in(
        "Долг печатается числом без знака, переплата — со знаком минус. При переплате платить не нужно: "
        "она зачтётся в следующем месяце.",
        "Берешек белгісіз санмен, артық төлем минус белгісімен басылады. Артық төлем болса, төлеу қажет "
        "емес: ол келесі айда есепке алынады.",
        "A debt is printed without a sign, an overpayment with a minus. With an overpayment there is nothing "
        "to pay: it counts towards the next month.",
    ),
    _in(
        "Сумма по услуге = количество × цена (с НДС), с округлением до сотых.",
        "Қызмет сомасы = саны × бағасы (ҚҚС-пен), жүздік үлеске дейін дөңгелектеледі.",
        "The amount of a service = quantity × price (with VAT), rounded to hundredths.",
    ),
    _in(
        "Если показания не переданы, расход считается по среднему за последние месяцы, затем по норме.",
        "Көрсеткіштер берілмесе, тұтыну көлемі соңғы айлардың орташасы, одан кейін норма бойынша есептеледі.",
        "Without a reading, consumption is the average of the last months, then the norm.",
    ),
)
