"""The same database and apps; Django's own middleware, sessions, backend and templates."""

from abonent.settings import *  # noqa: F403
from abonent.settings import INSTALLED_APPS, PACKAGE_DIR

INSTALLED_APPS = [*(app for app in INSTALLED_APPS if not app.startswith("allauth")), "benchmarks.plain"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
SESSION_ENGINE = "django.contrib.sessions.backends.db"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
ROOT_URLCONF = "benchmarks.plain.urls"
LOCALE_PATHS = [
    PACKAGE_DIR / "interfaces" / "ui" / "locale",
    PACKAGE_DIR / "interfaces" / "resident" / "locale",
]
TEMPLATES = [
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
    }
]
