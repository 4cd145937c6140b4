"""What the code itself must not do, where no linter looks."""

import re
import ssl
from pathlib import Path

import pytest
from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend

SCRIPTS = sorted(settings.PACKAGE_DIR.rglob("*.js"))
KEEPER = "offline-store.js"
#: A wish of whoever works through queues: single keys do nothing (WCAG 2.1.4). One word, nobody's data.
WISHES = {"queue.js": {"queue-keys-off": "1"}}


def test_there_are_scripts() -> None:
    assert len(SCRIPTS) >= 2


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
@pytest.mark.parametrize(
    "word", ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"]
)
def test_a_script_sets_text_and_makes_no_code(script: Path, word: str) -> None:
    assert word not in script.read_text("utf-8")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_keeps_nothing_in_the_browser_and_asks_nobody_else(script: Path) -> None:
    """But for the one that keeps readings typed without a network: what it keeps goes with signing out
    (journeys/test_offline.py)."""
    text = without_wishes(script)
    keeps = r"localStorage|sessionStorage|document\.cookie" + ("" if script.name == KEEPER else "|indexedDB")
    assert not re.search(keeps, text)
    assert not re.search(r"https?://(?!www\.w3\.org)", re.sub(r"(?m)^\s*(//|\*|/\*).*$", "", text))


def without_wishes(script: Path) -> str:
    """The script without the lines that keep the one word it may keep, and nothing but that word."""
    text = script.read_text("utf-8")
    for name, value in WISHES.get(script.name, {}).items():
        assert f'const OFF = "{name}";' in text
        text = re.sub(
            rf'localStorage\.(?:getItem\(OFF\)|removeItem\(OFF\)|setItem\(OFF, "{value}"\))', "", text
        )
    return text


def test_the_mail_servers_certificate_is_verified() -> None:
    context = EmailBackend(use_tls=True).ssl_context
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
