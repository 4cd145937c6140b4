"""The configuration's part of `abonent check`: secrets, hosts, mail, files."""

import os
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.core import mail
from django.core.checks import ERROR, run_checks
from django.http.request import validate_host
from django.utils import timezone

from abonent.base import catalogues
from abonent.bills.checks import check_bill
from abonent.bills.paper import PaperError
from abonent.interfaces.cli import check_banks, check_files, check_gateways, statics
from abonent.interfaces.cli.finding import FAIL, OK, WARN, Finding
from abonent.interfaces.cli.surroundings import home

LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]"}
SMTP = "django.core.mail.backends.smtp.EmailBackend"
CONNECTION_SECONDS = 5


def findings() -> Iterator[Finding]:
    yield from (look() for look in LOOKS)
    yield from check_gateways.findings()
    yield from check_banks.configuration()
    for message in run_checks():
        if message.level >= ERROR:
            yield Finding(FAIL, "django", str(message.msg), str(message.hint or ""))


def _mode() -> Finding:
    loose = [name for name in ("DEBUG", "TESTING", "DEMO") if getattr(settings, name)]
    if loose:
        names = " and ".join(f"ABONENT_{name}" for name in loose)
        return Finding(WARN, "mode", f"{names} is on: not for customers", f"unset {names}")
    return Finding(OK, "mode", "production")


def _secret() -> Finding:
    if os.environ.get("ABONENT_SECRET_KEY") or os.environ.get("ABONENT_SECRET_KEY_FILE"):
        return Finding(OK, "secret key", "set")
    return Finding(WARN, "secret key", f"made by itself and kept in {home()}", "set ABONENT_SECRET_KEY_FILE")


def _hosts() -> Finding:
    hosts = set(settings.ALLOWED_HOSTS)
    if "*" in hosts:
        return Finding(FAIL, "hosts", "any host name is accepted", "name yours in ABONENT_HOSTS")
    if hosts <= LOCAL_HOSTS:
        return Finding(WARN, "hosts", "this machine only", "name the portal's host in ABONENT_HOSTS")
    return Finding(OK, "hosts", ", ".join(sorted(hosts)))


def _address() -> Finding:
    """Letters carry links to it: an address that is not the portal's sends people elsewhere."""
    if not (os.environ.get("ABONENT_URL") or settings.CSRF_TRUSTED_ORIGINS):
        remedy = "set ABONENT_URL to where people find the portal"
        return Finding(WARN, "address", f"links in letters lead to {settings.SITE_URL}", remedy)
    url = urlsplit(settings.SITE_URL)
    if not validate_host(url.hostname or "", settings.ALLOWED_HOSTS):
        return Finding(
            FAIL, "address", f"{settings.SITE_URL} is not among ABONENT_HOSTS", "name its host there"
        )
    if settings.SESSION_COOKIE_SECURE and url.scheme != "https":
        return Finding(FAIL, "address", f"{settings.SITE_URL} is not https", "correct ABONENT_URL")
    return Finding(OK, "address", settings.SITE_URL)


def _https() -> Finding:
    if settings.SESSION_COOKIE_SECURE:
        return Finding(OK, "https", "cookies travel encrypted only")
    return Finding(
        WARN, "https", "cookies travel over plain http", "serve behind https, unset the modes above"
    )


def _mail() -> Finding:
    if settings.EMAIL_BACKEND != SMTP:
        return Finding(
            WARN, "mail", f"goes to {settings.EMAIL_BACKEND}", "set ABONENT_EMAIL_HOST for real mail"
        )
    server = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    try:
        with mail.get_connection(timeout=CONNECTION_SECONDS) as connection:
            connected = connection is not None
    except OSError as error:  # smtplib's errors are OSErrors
        return Finding(
            FAIL, "mail", f"{server} does not answer: {error}", "correct ABONENT_EMAIL_HOST and _PORT"
        )
    if settings.DEFAULT_FROM_EMAIL.endswith("@localhost"):
        return Finding(WARN, "mail", f"{server}; the sender is local", "set ABONENT_EMAIL_FROM")
    return Finding(
        OK, "mail", f"{server} answers, from {settings.DEFAULT_FROM_EMAIL}" if connected else server
    )


def _home() -> Finding:
    """Whoever serves needs only read it, once `abonent migrate` has put the static files there."""
    folder = home()
    if folder.is_dir() and os.access(folder, os.W_OK):
        return Finding(OK, "home", str(folder))
    if os.access(folder, os.R_OK | os.X_OK) and statics.are_collected():
        return Finding(OK, "home", f"{folder}, read only")
    return Finding(FAIL, "home", f"{folder} cannot be written to", "make it, or set ABONENT_HOME")


def _statics() -> Finding:
    if statics.are_collected():
        return Finding(OK, "static files", "up to date")
    return Finding(FAIL, "static files", f"not collected in {settings.STATIC_ROOT}", "abonent migrate")


def _bill() -> Finding:
    try:
        check_bill(today=timezone.localdate())
    except PaperError as error:
        return Finding(FAIL, "bill", f"cannot be drawn: {error}", "correct bill.template in the profile")
    return Finding(OK, "bill", f"{settings.PORTAL.bill.template} draws")


def _translations() -> Finding:
    stale = catalogues.stale()
    if stale:
        return Finding(FAIL, "translations", f"{len(stale)} catalogues are not compiled", "abonent migrate")
    return Finding(OK, "translations", "compiled")


LOOKS: tuple[Callable[[], Finding], ...] = (
    _mode,
    _secret,
    check_files.finding,
    _hosts,
    _address,
    _https,
    _mail,
    _home,
    _statics,
    _translations,
    _bill,
)
