"""The form of a kind of request: what was typed -> answers, or what is wrong at which field. Pure.

The kinds and their fields are the profile's (`requests.kinds[].fields`); docs/domain/requests.md.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from abonent.portal.profile_requests import RequestField, RequestKind
from abonent.service_requests.problems import Problem
from abonent.service_requests.typed import Answer, AskedField, Checked, Option, TypedRequest
from abonent.service_requests.working_days import WorkingDays

LONGEST_LINE, LONGEST_TEXT = 200, 4000
#: A day further away than this is a slip of the year.
FARTHEST_FUTURE, FARTHEST_PAST = timedelta(days=366), timedelta(days=366 * 120)
ANY = "any"
SLOTS = ("9:00–12:00", "12:00–15:00", "15:00–18:00")
ANY_TIME = {"kk": "Кез келген уақытта", "ru": "В любое время", "en": "Any time"}
YES = {"kk": "Иә", "ru": "Да", "en": "Yes"}
_PHONE = re.compile(r"\+?[0-9 ()\u00a0.-]{6,30}")


class Wrong(Exception):  # noqa: N818 - what is wrong with one field
    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.problem = Problem(code, facts)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the answers are measured by."""

    languages: Sequence[str]
    meters: Sequence[Option]
    """The account's, by id."""
    days: WorkingDays
    today: date


def asked_fields(kind: RequestKind, around: Circumstances) -> tuple[AskedField, ...]:
    """The questions of a kind, each with what may be chosen."""
    return tuple(AskedField(field, _options(field, around)) for field in kind.fields)


def _options(field: RequestField, around: Circumstances) -> tuple[Option, ...]:
    if field.type == "meter":
        return tuple(around.meters)
    if field.type == "choice":
        return tuple(Option(one.code, _texts(one.label)) for one in field.choices)
    if field.type == "hours":
        own = [Option(one.code, _texts(one.label)) for one in field.choices]
        usual = [Option(slot, _same(slot, around)) for slot in SLOTS]
        return (*(own or usual), Option(ANY, _own(ANY_TIME, around)))
    return ()


def check(kind: RequestKind, typed: TypedRequest, around: Circumstances) -> Checked:
    """Answers and problems of everything typed; a field that is left empty and not required has no answer."""
    answers: list[Answer] = []
    problems: dict[str, Problem] = {}
    for asked in asked_fields(kind, around):
        field = asked.field
        try:
            if answer := _answer(asked, typed.answers.get(field.code, ""), around):
                answers.append(answer)
        except Wrong as wrong:
            problems[f"answer-{field.code}"] = wrong.problem
    text, phone = clean_text(typed.text), clean_line(typed.phone) or _phone_of(answers)
    problems |= _free(kind, text, phone)
    return Checked(tuple(answers), text, phone, problems)


def _phone_of(answers: Sequence[Answer]) -> str:
    """The one that the kind's own questions asked for."""
    return next((one.value for one in answers if one.type == "phone"), "")


def _free(kind: RequestKind, text: str, phone: str) -> dict[str, Problem]:
    """What is wrong with what stands beside the answers."""
    found: dict[str, Problem] = {}
    if not text and not kind.fields:
        found["text"] = Problem("required")
    if len(text) > LONGEST_TEXT:
        found["text"] = Problem("too_long", {"most": LONGEST_TEXT, "now": len(text)})
    if phone and not is_phone(phone):
        found["phone"] = Problem("not_a_phone")
    return found


def _answer(asked: AskedField, typed: str, around: Circumstances) -> Answer | None:
    field = asked.field
    typed = clean_text(typed) if field.type == "long_text" else clean_line(typed)
    if not typed or (field.type == "yes" and typed != "yes"):
        if field.required:
            raise Wrong(_EMPTY.get(field.type, "required"))
        return None
    value, shown = _READ[field.type](asked, typed, around)
    return Answer(field.code, field.type, _texts(field.label), value, shown)


_EMPTY = {"choice": "choose", "hours": "choose", "meter": "choose", "yes": "tick"}
Read = tuple[str, Mapping[str, str]]


def _text(longest: int, asked: AskedField, typed: str, around: Circumstances) -> Read:
    most, least = asked.field.most or longest, asked.field.least or 0
    if len(typed) > most:
        raise Wrong("too_long", most=most, now=len(typed))
    if len(typed) < least:
        raise Wrong("too_short", least=least)
    return typed, _same(typed, around)


def _number(asked: AskedField, typed: str, around: Circumstances) -> Read:
    digits = re.sub(r"[\s\u00a0]", "", typed)
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", digits):
        raise Wrong("not_a_number")
    number, field = int(digits), asked.field
    if number < (0 if field.least is None else field.least):
        raise Wrong("too_small", least=field.least or 0)
    if field.most is not None and number > field.most:
        raise Wrong("too_large", most=field.most)
    return str(number), _same(str(number), around)


def read_day(typed: str) -> date | None:
    """`2026-12-01` as browsers send it, or `01.12.2026` as people type it."""
    pattern = "%d.%m.%Y" if "." in typed else "%Y-%m-%d"
    try:
        return datetime.strptime(typed, pattern).date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def _date(asked: AskedField, typed: str, around: Circumstances) -> Read:
    day, days, today = read_day(typed), asked.field.days, around.today
    if day is None:
        raise Wrong("not_a_date")
    if days == "past" and day > today:
        raise Wrong("day_future")
    if days == "future" and day < today:
        raise Wrong("day_past")
    if not today - FARTHEST_PAST <= day <= today + FARTHEST_FUTURE:
        raise Wrong("day_far")
    if days == "future" and not around.days.is_working(day):
        raise Wrong("day_off", next=around.days.after(day, 1))
    return day.isoformat(), _same(f"{day:%d.%m.%Y}", around)


def _chosen(asked: AskedField, typed: str, around: Circumstances) -> Read:
    for option in asked.options:
        if option.value == typed:
            return option.value, option.label
    raise Wrong("no_such_meter" if asked.field.type == "meter" else "choose")


def _phone(asked: AskedField, typed: str, around: Circumstances) -> Read:
    if not is_phone(typed):
        raise Wrong("not_a_phone")
    return typed, _same(typed, around)


def _email(asked: AskedField, typed: str, around: Circumstances) -> Read:
    try:
        validate_email(typed)
    except ValidationError as error:
        raise Wrong("not_an_email") from error
    return typed, _same(typed, around)


def _yes(asked: AskedField, typed: str, around: Circumstances) -> Read:
    return "yes", _own(YES, around)


_READ: dict[str, Callable[[AskedField, str, Circumstances], Read]] = {
    "text": partial(_text, LONGEST_LINE),
    "long_text": partial(_text, LONGEST_TEXT),
    "number": _number,
    "date": _date,
    "choice": _chosen,
    "meter": _chosen,
    "hours": _chosen,
    "phone": _phone,
    "email": _email,
    "yes": _yes,
}


def is_phone(text: str) -> bool:
    """Six to fifteen digits in any of the usual groups."""
    return bool(_PHONE.fullmatch(text)) and 6 <= sum(sign.isdigit() for sign in text) <= 15


def _texts(texts: Mapping[Any, str]) -> dict[str, str]:
    """A text of the profile as it is kept."""
    return {str(language): text for language, text in texts.items()}


def _same(text: str, around: Circumstances) -> dict[str, str]:
    return dict.fromkeys(around.languages, text)


def _own(texts: Mapping[str, str], around: Circumstances) -> dict[str, str]:
    return {language: texts[language] for language in around.languages}


_LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]")
#: Marks that turn the reading direction: a text shows as something else than it is.
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clean_text(text: str) -> str:
    """Without control characters and marks of direction, lines ending alike, no more than one empty line."""
    text = _BIDI.sub("", _LINE_ENDS.sub("\n", text))
    text = "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs"))
    return re.sub(r"\n\s*\n\s*\n+", "\n\n", text.replace("\t", " ")).strip()


def clean_line(text: str) -> str:
    """The same on one line."""
    return " ".join(clean_text(text).split())
