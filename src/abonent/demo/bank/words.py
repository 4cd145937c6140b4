"""The bank's pages in three languages, from the catalogues of the house: the demo's own words come first."""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

LANGUAGES = {"kk": "Қазақша", "ru": "Русский", "en": "English"}
_DEMO = Path(__file__).parents[1]
_ROOMS = _DEMO.parent


@cache
def translations(language: str) -> NullTranslations:
    """English is what the code says."""
    found = NullTranslations()
    if language != "en":
        files = sorted(_ROOMS.rglob(f"locale/{language}/LC_MESSAGES/django.mo"))
        files.sort(key=lambda path: _DEMO in path.parents)
        for path in files:
            with path.open("rb") as file:
                upper = GNUTranslations(file)
            upper.add_fallback(found)
            found = upper
    return found


def preferred(accepted: str) -> str:
    """Of a browser's Accept-Language, in its order; Russian when it names none of ours."""
    for part in accepted.split(","):
        language = part.split(";")[0].strip()[:2].lower()
        if language in LANGUAGES:
            return language
    return "ru"
