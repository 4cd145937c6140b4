"""The interface's texts and their translations.

`python scripts/messages.py extract|update|compile|check|doubtful`.

A room (a Django app: a folder with apps.py) keeps the translations of its own texts in its own
locale/<language>/LC_MESSAGES/django.po. A text that a lower room has translated need not be translated again.
The texts themselves are English and need no catalogue.

A translation that a native reader should decide on carries a translator's comment, `# doubtful: one word or
the other`; `doubtful` lists them all, and whoever decides takes the comment away. The terms: docs/words.md.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import write_po

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))
PACKAGE = ROOT / "src" / "abonent"

from abonent.base import catalogues  # noqa: E402 - the script runs without an installation too

LANGUAGES = ("ru", "kk")
PLURALS = {
    "ru": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : "
    "n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
    "kk": "nplurals=2; plural=(n != 1);",
}
# From the ground up, as in docs/map.md; rooms of one floor do not see each other.
FLOORS = (
    ("portal",),
    ("users",),
    ("configuration",),
    ("notices",),
    ("accounts",),
    ("metering", "tariffs"),
    ("ledger",),
    ("bills", "consumption"),
    ("payments", "service_requests", "announcements"),
    ("finding", "figures", "personal_data"),
    ("exchange",),
    ("interfaces/ui",),
    ("interfaces/resident", "interfaces/office", "interfaces/api"),
    ("demo",),
)
TEMPLATES = [f"**/templates/**.{suffix}" for suffix in ("html", "txt", "xml", "svg")]
METHODS = [("**/migrations/**", "ignore"), ("**.py", "python"), *((path, "jinja2") for path in TEMPLATES)]
# As in abonent.interfaces.ui.environment; a template with a mistake stops the extraction.
JINJA = {"trimmed": "true", "silent": "false", "encoding": "utf-8", "extensions": "jinja2.ext.do"}
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[#0 +-]*\d*(?:\.\d+)?[a-z]|(?<!%)%[sdf]|\{\w*\}")

DOUBT = "doubtful:"

Key = tuple[str, str | None]
"""The msgid (of the singular) and the context."""


class Doubt(NamedTuple):
    """A translation that a native reader should decide on, and what about it."""

    room: str
    msgid: str
    translation: str
    about: str


@dataclass
class Text:
    """A text that the code says, and where it does."""

    msgid: str | tuple[str, ...]
    context: str | None
    places: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    @property
    def key(self) -> Key:
        return (self.msgid if isinstance(self.msgid, str) else self.msgid[0], self.context)


def rooms(package: Path = PACKAGE) -> dict[str, Path]:
    """The rooms by name (`users`, `interfaces/ui`)."""
    return {str(path.parent.relative_to(package)): path.parent for path in sorted(package.rglob("apps.py"))}


def below(room: str) -> list[str]:
    """The room itself and every room on a lower floor."""
    level = next((level for level, names in enumerate(FLOORS) if room in names), len(FLOORS))
    return [room, *(name for names in FLOORS[:level] for name in names)]


def extract(package: Path = PACKAGE) -> dict[str, dict[Key, Text]]:
    """The texts of each room; those outside of every room are under the name of their folder."""
    found: dict[str, dict[Key, Text]] = {}
    names = sorted(rooms(package), key=len, reverse=True)
    extracted = extract_from_dir(
        str(package),
        METHODS,
        dict.fromkeys(TEMPLATES, JINJA),
        keywords=KEYWORDS,
        comment_tags=("Translators:",),
        strip_comment_tags=True,
    )
    for filename, line, msgid, comments, context in extracted:
        room = next((name for name in names if filename.startswith(name + "/")), str(Path(filename).parent))
        if any(msgid if isinstance(msgid, tuple) else (msgid,)):
            text = Text(msgid, context)
            text = found.setdefault(room, {}).setdefault(text.key, text)
            text.msgid = msgid if isinstance(msgid, tuple) else text.msgid
            text.places.append(f"{filename}:{line}")
            text.comments += comments
    return found


def catalogue_path(package: Path, room: str, language: str) -> Path:
    return package / room / "locale" / language / "LC_MESSAGES" / "django.po"


def read(path: Path, language: str) -> Catalog:
    """The catalogue at `path`, or a new one with our plural forms."""
    if path.exists():
        return catalogues.read(path)
    catalogue = Catalog(locale=language, project="Abonent", version="1", fuzzy=False, header_comment="#")
    header = [
        (name, value) for name, value in catalogue.mime_headers if name in {"MIME-Version", "Content-Type"}
    ]
    catalogue.mime_headers = [("Language", language), ("Plural-Forms", PLURALS[language]), *header]
    return catalogue


def entries(catalogue: Catalog) -> Iterator[tuple[Key, Message]]:
    for message in catalogue:
        if message.id:
            yield (message.id if isinstance(message.id, str) else message.id[0], message.context), message


def is_translated(message: Message) -> bool:
    return not message.fuzzy and all(_parts(message.string))


def update(package: Path = PACKAGE) -> list[Path]:
    """Add to every room's catalogues the texts that neither it nor a lower room has; returns what changed."""
    changed = []
    texts = extract(package)
    for language in LANGUAGES:
        held = {
            room: {key for key, _ in entries(read(catalogue_path(package, room, language), language))}
            for room in rooms(package)
        }
        for room in sorted(rooms(package), key=lambda name: len(below(name))):
            known = set().union(*(held.get(name, set()) for name in below(room)))
            missing = [text for key, text in texts.get(room, {}).items() if key not in known]
            if missing:
                held[room] |= {text.key for text in missing}
                changed.append(_add(catalogue_path(package, room, language), language, missing))
    return changed


def _add(path: Path, language: str, missing: list[Text]) -> Path:
    catalogue = read(path, language)
    for text in missing:
        flags = ["python-format"] if any(PLACEHOLDER.search(part) for part in _parts(text.msgid)) else []
        catalogue.add(text.msgid, context=text.context, auto_comments=sorted(set(text.comments)), flags=flags)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=100, no_location=True, sort_output=True, omit_header=False)
    return path


def check(package: Path = PACKAGE) -> list[str]:
    """Everything that is wrong with the translations, a line each; empty when they are complete."""
    texts = extract(package)
    problems = [
        f"{place}: {key[0]!r} stands in no room, so nobody can translate it"
        for folder in texts.keys() - rooms(package).keys()
        for key, text in texts[folder].items()
        for place in text.places[:1]
    ]
    for language in LANGUAGES:
        try:
            problems += _check_language(package, texts, language)
        except catalogues.CatalogueError as error:
            problems.append(f"{language}: {error}")
    return problems


def _check_language(package: Path, texts: dict[str, dict[Key, Text]], language: str) -> Iterator[str]:
    held = {
        room: dict(entries(read(catalogue_path(package, room, language), language)))
        for room in rooms(package)
    }
    for room in held:
        path = catalogue_path(package, room, language).relative_to(package.parents[1])
        for key, text in texts.get(room, {}).items():
            found = [held[name][key] for name in below(room) if key in held.get(name, {})]
            if not any(is_translated(message) for message in found):
                state = "is fuzzy or half done" if found else "is missing"
                yield f"{path}: {_title(key)} ({text.places[0]}) {state}"
            elif isinstance(text.msgid, tuple) and not any(message.pluralizable for message in found):
                yield f"{path}: {_title(key)} ({text.places[0]}) has no plural forms"
        plurals = read(catalogue_path(package, room, language), language).num_plurals
        for key, message in held[room].items():
            yield from (f"{path}: {_title(key)} {wrong}" for wrong in _faults(message, plurals, language))
    yield from _contradictions(held, language)


def _faults(message: Message, plurals: int, language: str) -> Iterator[str]:
    """What is wrong with the forms of one translation. The Kazakh singular is for 1 alone and may say so in
    a word; the Russian one is for 21 as well."""
    if not is_translated(message):
        return
    wanted = set(PLACEHOLDER.findall(_parts(message.id)[-1]))
    forms = _parts(message.string)
    if message.pluralizable and len(forms) != plurals:
        yield f"has {len(forms)} plural forms of {plurals}"
    for number, form in enumerate(forms):
        given = set(PLACEHOLDER.findall(form))
        free = message.pluralizable and language == "kk" and number == 0
        if given - wanted or (wanted - given and not free):
            yield f"has placeholders {sorted(given)} for {sorted(wanted)}"


def _contradictions(held: dict[str, dict[Key, Message]], language: str) -> Iterator[str]:
    """Django merges the catalogues of all rooms, so a text may have one translation only."""
    first: dict[Key, tuple[str, Message]] = {}
    for room, messages in held.items():
        for key, message in messages.items():
            other, known = first.setdefault(key, (room, message))
            if is_translated(message) and is_translated(known) and known.string != message.string:
                two = f"{known.string!r} in {other} and {message.string!r} in {room}"
                yield f"{language}: {_title(key)} is {two}"


def doubtful(package: Path = PACKAGE) -> Iterator[Doubt]:
    """The doubts of every room and language, in the order of the catalogues."""
    for language in LANGUAGES:
        for room in rooms(package):
            for key, message in entries(read(catalogue_path(package, room, language), language)):
                comment = " ".join(message.user_comments)
                if DOUBT in comment:
                    about = comment.partition(DOUBT)[2].strip()
                    yield Doubt(room, key[0], " / ".join(_parts(message.string)), about)


def _parts(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or [])


def _title(key: Key) -> str:
    return repr(key[0]) + (f" [{key[1]}]" if key[1] else "")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("action", choices=["extract", "update", "compile", "check", "doubtful"])
    action = parser.parse_args().action
    if action == "extract":
        for room, texts in sorted(extract().items()):
            for key, text in sorted(texts.items(), key=lambda item: str(item[0])):
                print(f"{room}\t{_title(key)}\t{' '.join(text.places)}")
    elif action == "check":
        problems = check()
        print(*problems, f"{len(problems)} problems in the translations", sep="\n")
        return 1 if problems else 0
    elif action == "doubtful":
        for doubt in doubtful():
            print(*doubt, sep="\t")
    else:
        for path in update() if action == "update" else catalogues.compile_stale():
            print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
