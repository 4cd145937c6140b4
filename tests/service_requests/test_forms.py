"""Forms of the profile: what is typed -> what is kept, or what is wrong."""

from datetime import date
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as some

from abonent.portal.profile_requests import FieldType, RequestKind
from abonent.service_requests.forms import (
    _READ,
    LONGEST_TEXT,
    Circumstances,
    asked_fields,
    check,
    clean_line,
    clean_text,
    read_day,
)
from abonent.service_requests.typed import Checked, Option, TypedRequest
from abonent.service_requests.working_days import WorkingDays
from tests.service_requests.conftest import texts

TODAY = date(2026, 11, 21)
METERS = (Option("17", {"ru": "Свет, № A-1", "kk": "Жарық, № A-1"}),)
AROUND = Circumstances(("ru", "kk"), METERS, WorkingDays("KZ"), TODAY)
CHOICES = [{"code": "plumber", "label": texts("Plumber")}, {"code": "lift", "label": texts("Lift")}]


def kind(field: dict[str, Any] | None = None, **facts: Any) -> RequestKind:
    fields = [{"code": "asked", "label": texts("Asked"), **field}] if field else []
    return RequestKind.model_validate({"code": "one", "label": texts("One"), "fields": fields, **facts})


def checked(field: dict[str, Any], typed: str, **rest: Any) -> Checked:
    return check(kind(field), TypedRequest("one", {"asked": typed}, **rest), AROUND)


@pytest.mark.parametrize(
    ("field", "typed", "value", "shown"),
    [
        ({"type": "text"}, "  Иванов\u202e \n Иван ", "Иванов Иван", "Иванов Иван"),
        ({"type": "long_text"}, "one\r\ntwo\x00\r\n\r\n\r\n\r\nthree", "one\ntwo\n\nthree", None),
        ({"type": "number"}, " 12 ", "12", "12"),
        ({"type": "number", "least": -5}, "-3", "-3", "-3"),
        ({"type": "number"}, "1\u00a0000", "1000", "1000"),
        ({"type": "date"}, "25.11.2026", "2026-11-25", "25.11.2026"),
        ({"type": "date"}, "2026-11-25", "2026-11-25", "25.11.2026"),
        ({"type": "date", "days": "past"}, "21.11.2026", "2026-11-21", "21.11.2026"),
        ({"type": "date", "days": "future"}, "23.11.2026", "2026-11-23", "23.11.2026"),
        ({"type": "choice", "choices": CHOICES}, "lift", "lift", "Lift (ru)"),
        ({"type": "meter"}, "17", "17", "Свет, № A-1"),
        ({"type": "hours"}, "9:00–12:00", "9:00–12:00", "9:00–12:00"),
        ({"type": "hours"}, "any", "any", "В любое время"),
        ({"type": "hours", "choices": CHOICES}, "any", "any", "В любое время"),
        ({"type": "hours", "choices": CHOICES}, "plumber", "plumber", "Plumber (ru)"),
        ({"type": "phone"}, "8 (701) 234-56-78", "8 (701) 234-56-78", "8 (701) 234-56-78"),
        ({"type": "email"}, "a@example.kz", "a@example.kz", "a@example.kz"),
        ({"type": "yes"}, "yes", "yes", "Да"),
    ],
)
def test_answers(field: dict[str, Any], typed: str, value: str, shown: str | None) -> None:
    found = checked(field, typed)
    assert found.problems == {}
    (answer,) = found.answers
    assert (answer.code, answer.type, answer.value) == ("asked", field["type"], value)
    assert answer.shown["ru"] == (shown or value)
    assert answer.label == texts("Asked")


@pytest.mark.parametrize(
    ("field", "typed", "code"),
    [
        ({"type": "text"}, "", "required"),
        ({"type": "text"}, "\u200f\x00 ", "required"),
        ({"type": "text"}, "x" * 201, "too_long"),
        ({"type": "text", "most": 5}, "шесть!", "too_long"),
        ({"type": "text", "least": 3}, "ab", "too_short"),
        ({"type": "long_text"}, "x" * 4001, "too_long"),
        ({"type": "number"}, "две", "not_a_number"),
        ({"type": "number"}, "1,5", "not_a_number"),
        ({"type": "number"}, "٣", "not_a_number"),
        ({"type": "number"}, "9" * 30, "not_a_number"),
        ({"type": "number"}, "-1", "too_small"),
        ({"type": "number", "least": 1}, "0", "too_small"),
        ({"type": "number", "most": 30}, "31", "too_large"),
        ({"type": "date"}, "завтра", "not_a_date"),
        ({"type": "date"}, "31.02.2026", "not_a_date"),
        ({"type": "date"}, "0000-00-00", "not_a_date"),
        ({"type": "date", "days": "past"}, "22.11.2026", "day_future"),
        ({"type": "date", "days": "future"}, "20.11.2026", "day_past"),
        ({"type": "date", "days": "future"}, "21.11.2026", "day_off"),
        ({"type": "date", "days": "future"}, "16.12.2026", "day_off"),
        ({"type": "date", "days": "future"}, "25.11.2062", "day_far"),
        ({"type": "date"}, "25.11.26", "not_a_date"),
        ({"type": "choice", "choices": CHOICES}, "", "choose"),
        ({"type": "choice", "choices": CHOICES}, "cook", "choose"),
        ({"type": "meter"}, "", "choose"),
        ({"type": "meter"}, "18", "no_such_meter"),
        ({"type": "hours"}, "3:00", "choose"),
        ({"type": "phone"}, "позвоните", "not_a_phone"),
        ({"type": "phone"}, "12345", "not_a_phone"),
        ({"type": "phone"}, "1" * 16, "not_a_phone"),
        ({"type": "email"}, "a@", "not_an_email"),
        ({"type": "yes"}, "", "tick"),
        ({"type": "yes"}, "no", "tick"),
    ],
)
def test_problems(field: dict[str, Any], typed: str, code: str) -> None:
    found = checked(field, typed)
    assert found.answers == ()
    assert {name: problem.code for name, problem in found.problems.items()} == {"answer-asked": code}
    assert "%(" not in found.problems["answer-asked"].message


def test_the_next_working_day_is_named() -> None:
    found = checked({"type": "date", "days": "future"}, "16.12.2026")
    assert "17.12.2026" in found.problems["answer-asked"].message


@pytest.mark.parametrize(
    "type_", ["text", "long_text", "number", "date", "meter", "hours", "phone", "email", "yes"]
)
def test_what_is_not_required_may_be_left_out(type_: str) -> None:
    found = checked({"type": type_, "required": False}, "")
    assert (found.answers, found.problems) == ((), {})


def test_a_kind_without_fields_needs_a_text() -> None:
    assert check(kind(), TypedRequest("one"), AROUND).problems["text"].code == "required"
    assert check(kind(), TypedRequest("one", text="Помогите"), AROUND).problems == {}
    assert checked({"type": "text"}, "x", text="").problems == {}


def test_text_and_phone_have_their_bounds() -> None:
    found = checked({"type": "text"}, "x", text="x" * (LONGEST_TEXT + 1), phone="нет")
    assert {name: problem.code for name, problem in found.problems.items()} == {
        "text": "too_long",
        "phone": "not_a_phone",
    }


def test_answers_nobody_asked_for_are_not_kept() -> None:
    found = check(kind({"type": "text"}), TypedRequest("one", {"asked": "x", "other": "y"}), AROUND)
    assert [answer.code for answer in found.answers] == ["asked"]


def test_what_may_be_chosen() -> None:
    (meter,) = asked_fields(kind({"type": "meter"}), AROUND)
    assert meter.options == METERS
    (hours,) = asked_fields(kind({"type": "hours"}), AROUND)
    assert [option.value for option in hours.options] == ["9:00–12:00", "12:00–15:00", "15:00–18:00", "any"]
    assert all(set(option.label) == {"ru", "kk"} for option in hours.options)


@given(some.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_both_spellings_of_a_day_are_one(day: date) -> None:
    assert read_day(day.isoformat()) == read_day(f"{day:%d.%m.%Y}") == day


@given(some.text())
def test_a_cleaned_text_is_clean(text: str) -> None:
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert "\x00" not in cleaned
    assert "\u202e" not in cleaned
    assert "\n" not in clean_line(text)


@given(some.sampled_from(["text", "number", "date", "phone", "email", "meter", "hours", "yes"]), some.text())
def test_whatever_is_typed_is_an_answer_or_a_problem(type_: str, typed: str) -> None:
    found = checked({"type": type_}, typed)
    assert len(found.answers) + len(found.problems) == 1


def test_every_type_is_read() -> None:
    assert set(_READ) == set(get_args(FieldType))
