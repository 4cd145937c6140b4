"""The interface on its own: no people, no database; the gallery is on."""

import sys
from collections.abc import Iterator
from importlib import import_module, reload

import pytest
from django.conf import LazySettings
from django.template import engines
from django.test import Client
from django.urls import clear_url_caches
from django.utils import translation

from abonent.interfaces.ui import environment
from abonent.portal.profile import Profile, load

PORTALS = ("aes", "pes", "housing", "alseco")
MIDDLEWARE = [
    "csp.middleware.CSPMiddleware",
    "abonent.interfaces.ui.language.LanguageOfFormMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]


def profile(settings: LazySettings, code: str) -> Profile:
    return load(settings.PORTALS_DIR / f"{code}.toml")


@pytest.fixture
def ui(settings: LazySettings) -> Iterator[LazySettings]:
    """Settings under which the interface answers alone."""
    settings.UI_GALLERY = True
    settings.MIDDLEWARE = MIDDLEWARE
    settings.ROOT_URLCONF = "tests.interfaces.ui.urls"
    settings.PORTAL = profile(settings, "aes")
    settings.LANGUAGES = [("kk", "Қазақша"), ("ru", "Русский"), ("en", "English")]
    reload(import_module("abonent.interfaces.ui.urls"))
    sys.modules.pop("tests.interfaces.ui.urls", None)
    clear_url_caches()
    environment.forget()
    with translation.override("ru"):
        yield settings
    clear_url_caches()
    environment.forget()


@pytest.fixture
def client(ui: LazySettings) -> Client:
    return Client(headers={"Accept-Language": "ru"})


@pytest.fixture
def page(client: Client) -> str:
    return str(client.get("/ui/").content.decode())


def render(source: str, **context: object) -> str:
    """Draw a piece of template that may use every macro."""
    return str(engines["jinja2"].from_string(source).render(context))
