"""Numbers, dates and months as people write them, in the portal's languages.

Pure functions of their arguments; the language is an argument too (`environment` binds the current one).
Russian and Kazakh write `1 234,56 ₸`; English pages keep the same form, because the bill, the bank's slip and
the field where the amount is typed in all use it. Groups are joined by no-break spaces; the minus is U+2212,
which `abonent.base.money.parse_amount` reads back. None gives an empty string.
"""

import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache

from abonent.base.money import round_half_up
from abonent.base.months import Month

NBSP = "\u00a0"
MINUS = "\u2212"
_SIGNS = str.maketrans({",": NBSP, ".": ",", "-": MINUS})

_MONTHS = {
    "ru": [
        "январь",
        "февраль",
        "март",
        "апрель",
        "май",
        "июнь",
        "июль",
        "август",
        "сентябрь",
        "октябрь",
        "ноябрь",
        "декабрь",
    ],
    "kk": [
        "қаңтар",
        "ақпан",
        "наурыз",
        "сәуір",
        "мамыр",
        "маусым",
        "шілде",
        "тамыз",
        "қыркүйек",
        "қазан",
        "қараша",
        "желтоқсан",
    ],
    "en": (
        [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ]
    ),
}
#: Of a day: «25 ноября».
_OF_MONTHS = {
    "ru": [
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ],
    "kk": _MONTHS["kk"],
    "en": _MONTHS["en"],
}
_SHORT_MONTHS = {
    "ru": ["янв.", "фев.", "март", "апр.", "май", "июнь", "июль", "авг.", "сен.", "окт.", "нояб.", "дек."],
    "kk": ["қаң.", "ақп.", "нау.", "сәу.", "мам.", "мау.", "шіл.", "там.", "қыр.", "қаз.", "қар.", "жел."],
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
}
_LONG_PATTERN = {"ru": "{name} {year}", "kk": "{year} жылғы {name}", "en": "{name} {year}"}

#: One form for Kazakh, two for English (one, many), three for Russian (1, 2-4, 5-20).
_COUNTED = {
    "month": {"ru": ("месяц", "месяца", "месяцев"), "kk": ("ай",), "en": ("month", "months")},
    "day": {"ru": ("день", "дня", "дней"), "kk": ("күн",), "en": ("day", "days")},
    "time": {"ru": ("раз", "раза", "раз"), "kk": ("рет",), "en": ("time", "times")},
}
_SIZES = {
    "ru": ("Б", "КБ", "МБ", "ГБ"),
    "kk": ("Б", "КБ", "МБ", "ГБ"),
    "en": ("B", "KB", "MB", "GB"),
}


def _grouped(value: Decimal) -> str:
    return f"{round_half_up(value) + 0:,.2f}".translate(_SIGNS)  # + 0: no "−0,00"


def amount(value: Decimal | None) -> str:
    """Money without its currency: `1 234,56`; two places, half up."""
    return "" if value is None else _grouped(value)


def money(value: Decimal | None, currency: str = "₸") -> str:
    """`1 234,56 ₸`."""
    return "" if value is None else _grouped(value) + NBSP + currency


def signed_money(value: Decimal | None, currency: str = "₸") -> str:
    """Money that always shows its sign, except zero: `+1 234,56 ₸`, `−1 234,56 ₸`, `0,00 ₸`."""
    if value is None:
        return ""
    sign = "+" if round_half_up(value) > 0 else ""
    return sign + money(value, currency)


def quantity(value: Decimal | int | None) -> str:
    """A volume or a tariff, all its significant places: `1 234,5`, `26,14`, `0`."""
    if value is None:
        return ""
    text = f"{value:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "0", "") else text.translate(_SIGNS)


def number(value: int | None) -> str:
    """A count: `12 345`."""
    return "" if value is None else f"{value:,d}".translate(_SIGNS)


def date(value: dt.date | None) -> str:
    """`12.11.2026`, in every language."""
    return "" if value is None else f"{value.day:02d}.{value.month:02d}.{value.year:04d}"


def day(value: dt.date | None, language: str) -> str:
    """A day of this year or the next, as people say it: «25 ноября», «25 қараша», «25 November»."""
    if value is None:
        return ""
    return f"{value.day}{NBSP}{_OF_MONTHS.get(language, _OF_MONTHS['en'])[value.month - 1]}"


def datetime(value: dt.datetime | None) -> str:
    """`12.11.2026, 14:05`, as given: the caller has brought it to the portal's time zone."""
    return "" if value is None else f"{date(value)}, {value.hour:02d}:{value.minute:02d}"


def _year_and_number(value: Month | dt.date) -> tuple[int, int]:
    return (value.year, value.number) if isinstance(value, Month) else (value.year, value.month)


@lru_cache(maxsize=2048)
def _long_month(year: int, number_: int, language: str) -> str:
    names = _MONTHS.get(language, _MONTHS["en"])
    pattern = _LONG_PATTERN.get(language, _LONG_PATTERN["en"])
    return pattern.format(name=names[number_ - 1], year=year)


@lru_cache(maxsize=2048)
def _short_month(year: int, number_: int, language: str) -> str:
    return f"{_SHORT_MONTHS.get(language, _SHORT_MONTHS['en'])[number_ - 1]}{NBSP}{year}"


def month(value: Month | dt.date | None, language: str) -> str:
    """«октябрь 2026», «2026 жылғы қазан», «October 2026»; a date stands for its month."""
    return "" if value is None else _long_month(*_year_and_number(value), language)


def month_short(value: Month | dt.date | None, language: str) -> str:
    """«окт. 2026», «қаз. 2026», «Oct 2026»."""
    return "" if value is None else _short_month(*_year_and_number(value), language)


def month_label(value: Month, language: str) -> str:
    """The shortest name, where the year is said elsewhere: «окт.», «қаз.», «Oct»."""
    return _SHORT_MONTHS.get(language, _SHORT_MONTHS["en"])[value.number - 1]


def month_name(value: int, language: str) -> str:
    """The name alone, 1 to 12: «октябрь», «қазан», «October»."""
    return _MONTHS.get(language, _MONTHS["en"])[value - 1]


def _form(count: int, forms: tuple[str, ...]) -> str:
    if len(forms) == 1:
        return forms[0]
    if len(forms) == 2:
        return forms[abs(count) != 1]
    tens, ones = abs(count) % 100, abs(count) % 10
    if 11 <= tens <= 14 or ones == 0 or ones >= 5:
        return forms[2]
    return forms[0] if ones == 1 else forms[1]


def counted(count: int | None, noun: str, language: str) -> str:
    """«3 месяца», «21 день», «5 раз»; `noun` is `month`, `day` or `time`."""
    if count is None:
        return ""
    forms = _COUNTED[noun]
    return f"{number(count)}{NBSP}{_form(count, forms.get(language, forms['en']))}"


def phone(value: str | None) -> str:
    """A mobile number in its usual groups: `+7 701 234-56-78`; anything else as it was written."""
    if not value:
        return ""
    digits = re.sub(r"\D", "", value)
    if len(digits) != 11 or digits[0] not in "78" or "-" in value:
        return value.replace(" ", NBSP)
    return f"+7{NBSP}{digits[1:4]}{NBSP}{digits[4:7]}-{digits[7:9]}-{digits[9:]}"


def tel(value: str | None) -> str:
    """The same number for `href="tel:…"`: `(812) 303 96 96` -> `+78123039696`; a local number stays local."""
    digits = re.sub(r"\D", "", value or "")
    if len(digits) == 10:
        return "+7" + digits
    if len(digits) == 11 and digits[0] in "78":
        return "+7" + digits[1:]
    return ("+" if (value or "").strip().startswith("+") else "") + digits


def file_size(octets: int | None, language: str) -> str:
    """`740 Б`, `31 КБ`, `1,2 МБ`: thousands of 1024, one place from a megabyte up."""
    if octets is None:
        return ""
    size, step = float(octets), 0
    while size >= 1023.95 and step < 3:
        size, step = size / 1024, step + 1
    text = f"{size:.1f}".removesuffix(".0") if step > 1 else f"{size:.0f}"
    return f"{text.replace('.', ',')}{NBSP}{_SIZES.get(language, _SIZES['en'])[step]}"
