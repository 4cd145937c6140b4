"""Every template of the project: no inline style or script, nothing from another host."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from abonent.interfaces.ui.assets import ROOM

TEMPLATES = sorted(Path(settings.PACKAGE_DIR).rglob("templates/**/*.html"))
COMPONENTS = sorted((ROOM / "templates" / "ui").glob("*.html"))


def _name(path: Path) -> str:
    return str(path.relative_to(settings.PACKAGE_DIR))


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_a_template_keeps_the_content_security_policy(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", text)
    assert not re.search(r"<script(?![^>]*(?:\ssrc=|type=.application/json))", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_a_template_asks_no_other_host_and_trusts_no_text(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"(?:src|href|action|srcset)\s*=\s*[\"'](?:https?:)?//", text)
    assert not re.search(r"\|\s*safe\b|autoescape\s+false", text)


@pytest.mark.parametrize("path", COMPONENTS, ids=_name)
def test_a_component_opens_with_what_it_is(path: Path) -> None:
    assert path.read_text("utf-8").startswith("{#-")


def test_the_readme_names_every_macro_with_its_parameters() -> None:
    readme = re.sub(r"\s+", " ", (ROOM / "README.md").read_text("utf-8"))
    missing = []
    for path in COMPONENTS:
        for name, parameters in re.findall(r"macro ([a-z]\w*)\(([^%]*)\)\s*%}", path.read_text("utf-8")):
            documented = re.search(rf"`(?:{{% call )?{name}\(([^`]*?)\)(?: %}}[^`]*)?`", readme)
            names = re.findall(r"(\w+)=|(\w+)(?:,|$)", re.sub(r"=[^,]+", "=", parameters))
            if path.name not in ("gallery.html",) and (
                not documented or any((one or two) not in documented[1] for one, two in names)
            ):
                missing.append(f"{path.name}: {name}({parameters})")
    assert missing == []
