"""Everything about a person: no table is forgotten, JSON that stays the same, paper with Kazakh letters."""

import io
import json
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from abonent.notices.models import Letter
from abonent.personal_data.facts import facts_about
from abonent.personal_data.models import Export
from abonent.personal_data.operations import (
    TooManyExports,
    ask_export,
    fetch_export,
    go_on_with_exports,
    make_export,
)
from abonent.personal_data.rooms import ELSEWHERE, LEFT_OUT, ROOMS
from abonent.users.audit import record
from abonent.users.models import User
from tests.personal_data.dina import MAILBOX, NAME, PHONE
from tests.users.cast import NOW


def _fields() -> set[str]:
    """Every field of every table that points at a person."""
    return {
        f"{model._meta.app_label}.{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model is User or field.name in {"user_id", "person_id"}
    }


def test_every_field_that_points_at_a_person_is_told_or_left_out_with_a_reason() -> None:
    told = {name for room in ROOMS.values() for name in room.TOLD}
    elsewhere = {name for name in _fields() if name.startswith(tuple(ELSEWHERE))}
    assert _fields() - told - set(LEFT_OUT) - elsewhere == set()
    assert (told | set(LEFT_OUT)) - _fields() == set(), "names of fields that are not there"
    assert all(str(why) for why in LEFT_OUT.values())
    assert told & set(LEFT_OUT) == set()


def test_what_is_told_is_there(dina: User) -> None:
    facts = facts_about(dina.pk, now=NOW)["facts"]
    empty = {
        (name, section)
        for name, room in ROOMS.items()
        for section in room.TOLD.values()
        if not facts[name][section]
    }
    assert empty == {("users", "staff_place"), ("personal_data", "exports"), ("personal_data", "deletions")}


def test_json_is_plain_and_whole(dina: User) -> None:
    document = facts_about(dina.pk, now=NOW)
    again = json.loads(json.dumps(document))
    assert again == document
    facts = document["facts"]
    assert facts["users"]["profile"] == [
        {
            "login": "dina-login",
            "email": MAILBOX,
            "full_name": NAME,
            "phone": PHONE,
            "language": "ru",
            "months_shown": 12,
            "confirmed": True,
            "since": facts["users"]["profile"][0]["since"],
            "deletion_due_at": None,
        }
    ]
    [payment] = facts["payments"]["payments"]
    assert (payment["amount"], payment["paid_at"]) == ("100.00", "2026-11-21T09:00:00+00:00")
    assert payment["parts"] == [{"account": "000700", "service": None, "amount": "100.00"}]
    [submission] = facts["metering"]["submissions"]
    assert submission["readings"][0]["value"] == "123.000"
    assert submission["photos"] == [{"meter": "M-1", "width": 10, "height": 10}]


def test_nothing_secret_and_nobody_else_is_told(dina: User, alice: User) -> None:
    record(action="staff_read_account", actor=alice, subject=f"user:{dina.pk}", reason="подозрение", now=NOW)
    text = json.dumps(facts_about(dina.pk, now=NOW), ensure_ascii=False)
    for secret in ("a" * 64, "Иванов", "подозрение", dina.password, "argon2", "md5$", "alice"):
        assert secret not in text


def test_as_many_queries_whatever_there_is(dina: User) -> None:
    with CaptureQueriesContext(
        connection,
    ) as few:
        facts_about(dina.pk, now=NOW)
    for number in range(20):
        record(action="sign_in", actor=dina, subject=f"user:{dina.pk}", now=NOW + timedelta(minutes=number))
    with CaptureQueriesContext(connection) as many:
        facts_about(dina.pk, now=NOW)
    assert len(few) == len(many) <= 40


def _words(pdf: bytes) -> str:
    paper = pypdfium2.PdfDocument(io.BytesIO(pdf))
    return "\n".join(page.get_textpage().get_text_range() for page in paper)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ru", ("Ваши персональные данные", "Платежи", "Переданные показания", "Письма")),
        ("kk", ("Сіздің дербес деректеріңіз", "Төлемдер", "Берілген көрсеткіштер", "Хаттар")),
        ("en", ("Your personal data", "Payments", "Readings submitted", "Letters")),
    ],
)
def test_the_paper_speaks_the_readers_language(dina: User, language: str, said: tuple[str, ...]) -> None:
    export = ask_export(user=dina, language=language, address=None, now=NOW)
    words = _words(bytes(export.paper))
    for one in (*said, NAME, "000700", "21.11.2026, 14:00"):
        assert one in words, (language, one)
    with translation.override(language):
        assert "=" not in words.split("JSON")[0], "codes have words"


def _keys(rows: Any) -> set[str]:
    """Of rows, and of the rows inside them."""
    found: set[str] = set()
    for row in rows:
        if isinstance(row, dict):
            found |= set(row).union(*(_keys(value) for value in row.values() if isinstance(value, list)))
    return found


def test_every_key_and_section_has_its_word(dina: User) -> None:
    for name, room in ROOMS.items():
        facts = room.facts_about(dina.pk)
        said = set(facts).union(*(_keys(rows) for rows in facts.values()))
        assert said - set(room.WORDS) == set(), name


def test_three_a_day(dina: User) -> None:
    for hour in range(3):
        ask_export(user=dina, language="ru", address=None, now=NOW + timedelta(hours=hour))
    with pytest.raises(TooManyExports):
        ask_export(user=dina, language="ru", address=None, now=NOW + timedelta(hours=4))
    ask_export(user=dina, language="ru", address=None, now=NOW + timedelta(hours=25))


def test_much_is_made_by_the_worker_and_a_letter_tells(dina: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("abonent.personal_data.operations.exports.AT_ONCE", 2)
    for _ in range(3):
        record(action="sign_in", actor=dina, subject=f"user:{dina.pk}", now=NOW)
    export = ask_export(user=dina, language="ru", address=None, now=NOW)
    assert export.made_at is None
    assert fetch_export(user=dina, public_id=export.public_id, kind="pdf", address=None, now=NOW) is None
    assert go_on_with_exports(now=NOW + timedelta(minutes=5)) == []
    assert go_on_with_exports(now=NOW + timedelta(minutes=11)) == [export.pk]
    made = make_export(export_id=export.pk, now=NOW)
    assert make_export(export_id=export.pk, now=NOW + timedelta(hours=1)).made_at == made.made_at
    assert Letter.objects.filter(user=dina, kind="export_ready").count() == 1
    assert bytes(Export.objects.get().paper).startswith(b"%PDF-")
