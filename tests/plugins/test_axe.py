"""What `axe.faults` asks once it finds as axe does: faults planted in pages that it has seen before."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.plugins import axe
from tests.plugins.browser import OpenPage, chromium, complaints, open_page

__all__ = ["complaints", "open_page"]

SHEET = """.tiny { display: inline-block; font-size: 4px }
body { background: #fff; color: #111 } p { color: #333 } .note { color: #444; background: #eee }
@media (prefers-color-scheme: dark) { body { background: #111; color: #eee } p { color: #ddd }
.note { color: #ccc; background: #222 } }"""
WELL = """<main><h1>Счета</h1><p>За октябрь</p><p class="note">Долга нет</p>
<form><label for="a">Сумма</label><input id="a"><button>Оплатить</button></form>
<ul><li>Вода</li><li>Свет</li></ul></main>"""
#: What is done to the page -> the rule that finds it.
FAULTS = {
    ('<p class="note">', '<p class="note" style="color: #999">'): "color-contrast",
    ("<p>За", '<img src="data:,"><p>За'): "image-alt",
    ('for="a"', 'for="b"'): "label",
    ("<button>Оплатить</button>", "<button></button>"): "button-name",
    ("<p>За", '<a href="/"></a><p>За'): "link-name",
    ("<li>Свет</li>", "<li>Свет</li><div>Газ</div>"): "list",
    ("<ul>", '<ul role="nonsense">'): "aria-roles",
    ("<p>За", "<h4>За год</h4><p>За"): "heading-order",
    ("<p>За", '<p aria-hidden="true"><a href="/">Все</a></p><p>За'): "aria-hidden-focus",
    ("<button>Оплатить", '<button><span><a href="/">Всё</a></span>'): "nested-interactive",
    ("<p>За", '<p><a href="/1" class="tiny">а</a><a href="/2" class="tiny">б</a></p><p>За'): "target-size",
    ("<li>Вода", '<li role="listitem"><p role="cell">Вода</p>'): "aria-required-parent",
    ("<p>За", '<table><tr><th scope="nonsense">За</th></tr></table><p>За'): "scope-attr-valid",
    ("</main>", "</main><main><h2>Ещё</h2></main>"): "landmark-no-duplicate-main",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(autouse=True)
def _own_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(axe, "SEEN", tmp_path)


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page(color_scheme="light", reduced_motion="reduce")


def show(page: Page, body: str, sheet: str = SHEET) -> None:
    page.set_content(
        f'<!doctype html><html lang="ru"><title>Счета</title><style>{sheet}</style><body>{body}</body></html>'
    )


@pytest.mark.parametrize(("change", "rule"), FAULTS.items())
def test_a_fault_in_a_page_that_was_seen_well_is_found(
    page: Page, change: tuple[str, str], rule: str
) -> None:
    show(page, WELL)
    assert axe.faults(page) == []
    assert change[0] in WELL
    show(page, WELL.replace(*change))
    assert f"axe {rule}:" in " ".join(axe.faults(page))


@pytest.mark.parametrize(
    "sheet",
    [
        SHEET.replace(".note { color: #ccc", ".note { color: #555"),
        SHEET.replace("body { background: #fff", "body { background: #555"),
    ],
)
def test_a_sheet_that_spoils_the_colours_of_known_elements_is_found(page: Page, sheet: str) -> None:
    """In the dark alone; and of the ground that others stand on."""
    show(page, WELL, sheet)
    assert "axe color-contrast:" in " ".join(axe.faults(page))


def test_words_that_axe_could_not_judge_where_they_stood_are_judged_elsewhere(page: Page) -> None:
    """First below a cover; then in a page of another shape, in the open."""
    faint, cover = '<p class="faint">Бледно</p>', '<div class="cover"></div>'
    sheet = SHEET + " .faint { color: #999 } .cover { position: absolute; inset: 0; background: #fff }"
    show(page, WELL.replace("<p>За", f"{faint}{cover}<p>За"), sheet)
    assert axe.faults(page) == []
    show(page, WELL.replace("<p>За", f"{faint}<p>За"), sheet)
    assert "axe color-contrast:" in " ".join(axe.faults(page))


def test_what_was_judged_is_not_asked_again(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other words, more rows: the same page to axe."""
    show(page, WELL)
    assert axe.faults(page) == []
    monkeypatch.delattr(axe, "_run")
    show(page, WELL.replace("Вода", "Тепло").replace("<li>Свет</li>", "<li>Свет</li><li>Газ</li>"))
    assert axe.faults(page) == []
