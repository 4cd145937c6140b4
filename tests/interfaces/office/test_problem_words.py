"""Every sentence that the import says of a bundle is among those that the office translates."""

import ast
import re
from pathlib import Path

from django.utils import translation

from abonent.interfaces.office.problem_words import problem_words

EXCHANGE = Path(__file__).resolve().parents[3] / "src" / "abonent" / "exchange"
NAMES = ("archives", "alarms", "blocks", "checks", "charges", "planning", "reading", "resolution", "staging")
MODULES = [
    *(EXCHANGE / f"{name}.py" for name in NAMES),
    *sorted((EXCHANGE / "formats" / "bundle").glob("*.py")),
]
BEGINS = re.compile(
    r"(7: )?(7 |its |the name )?(is|are|has|holds|was|ends|begins|lies|stands|unpacks|goes|cannot) "
)
#: A folder comes by the command line alone, which speaks English.
OF_FOLDERS = {"is a link; a bundle holds the files themselves", "is not a plain file"}


def test_every_sentence_of_the_import_is_said_in_the_readers_language() -> None:
    for module in MODULES:
        for sentence in _sentences(module):
            if sentence.removeprefix("7: ") not in OF_FOLDERS:
                with translation.override("kk"):
                    assert problem_words(sentence) != sentence, f"{module.name}: {sentence}"


def _sentences(path: Path) -> set[str]:
    """What an error or a problem of this module says: text that begins as the sentences do."""
    tree = ast.parse(path.read_text("utf-8"))
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            text = node.value
        else:
            continue
        if BEGINS.match(text):
            found.add(text)
    return found


def test_the_walk_over_the_sentences_finds_them() -> None:
    """Or the test above would look at nothing."""
    assert "7: goes on after the end of its files" in _sentences(EXCHANGE / "archives.py")
    assert "is negative" in _sentences(EXCHANGE / "formats" / "bundle" / "values.py")
    assert sum(len(_sentences(module)) for module in MODULES) > 50
