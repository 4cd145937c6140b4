"""Sign-up, sign-in and second factors: django-allauth, as the portal's profile says."""

import os

from abonent.settings import environment as env

AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = ["abonent.users.backends.PortalBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher"
    if env.flag("ABONENT_TESTING") and env.flag("ABONENT_FAST_PASSWORDS")
    else "django.contrib.auth.hashers.Argon2PasswordHasher"
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("login", "email", "full_name")},
    },
]

SESSION_ENGINE = "abonent.users.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 3600  # idle; 30 days at most, staff less: users/sessions.py
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "abonent.users.adapter.PortalAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_EMAIL_VERIFICATION = "optional"  # until it is confirmed the cabinet shows, but takes nothing
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # other sessions end in users/operations.py, this one stays
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "100/h/ip,5/900s/key",
    "signup": "5/h/ip,20/d/ip",
    "reset_password": "20/h/ip,3/h/key",
    "confirm_email": "1/3m/key",
    "manage_email": "10/m/user",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = env.flag("ABONENT_DEMO")
STAFF_SECOND_FACTOR = not env.flag("ABONENT_DEMO")

CAPTCHA_LENGTH = 6
CAPTCHA_CHALLENGE_FUNCT = "captcha.helpers.random_char_challenge"
CAPTCHA_TIMEOUT = 10

EMAIL_BACKEND = os.environ.get("ABONENT_EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = os.environ.get("ABONENT_EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("ABONENT_EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("ABONENT_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("ABONENT_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = env.flag("ABONENT_EMAIL_TLS")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("ABONENT_EMAIL_FROM", "noreply@localhost")
