"""The trail on paper: every action of the catalogue, its details and its subject in words, no code left."""

import ast
import io
import re
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.conf import settings
from django.utils import translation

from abonent.personal_data import drawing
from abonent.personal_data.facts import facts_about
from abonent.users.audit import record
from abonent.users.models import User
from abonent.users.trail_words import ACTIONS, DETAILS, SUBJECTS
from tests.users.cast import NOW, _quick_hashes, alice

__all__ = ["_quick_hashes", "alice"]
SOURCE = Path(settings.PACKAGE_DIR)
#: What `record` itself is told of an event; all else is a detail.
OF_AN_EVENT = {"action", "actor", "subject", "organisation", "address", "reason", "now", "staff", "user"}
VALUES = (
    "last_payment_month",
    "full_name",
    "personal_data=1",
    "contact_centre",
    17,
    True,
    None,
    ["a_b", "x"],
)


def _calls() -> list[ast.Call]:
    return [
        node
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) in {"record", "_record"}
    ]


def _details() -> set[str]:
    """Names of details that the code writes, wherever it calls `record` by name."""
    return {one.arg for call in _calls() for one in call.keywords if one.arg} - OF_AN_EVENT


def _actions() -> set[str]:
    """Those that the code records under a name written there; others come from tables beside the call."""
    named = (one.value for call in _calls() for one in call.keywords if one.arg == "action")
    return {one.value for one in named if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def test_every_action_that_the_code_records_has_its_words() -> None:
    assert len(_actions()) > 30, "the walk finds them"
    assert _actions() - set(ACTIONS) == set()


def test_every_detail_that_the_code_writes_has_its_word() -> None:
    names = _details()
    assert {"way", "method", "in_force_from", "counts", "link"} <= names, "the walk finds them"
    assert names - set(DETAILS) == set()


def test_every_kind_of_subject_has_its_word() -> None:
    written = {
        part.value.partition(":")[0]
        for call in _calls()
        for one in call.keywords
        if one.arg == "subject" and isinstance(one.value, ast.JoinedStr)
        for part in one.value.values[:1]
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }
    assert {"user", "account"} <= written
    assert written - set(SUBJECTS) == set()


def _unbroken(text: str) -> str:
    """As if it stood on one endless line: a cell breaks where it is full."""
    return "".join(re.findall(r"[^\W_]", text))


@pytest.fixture
def everything(alice: User) -> dict[str, Any]:
    """A trail with every action and every detail, as the export tells it."""
    named = enumerate(sorted(DETAILS))
    values: dict[str, Any] = {name: VALUES[number % len(VALUES)] for number, name in named}
    values["some_new_detail"] = "some_new_code"
    kinds = sorted(SUBJECTS)
    for number, action in enumerate(ACTIONS):
        subject = f"{kinds[number % len(kinds)]}:contact_centre"
        record(action=action, actor=alice, subject=subject, now=NOW, **values)
    return facts_about(alice.pk, now=NOW)


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_no_code_is_left_on_the_paper(everything: dict[str, Any], language: str) -> None:
    with translation.override(language):
        said = {action: str(words) for action, words in ACTIONS.items()}
        details = {str(words) for words in DETAILS.values()}
    pdf = drawing.draw(everything, name="", language=language)
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(io.BytesIO(pdf)))
    assert re.findall(r"\w*[^\W_]_\w+", text) == []
    flat = _unbroken(text)
    assert [action for action, words in said.items() if _unbroken(words) not in flat] == []
    assert [words for words in details if _unbroken(words) not in flat] == []
    assert _unbroken("some new detail: some new code") in flat
    if language != "en":
        assert all(words != action for action, words in said.items())
