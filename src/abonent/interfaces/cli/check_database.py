"""The database's part of `abonent check`: the server, and whether the tables are those of this version."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from abonent.interfaces.cli import (
    check_banks,
    check_payments,
    check_readings,
    check_records,
    check_requests,
    check_settings,
)
from abonent.interfaces.cli.asking import ask
from abonent.interfaces.cli.finding import FAIL, OK, WARN, Finding
from abonent.interfaces.cli.surroundings import home

OLDEST = 15
CLOCKS_MAY_DIFFER = 5  # seconds
LOCAL_HOUR = "SELECT extract(epoch FROM (%s AT TIME ZONE %s) - (%s AT TIME ZONE 'UTC'))"


def findings() -> Iterator[Finding]:
    """Stops at the first FAIL that leaves nothing to ask."""
    try:
        connection.ensure_connection()
    except OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        yield Finding(
            FAIL, "database", f"not reachable: {reason}", "start the server or correct DATABASE_URL"
        )
        return
    yield from (look() for look in LOOKS)
    migrations = _migrations()
    yield migrations
    if migrations.state == OK:
        yield from check_records.findings(now=datetime.now(UTC))
        yield check_readings.export_finding(now=datetime.now(UTC))
        yield check_readings.payments_finding(now=datetime.now(UTC))
        yield from check_payments.findings(now=datetime.now(UTC))
        yield from check_banks.findings(now=datetime.now(UTC))
        yield check_requests.finding()
        yield check_settings.finding(today=timezone.localdate())


def _version() -> Finding:
    version = ask("SHOW server_version")
    if int(str(version).split(".")[0]) < OLDEST:
        return Finding(FAIL, "database", f"PostgreSQL {version}", f"upgrade it to {OLDEST} or newer")
    return Finding(OK, "database", f"PostgreSQL {version}, database {settings.DATABASES['default']['NAME']}")


def _letters() -> Finding:
    """A database with LC_CTYPE C compares Cyrillic and Kazakh letters of different case wrongly."""
    if ask("SELECT lower('ӘҒҚҢӨҰҮҺІ ЁЖ') = 'әғқңөұүһі ёж' AND current_setting('server_encoding') = 'UTF8'"):
        return Finding(OK, "letters", "UTF-8; knows the case of Kazakh and Cyrillic letters")
    return Finding(
        FAIL,
        "letters",
        "the database does not know the case of Kazakh and Cyrillic letters",
        "make it anew: CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'",
    )


def _clock() -> Finding:
    """Sessions, limits and the days that payments are proven by are compared across both machines."""
    apart = abs((datetime.now(UTC) - ask("SELECT clock_timestamp()")).total_seconds())
    if apart > CLOCKS_MAY_DIFFER:
        remedy = "keep both by NTP: timedatectl set-ntp true"
        return Finding(WARN, "clock", f"{apart:.0f} s apart from the database's", remedy)
    return Finding(OK, "clock", f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC, here and in the database")


def _time_zone() -> Finding:
    """Laws move time zones (Kazakhstan's on 2024-03-01), and each machine has a list of its own age."""
    now, zone = datetime.now(UTC), settings.TIME_ZONE
    offset = now.astimezone(ZoneInfo(zone)).utcoffset()
    here = offset.total_seconds() if offset else 0.0
    there = float(ask(LOCAL_HOUR, now, zone, now))
    if here != there:
        text = f"{zone} is UTC{here / 3600:+g} here, UTC{there / 3600:+g} in the database"
        return Finding(WARN, "time zone", text, "upgrade the package tzdata on both machines")
    return Finding(OK, "time zone", f"{zone}, UTC{here / 3600:+g}")


def _role() -> Finding:
    name = str(ask("SELECT current_user"))
    if not ask("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        return Finding(OK, "role", name)
    if str(ask("SHOW data_directory")).startswith(str(home())):
        return Finding(OK, "role", "the embedded server's own")
    remedy = "give it a role of its own: docs/operations/deploy.md"
    return Finding(WARN, "role", f"{name} is a superuser", remedy)


def _migrations() -> Finding:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        return Finding(FAIL, "migrations", f"{len(waiting)} are not applied", "abonent migrate")
    return Finding(OK, "migrations", "all applied")


LOOKS: tuple[Callable[[], Finding], ...] = (_version, _letters, _clock, _time_zone, _role)
