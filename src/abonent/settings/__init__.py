"""Django's settings, from the portal's profile and the environment (docs/operations/settings.md)."""

import math
import os
from pathlib import Path
from typing import Any

import abonent
from abonent.base.database_url import parse as parse_database_url
from abonent.portal.profile import load as load_profile
from abonent.settings import environment as env

BASE_DIR = Path(abonent.__file__).resolve().parents[2]
PACKAGE_DIR = Path(abonent.__file__).resolve().parent
HOME = Path(os.environ.get("ABONENT_HOME") or BASE_DIR / "var")

DEMO = env.flag("ABONENT_DEMO")
DEBUG = env.flag("ABONENT_DEBUG")
TESTING = env.flag("ABONENT_TESTING")

PORTALS_DIR = BASE_DIR / "portals"
PORTAL_PATH = env.profile_path(PORTALS_DIR)
PORTAL = load_profile(PORTAL_PATH)

SECRET_KEY = env.secret_key(HOME, may_be_made=DEMO or DEBUG or TESTING)
ALLOWED_HOSTS = env.words("ABONENT_HOSTS", default="localhost 127.0.0.1 [::1]")
CSRF_TRUSTED_ORIGINS = env.words("ABONENT_ORIGINS", default="")
SITE_URL = os.environ.get("ABONENT_URL") or next(iter(CSRF_TRUSTED_ORIGINS), "http://127.0.0.1:8000")
"""Where people find the portal: letters that no request caused carry absolute links."""
TRUSTED_PROXIES = env.number("ABONENT_TRUSTED_PROXIES", default=0)
"""How many reverse proxies stand in front: the client's address is read that many hops back."""
SETTINGS_ASKED_EVERY: float | None = 5
"""Seconds after which a page without a session asks whether the office published settings; None: never."""
COUNTS_KEPT_FROM = math.inf if TESTING else 0.1
"""Seconds: what takes longer to count is kept with its moment (portal.counts), and shown as it was."""
EXPORT_FOLDER = env.folder("ABONENT_EXPORT")
"""Where the worker writes readings for billing; None: nowhere."""
SANDBOX_BANK = os.environ.get("ABONENT_SANDBOX_BANK", "")
"""Where the play bank of the demo answers; methods of the provider `sandbox` go there."""

DATABASES = {
    "default": parse_database_url(os.environ.get("DATABASE_URL", "postgresql://localhost/abonent"))
    | {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True, "ATOMIC_REQUESTS": False}
}
PREPARED_STATEMENTS = not env.flag("ABONENT_NO_PREPARED_STATEMENTS")
"""Off behind a pooler that gives each transaction another connection and forgets what was prepared."""
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ROOMS = [
    "portal",
    "users",
    "configuration",
    "notices",
    "accounts",
    "metering",
    "tariffs",
    "ledger",
    "bills",
    "consumption",
]
ROOMS += ["payments", "service_requests", "announcements", "finding", "figures", "personal_data", "exchange"]
DOORS = ["ui", "resident", "office", "api"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "captcha",
    "django_htmx",
    "procrastinate.contrib.django",
    *[f"abonent.{room}" for room in ROOMS],
    *[f"abonent.interfaces.{door}" for door in DOORS],
    "abonent.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",  # before the static files: a drawing opened by itself is a page too
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "abonent.interfaces.ui.compression.PageCompressionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "abonent.interfaces.ui.language.LanguageOfFormMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "abonent.users.middleware.PersonMiddleware",
    "abonent.interfaces.ui.odd_paths.OddPathMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "abonent.interfaces.resident.person.agreeing.AgreeMiddleware",
]
ROOT_URLCONF = "abonent.urls"
CSRF_FAILURE_VIEW = "abonent.interfaces.ui.errors.csrf_failure"
UI_GALLERY = DEMO or DEBUG
"""Every component in every state, at /ui/."""
WSGI_APPLICATION = "abonent.wsgi.application"
APPEND_SLASH = True

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [
            *[PACKAGE_DIR / "interfaces" / door / "templates" for door in DOORS],
            *[PACKAGE_DIR / room / "templates" for room in [*ROOMS, "demo"]],
        ],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "abonent.interfaces.ui.environment.environment",
            "context_processors": [],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

LANGUAGE_CODE = PORTAL.language
LANGUAGES = [(code, {"kk": "Қазақша", "ru": "Русский", "en": "English"}[code]) for code in PORTAL.languages]
# Named here, and not only found as an app's, so that our words win over the libraries' own.
LOCALE_PATHS = [
    *[PACKAGE_DIR / "interfaces" / door / "locale" for door in DOORS],
    *[PACKAGE_DIR / room / "locale" for room in [*ROOMS, "demo"]],
]
USE_I18N = True
TIME_ZONE = PORTAL.time_zone
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [("logos", PORTAL_PATH.parent / "logos")] if PORTAL.brand.logo else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or TESTING
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False  # its default lets every site read the files

from abonent.settings.logs import LOGGING  # noqa: E402, F401
from abonent.settings.people import *  # noqa: E402, F403
from abonent.settings.security import *  # noqa: E402, F403

# Cookies know no ports: portals side by side on one host must not share names. `__Host-` needs https.
_prefix = "__Host-" if env.https() else f"{PORTAL.code}-"
SESSION_COOKIE_NAME = f"{_prefix}session"
CSRF_COOKIE_NAME = f"{_prefix}csrf"
LANGUAGE_COOKIE_NAME = f"{_prefix}language"
