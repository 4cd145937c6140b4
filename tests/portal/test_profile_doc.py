"""docs/operations/profile.md names every key, and no other."""

import re
from typing import Any, get_args, get_origin

from django.conf import settings
from pydantic import BaseModel

from abonent.portal.profile import Profile


def _keys(part: type[BaseModel], above: str = "") -> set[str]:
    found: set[str] = set()
    for name, field in part.model_fields.items():
        inner, many = _part(field.annotation)
        if inner is None or many or name == "offices":
            found.add(above + name)
        if inner and name != "offices":
            found |= _keys(inner, f"{above}{name}.")
    return found


def _part(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """What the key holds, where that has keys of its own; and whether it is a list of them."""
    many = get_origin(annotation) is list
    options = [annotation, *get_args(annotation)]
    found = (kind for kind in options if isinstance(kind, type) and issubclass(kind, BaseModel))
    return next(found, None), many


def test_every_key_of_the_profile_is_described() -> None:
    page = (settings.BASE_DIR / "docs/operations/profile.md").read_text("utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    described = {key for row in rows for key in re.findall(r"`([a-z_.]+)`", row)}
    assert described == _keys(Profile)
