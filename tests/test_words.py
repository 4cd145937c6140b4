"""docs/words.md against the catalogues: its terms are the ones in use, and its rules are kept."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from abonent.base import catalogues

ROOT = Path(__file__).resolve().parents[1]
ROWS = re.findall(
    r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ?([^|]*)\|$",
    (ROOT / "docs" / "words.md").read_text(),
    re.MULTILINE,
)[1:]
PLACEHOLDER = r"(?:%\(\w+\)[sd]|\{\w+\})"
#: Words that never lack their ё.
WITHOUT_YO = (
    r"\b(еще|учет\w*|счетчик\w*|подтвержден|расчет\w*|перерасчет\w*|объем\w*|прием\w*|отчет\w*|придет|начнет|"
    r"платеж|отклонен|подключен|завершен|удален|изменен|проведен|ее|вперед|"
    r"пришлет|подойдет|ведет|дает|идет|партнер\w*|истек|темная|причем|четк\w+)\b"
)
#: The manual of PES spells it so.
MANUAL = "Адрес эл.почты не подтвержден!"
OFFICE = "interfaces/office"
#: Rooms whose Russian customers read; the others also write to the staff.
CUSTOMERS = {"bills", "consumption", "interfaces/resident", "metering", "service_requests", "tariffs"}


class Said(NamedTuple):
    """One form of one translation."""

    room: str
    language: str
    msgid: str
    text: str

    def __str__(self) -> str:
        return f"{self.room} {self.language}: {self.msgid!r} is {self.text!r}"


def _said() -> Iterator[Said]:
    for path in sorted(catalogues.sources()):
        language, room = path.parents[1].name, str(path.parents[3].relative_to(catalogues.PACKAGE))
        for message in catalogues.read(path):
            if message.id:
                msgid = message.id if isinstance(message.id, str) else message.id[0]
                forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
                yield from (
                    Said(room, language, msgid, form.replace("\u00a0", " ")) for form in forms if form
                )


SAID = list(_said())


def found(pattern: str, language: str, *, room: str = "") -> list[str]:
    wanted = re.compile(pattern, re.IGNORECASE)
    return [
        str(one)
        for one in SAID
        if one.language == language and one.room.startswith(room) and wanted.search(one.text)
    ]


def _stem(word: str) -> str:
    """«привяз…» is any word that begins so, «ФИО» the word itself; a term may bend at its end."""
    return r"(?<!\w)" + re.escape(word.removesuffix("…"))


def _bending(term: str) -> str:
    """The term in any of its cases: the last third of a word may change."""
    return " ".join(re.escape(word[: max(4, len(word) * 2 // 3)]) + r"\w*" for word in term.split(" "))


def test_the_table_has_terms() -> None:
    assert len(ROWS) > 40
    assert len({row[0] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("english", "ru", "kk"), [row[:3] for row in ROWS], ids=[row[0] for row in ROWS])
def test_the_term_is_in_use(english: str, ru: str, kk: str) -> None:
    for language, terms in (("ru", ru), ("kk", kk)):
        for term in terms.split("; "):
            assert found(r"(?<!\w)" + _bending(term), language), (english, term)


@pytest.mark.parametrize(
    "never",
    [one for row in ROWS for one in re.findall(r"(?:ru|kk) [^;]+", row[4])],
    ids=lambda never: never.strip(),
)
def test_no_other_word_is_used_for_it(never: str) -> None:
    language, word = never.strip().split(" ", 1)
    assert found(_stem(word), language) == []


def test_the_cabinet_says_you_with_a_capital_and_the_office_does_not() -> None:
    small = {
        "ru": r"(?<![\w-])(вы|вас|вам|вами|ваш\w*)(?!\w)",
        "kk": r"(?<![\w-])сіз(ге|ді|дің|де|ден|бен|дікі)?(?!\w)",
    }
    inside = {
        "ru": r"[\w,:»)] (Вы|Вас|Вам|Вами|Ваш\w*)(?!\w)",
        "kk": r"[\w,:»)] Сіз(ге|ді|дің|де|ден|бен|дікі)?(?!\w)",
    }
    for one in SAID:
        if one.room != OFFICE and one.room != "interfaces/ui":
            assert not re.search(small[one.language], one.text), one
        elif one.room == OFFICE:
            assert not re.search(inside[one.language], one.text), one


def test_marks_are_the_typographers() -> None:
    for one in SAID:
        text = one.text.replace(MANUAL, "")
        assert not re.search(r'["“”„]', text), one
        assert "эл.почт" not in text, one
        assert " - " not in text or one.msgid in {"* - required fields"} or "@ . + - _" in text, one
        assert " – " not in re.sub(f"{PLACEHOLDER} – {PLACEHOLDER}", "", text), one


def test_nothing_is_cried_out() -> None:
    loud = {one.msgid for one in SAID if "!" in one.text}
    assert loud == {
        "Hello!",
        "Your e-mail address is not confirmed!",
        "Your e-mail address is not confirmed! Confirm it to do this.",
    }


def test_yo_is_written() -> None:
    faults = [one for one in SAID if one.language == "ru"]
    assert [
        str(one) for one in faults if re.search(WITHOUT_YO, one.text.replace(MANUAL, ""), re.IGNORECASE)
    ] == []


def test_nobody_has_a_gender() -> None:
    assert found(r"\([аи]\)|\(ен\)|\(на\)", "ru") == []


def test_nothing_that_bends_follows_a_kazakh_placeholder() -> None:
    assert (
        found(PLACEHOLDER + r"(-(?!жол|бет|деңгей|диапазон|қадам|нұсқа|күн)|(?=[а-яәіңғүұқөһ]))\w", "kk")
        == []
    )
    assert found(PLACEHOLDER + r" (дейін|бастап|кейін|бері|бұрын)(?!\w)", "kk") == []
    assert found(PLACEHOLDER + r" (пен|мен|бен)(?!\w)", "kk") == []


def test_customers_do_not_read_of_the_machinery() -> None:
    faults = [
        one for one in SAID if one.room in CUSTOMERS and re.search("биллинг|шлюз", one.text, re.IGNORECASE)
    ]
    assert [str(one) for one in faults] == []
