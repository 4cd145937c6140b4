"""axe on what a run of the tests has not shown it yet.

Journeys come to the same page a hundred times, and the pages of a portal share most of what they are made of;
axe takes a third of a second of a processor at each. What it would say again is not asked again:

- rules of an element, once for each **kind** of element: its tag, role, classes and states, what it stands
  in, what stands right in it, whether words are in it; not what words, numbers and addresses say. A new kind
  is asked about with all that it stands in and with its children, the rest of the page is left out;
- rules of the page as a whole, once for each **outline**: its head, headings and landmarks in their order,
  and what stands outside of landmarks;
- contrast, once for each **paint** of words: the kind of element, its colour, whether it is large, and every
  ground below it, as computed. The same colours have the same contrast on any page of any portal. Words that
  axe could not judge where they stood (covered, beyond an edge) are tried again where anything else is new.

Kinds and outlines of a narrow page, and of larger letters, are other ones. Paints are asked again in the
dark, where anything was new. What has been shown is kept as empty files in a folder of the run, which its
processes share: whoever makes the file asks. `test_axe.py` plants faults in pages that were seen well.
"""

import hashlib
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: What no element has by itself.
OF_THE_PAGE = [
    "accesskeys",
    "aria-hidden-body",
    "bypass",
    "document-title",
    "duplicate-id-aria",
    "empty-heading",
    "heading-order",
    "html-has-lang",
    "html-lang-valid",
    "html-xml-lang-mismatch",
    "landmark-banner-is-top-level",
    "landmark-complementary-is-top-level",
    "landmark-contentinfo-is-top-level",
    "landmark-main-is-top-level",
    "landmark-no-duplicate-banner",
    "landmark-no-duplicate-contentinfo",
    "landmark-no-duplicate-main",
    "landmark-one-main",
    "landmark-unique",
    "meta-refresh",
    "meta-viewport",
    "meta-viewport-large",
    "page-has-heading-one",
    "region",
    "skip-link",
]
LOOK = Path(__file__).with_suffix(".js").read_text("utf-8")
SEEN = Path()
"""See `remember_in`."""

#: The page's rules, when its outline is new; and all others but contrast, of the elements of `kinds`.
RUN = """async ({ outline, names, tags, kinds }) => {
    const asked = new Set();
    for (const one of kinds.map((name) => window.kindsForAxe.get(name))) {
        for (let up = one; up; up = up.parentElement) asked.add(up);
        for (const child of one.children) asked.add(child);
    }
    const exclude = [...asked].flatMap((one) => [...one.children].filter((child) => !asked.has(child)));
    const options = { resultTypes: ["violations"] };
    const rules = Object.fromEntries([...names, "color-contrast"].map((name) => [name, { enabled: false }]));
    const runs = [];
    if (outline) runs.push(await axe.run({ ...options, runOnly: { type: "rule", values: names } }));
    if (kinds.length) {
        const context = { include: [document.documentElement], exclude };
        runs.push(await axe.run(context, { ...options, runOnly: tags, rules }));
    }
    return runs.flatMap((run) => run.violations).map((one) => ({
        id: one.id, nodes: one.nodes.length, html: one.nodes[0].html, why: one.nodes[0].failureSummary }));
}"""
#: One element of each paint is asked about. Of those `judged` axe would say the same elsewhere: a gradient or
#: a single letter has no contrast to it.
CONTRAST = """async (paints) => {
    const names = new Map(paints.map((name) => [window.paintsForAxe.get(name), name]));
    const found = await axe.run({ include: [...names.keys()] }, {
        runOnly: { type: "rule", values: ["color-contrast"] }, elementRef: true });
    const of = (kind) => found[kind].flatMap((one) => one.nodes);
    const reasons = ["bgGradient", "bgImage", "shortTextContent"];
    const never = (node) => reasons.includes(node.any[0]?.data?.messageKey);
    const judged = [...of("passes"), ...of("violations"), ...of("incomplete").filter(never)];
    return { judged: judged.map((node) => names.get(node.element)).filter((name) => name),
        wrong: of("violations").map((node) => ({
            id: "color-contrast", nodes: 1, html: node.html, why: node.failureSummary })) };
}"""


def remember_in(factory: pytest.TempPathFactory) -> None:
    """Begin: what is shown from now on is remembered in the run's folder, where each process has its own."""
    global SEEN
    own = factory.getbasetemp()
    SEEN = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "seen-by-axe"
    SEEN.mkdir(exist_ok=True)


def faults(page: Page) -> list[str]:
    """What is wrong with what is new of this page, as it stands and in the dark; it is left in the light.

    Runs in the page: not without JavaScript.
    """
    look = page.evaluate(LOOK)
    outline = _is_first("outline", look["outline"])
    kinds = [one for one in look["kinds"] if _is_first("kind", one)]
    new, found = bool(outline or kinds), []
    if new:
        asked = {"outline": outline, "names": OF_THE_PAGE, "tags": RULES, "kinds": kinds}
        found = _run(page, RUN, asked)
    painted = _contrast(page, look["paints"], again=new)
    if new or painted is not None:
        page.emulate_media(color_scheme="dark")
        found += painted or []
        found += _contrast(page, page.evaluate(LOOK)["paints"], again=new) or []
        page.emulate_media(color_scheme="light")
    return [f"axe {one['id']}: {one['nodes']} of {one['html'][:150]}: {one['why'][:250]}" for one in found]


def _contrast(page: Page, paints: list[str], *, again: bool) -> list[dict[str, Any]] | None:
    """None when there is nothing new. `again`: also what was tried and not judged."""
    asked = [one for one in paints if _is_first("tried", one) or (again and not _is_known("judged", one))]
    if not asked:
        return None
    answer = _run(page, CONTRAST, asked)
    for one in answer["judged"]:
        _is_first("judged", one)
    return list(answer["wrong"])


def _run(page: Page, script: str, argument: Any) -> Any:
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe_core())
    return page.evaluate(script, argument)


@cache
def _axe_core() -> str:
    return str(Axe().axe_script)


def _is_first(kind: str, what: str) -> bool:
    """Whoever makes the file: another process that comes to such a page does not wait for it."""
    try:
        _file(kind, what).open("x").close()
    except FileExistsError:
        return False
    return True


def _is_known(kind: str, what: str) -> bool:
    return _file(kind, what).exists()


def _file(kind: str, what: str) -> Path:
    return SEEN / f"{kind}-{hashlib.sha256(what.encode()).hexdigest()[:32]}"
