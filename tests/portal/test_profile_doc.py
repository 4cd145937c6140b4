"""docs/operations/profile.md names every key, and no other."""

import re
from typing import Any, get_args

from django.conf import settings
from pydantic import BaseModel

from abonent.portal.profile import Profile


def _keys(part: type[BaseModel], above: str = "") -> set[str]:
    found: set[str] = set()
    for name, field in part.model_fields.items():
        inner = _part(field.annotation)
        found |= _keys(inner, f"{name}.") if inner and name != "offices" else {above + name}
    return found


def _part(annotation: Any) -> type[BaseModel] | None:
    options = [annotation, *get_args(annotation)]
    return next((kind for kind in options if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def test_every_key_of_the_profile_is_described() -> None:
    page = (settings.BASE_DIR / "docs/operations/profile.md").read_text("utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    described = {key for row in rows for key in re.findall(r"`([a-z_.]+)`", row)}
    assert described == _keys(Profile)
