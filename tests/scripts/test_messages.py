"""The tool that keeps translations complete, on a small house of two floors."""

import re
from gettext import GNUTranslations
from pathlib import Path

import pytest
from django.utils.translation.trans_real import DjangoTranslation

from abonent.base.catalogues import CatalogueError, compile_stale, stale
from scripts import messages

VIEW = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
TITLE = _("Receipts")
# Translators: the first month of the year
MAY = pgettext("month", "May")
def count(n):
    return ngettext("%(n)s receipt", "%(n)s receipts", n) % {"n": n}
"""
PAGE = """
{% set seen = [] %}{% do seen.append(1) %}
<h1>{{ _("Account") }}</h1>
{% trans name=person %}
    Dear %(name)s,
    welcome
{% endtrans %}
"""
LOWER = "interfaces/ui"
UPPER = "interfaces/resident"


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A package with a text of each kind above and one text in the room below."""
    package = tmp_path / "src" / "abonent"
    for room in (LOWER, UPPER):
        (package / room / "templates").mkdir(parents=True)
        (package / room / "apps.py").touch()
    (package / UPPER / "views.py").write_text(VIEW)
    (package / UPPER / "templates" / "page.html").write_text(PAGE.replace("%(name)s", "{{ name }}"))
    (package / LOWER / "forms.py").write_text(
        "from django.utils.translation import gettext as _\n_('Account')"
    )
    return package


TRANSLATIONS = {
    "ru": {
        "Receipts": "Квитанции",
        "May": "май",
        "%(n)s receipt": ["%(n)s квитанция", "%(n)s квитанции", "%(n)s квитанций"],
        "Dear %(name)s, welcome": "%(name)s, добро пожаловать",
        "Account": "Лицевой счёт",
    },
    "kk": {
        "Receipts": "Түбіртектер",
        "May": "мамыр",
        "%(n)s receipt": ["бір түбіртек", "%(n)s түбіртек"],
        "Dear %(name)s, welcome": "%(name)s, қош келдіңіз",
        "Account": "Дербес шот",
    },
}


def translate(package: Path, changes: dict[str, object] | None = None, *, language: str = "ru") -> None:
    """Fill both rooms' catalogues, in `language` with `changes` in place of the right translations."""
    for code, known in TRANSLATIONS.items():
        wanted = known | (changes or {} if code == language else {})
        for room in (LOWER, UPPER):
            path = messages.catalogue_path(package, room, code)
            catalogue = messages.read(path, code)
            for (msgid, _), message in messages.entries(catalogue):
                message.string = wanted[msgid]
            with path.open("wb") as file:
                messages.write_po(file, catalogue)


def test_every_kind_of_text_is_found(house: Path) -> None:
    found = messages.extract(house)
    assert set(found[LOWER]) == {("Account", None)}
    assert set(found[UPPER]) == {
        ("Receipts", None),
        ("May", "month"),
        ("%(n)s receipt", None),
        ("Account", None),
        ("Dear %(name)s, welcome", None),
    }
    assert found[UPPER]["%(n)s receipt", None].msgid == ("%(n)s receipt", "%(n)s receipts")


def test_update_adds_what_is_missing_and_leaves_what_is_there(house: Path) -> None:
    assert messages.update(house)
    translate(house)
    path = messages.catalogue_path(house, UPPER, "kk")
    path.write_text(path.read_text().replace('msgid "Receipts"', '# doubtful: or шоттар\nmsgid "Receipts"'))
    assert messages.update(house) == []
    (house / UPPER / "more.py").write_text(
        "from django.utils.translation import gettext as _\n_('Payments')\n"
    )
    messages.update(house)
    text = path.read_text()
    assert '# doubtful: or шоттар\nmsgid "Receipts"\nmsgstr "Түбіртектер"' in text
    assert 'msgid "Payments"\nmsgstr ""' in text
    assert "#. the first month of the year" in text
    assert "views.py" not in text
    assert 'msgid "Account"' not in text
    assert 'msgid "Account"' in messages.catalogue_path(house, LOWER, "kk").read_text()


def test_complete_translations_pass(house: Path) -> None:
    messages.update(house)
    assert len(messages.check(house)) == 12  # in two languages; both rooms say "Account"
    translate(house)
    assert messages.check(house) == []


@pytest.mark.parametrize(
    ("language", "changes", "problem"),
    [
        ("kk", {"Receipts": ""}, r"resident/locale/kk/.*'Receipts' .*views.py:3.* is fuzzy or half done"),
        (
            "ru",
            {"%(n)s receipt": ["%(n)s квитанция", "%(n)s квитанции", ""]},
            r"'%\(n\)s receipt' .* half done",
        ),
        ("ru", {"%(n)s receipt": ["одна квитанция", "%(n)s квитанции", "%(n)s квитанций"]}, "placeholders"),
        ("kk", {"%(n)s receipt": ["бір түбіртек", "түбіртек"]}, "has placeholders"),
        ("kk", {"Dear %(name)s, welcome": "%(nam)s, қош келдіңіз"}, "has placeholders"),
    ],
)
def test_a_fault_is_named(house: Path, language: str, changes: dict[str, object], problem: str) -> None:
    messages.update(house)
    translate(house, changes, language=language)
    (found,) = messages.check(house)
    assert re.search(problem, found)


def test_fuzzy_foreign_and_contradicting_translations_are_named(house: Path) -> None:
    messages.update(house)
    translate(house)
    path = messages.catalogue_path(house, UPPER, "ru")
    path.write_text(path.read_text().replace('msgid "Receipts"', '#, fuzzy\nmsgid "Receipts"'))
    path.write_text(path.read_text() + '\nmsgid "Account"\nmsgstr "Счёт"\n')
    (house / "stray.py").write_text("from django.utils.translation import gettext as _\n_('Nowhere')\n")
    found = "\n".join(messages.check(house))
    assert "'Receipts' (interfaces/resident/views.py:3) is fuzzy" in found
    assert "ru: 'Account' is 'Счёт' in interfaces/resident and 'Лицевой счёт' in interfaces/ui" in found
    assert "stray.py:2: 'Nowhere' stands in no room" in found
    assert found.count("\n") == 2


def test_the_rooms_of_the_house_all_stand_on_a_floor() -> None:
    assert set(messages.rooms()) <= {name for names in messages.FLOORS for name in names}


@pytest.mark.parametrize(
    ("language", "count", "text"),
    [
        ("ru", 1, "1 квитанция"),
        ("ru", 3, "3 квитанции"),
        ("ru", 11, "11 квитанций"),
        ("ru", 21, "21 квитанция"),
        ("kk", 1, "бір түбіртек"),
        ("kk", 5, "5 түбіртек"),
    ],
)
def test_django_reads_what_was_compiled(
    house: Path, settings: object, language: str, count: int, text: str
) -> None:
    """Together with Django's own and the libraries' catalogues, whose plural forms differ from ours."""
    messages.update(house)
    translate(house)
    assert len(compile_stale(house)) == 4
    assert stale(house) == []
    settings.LOCALE_PATHS = [str(house / room / "locale") for room in (LOWER, UPPER)]
    translation = DjangoTranslation(language)
    assert translation.ngettext("%(n)s receipt", "%(n)s receipts", count) % {"n": count} == text
    assert translation.gettext("Account") == TRANSLATIONS[language]["Account"]
    assert translation.gettext("This field is required.") != "This field is required."


def test_the_doubts_are_listed_for_a_native_reader(house: Path) -> None:
    messages.update(house)
    translate(house)
    path = messages.catalogue_path(house, UPPER, "kk")
    said = path.read_text().replace(
        'msgid "Receipts"', '# doubtful: or «шоттар»,\n# as on the bill\nmsgid "Receipts"'
    )
    path.write_text(said.replace('msgid "%(n)s receipt"', '# a plain remark\nmsgid "%(n)s receipt"'))
    assert list(messages.doubtful(house)) == [
        (UPPER, "Receipts", "Түбіртектер", "or «шоттар», as on the bill")
    ]


def test_a_fuzzy_translation_is_not_compiled(house: Path) -> None:
    messages.update(house)
    translate(house)
    path = messages.catalogue_path(house, LOWER, "ru")
    path.write_text(path.read_text().replace('msgid "Account"', '#, fuzzy\nmsgid "Account"'))
    compile_stale(house)
    with path.with_suffix(".mo").open("rb") as compiled:
        assert GNUTranslations(compiled).gettext("Account") == "Account"


def test_a_broken_catalogue_is_named(house: Path) -> None:
    messages.update(house)
    path = messages.catalogue_path(house, LOWER, "ru")
    path.write_text(path.read_text() + '\nmsgid "unended\n')
    with pytest.raises(CatalogueError, match=r"ui/locale/ru/LC_MESSAGES/django\.po"):
        compile_stale(house)
    assert any("django.po: missing msgstr" in problem for problem in messages.check(house))
