"""Sign-up, sign-in and second factors: django-allauth, as the portal's profile says (ADR 0006)."""

import os
import shutil

from abonent.settings import environment as env

_DEMO = env.flag("ABONENT_DEMO")

AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = ["abonent.users.backends.PortalBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher"
    if env.flag("ABONENT_TESTING") and env.flag("ABONENT_FAST_PASSWORDS")
    else "abonent.users.hashers.PortalArgon2"
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "abonent.users.passwords.LongEnough", "OPTIONS": {"min_length": 8}},
    {"NAME": "abonent.users.passwords.NotTooLong"},
    {"NAME": "abonent.users.passwords.NotCommon"},
    {"NAME": "abonent.users.passwords.NotTheName"},
    {"NAME": "abonent.users.passwords.NotANumberOnPaper"},
]

SESSION_ENGINE = "abonent.users.sessions"
SESSION_COOKIE_AGE = 30 * 24 * 3600  # the longest a session lives; idle time and staff: users/sessions.py
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

# Limits must be shared by all workers, and survive a restart: a table (ADR 0006). Nothing else is kept in it.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "users_limits",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

ACCOUNT_ADAPTER = "abonent.users.adapter.PortalAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"username", "email"}  # which of the two: the profile says (users/backends.py)
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]  # unused: the form is ours
ACCOUNT_FORMS = {
    "login": "abonent.interfaces.resident.entrance.forms.SignInForm",
    "reset_password": "abonent.interfaces.resident.entrance.forms.ForgottenPasswordForm",
    "reset_password_from_key": "abonent.interfaces.resident.entrance.forms.NewPasswordForm",
    "reauthenticate": "abonent.interfaces.resident.entrance.forms.ProveYourselfForm",
}
ACCOUNT_EMAIL_VERIFICATION = "optional"  # until it is confirmed the cabinet shows, but takes nothing
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_UNIQUE_EMAIL = True  # among confirmed addresses
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # other sessions end in users/operations, this one stays
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "100/h/ip,5/900s/key",  # key: name and address; 100 in a row: users/limits.py
    "signup": "5/h/ip,20/d/ip",
    "login_taken": "30/h/ip",
    "reset_password": "20/h/ip,3/h/key",
    "reset_password_from_key": "20/m/ip",
    "confirm_email": "1/3m/key",
    "manage_email": "10/h/user",
    "change_password": "5/900s/user",
    "pdf": "30/m/key",
    "photos": "60/h/key",  # forms with photos of meters, of a person or a letter's link
    "request_files": "60/h/key",  # files attached to requests, each of them, taken or not
    "reauthenticate": "10/m/user",
    "export": "10/h/user",  # three a day are made (personal_data/operations/exports.py)
}
MFA_ADAPTER = "abonent.users.adapter.PortalSecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an unconfirmed address keeps nobody from signing up with it again
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = _DEMO
STAFF_SECOND_FACTOR = not _DEMO

CAPTCHA_LENGTH = 6
CAPTCHA_CHALLENGE_FUNCT = "abonent.users.captcha.six_digits"
CAPTCHA_TIMEOUT = 10  # minutes
CAPTCHA_FONT_SIZE = 30
CAPTCHA_FLITE_PATH = shutil.which("flite")  # the sound of the captcha, where Debian's flite is installed

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
LETTERS_KEPT = _DEMO
"""Letters keep their text after they were sent, so that /demo/mail/ can show it."""

EMAIL_BACKEND = os.environ.get(
    "ABONENT_EMAIL_BACKEND", f"django.core.mail.backends.{'dummy' if _DEMO else 'smtp'}.EmailBackend"
)
EMAIL_HOST = os.environ.get("ABONENT_EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("ABONENT_EMAIL_PORT", default=25)
EMAIL_HOST_USER = os.environ.get("ABONENT_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("ABONENT_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = env.flag("ABONENT_EMAIL_TLS")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("ABONENT_EMAIL_FROM", "noreply@localhost")
LETTERS_BOUNCE_TO = os.environ.get("ABONENT_EMAIL_BOUNCES", "")
"""The sender on the envelope: reports of undelivered letters go there, to `abonent letters bounced`."""
