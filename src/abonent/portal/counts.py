"""Counts of a whole town that a page cannot wait for: kept in a table, with the moment they are of.

Rooms above register what they count (`count_with`). A count that is quick is made whenever it is asked for,
and is of that moment. One that takes longer than `settings.COUNTS_KEPT_FROM` is kept: for `FRESH` it is shown
as it is; after that, or once billing told of something new, it is still shown, with its moment, while the
worker counts again. It is never shown when it is older than `TRUSTED`: then whoever asks waits for the count.
docs/domain/figures.md is the table of it, and says why customers' changes do not keep them up.
"""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from django.conf import settings
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from abonent.portal.models import KeptCount
from abonent.portal.queries import data_version

FRESH = timedelta(minutes=1)
RENEWED = timedelta(minutes=10)
"""The worker counts again what is older, while somebody asks for it."""
TRUSTED = timedelta(hours=1)
"""The oldest that is shown: the worker has not come for so long."""
WANTED = timedelta(days=7)
"""How long after somebody asked it is kept up to date."""
KEPT = timedelta(days=60)
QUEUE = "imports"
"""Of the worker that sends no letters (deploy/systemd): a count takes seconds, and a password cannot wait."""
_ASKED = timedelta(hours=1)

Key = Mapping[str, Any]


class Count(Protocol):
    """What it comes to, as JSON. Reads only; `now` gives it its day."""

    def __call__(self, key: Key, *, now: datetime) -> Any: ...


class _Counter(NamedTuple):
    reckon: Count
    usual: Callable[[datetime], Iterable[Key]]
    """What is asked for every day: counted after an import before anybody asks."""


_counters: dict[str, _Counter] = {}


def _nothing(now: datetime) -> Iterable[Key]:
    return ()


def count_with(what: str, count: Count, *, usual: Callable[[datetime], Iterable[Key]] = _nothing) -> None:
    """Who counts `what`. Called once, at start (`AppConfig.ready`)."""
    _counters[what] = _Counter(count, usual)


@dataclass(frozen=True, slots=True)
class Counted:
    """What a count came to."""

    value: Any
    counted_at: datetime
    again: bool = False
    """The worker was asked to count again: there is news, or there may be."""


class _Row(NamedTuple):
    value: str
    counted_at: datetime
    asked_at: datetime
    of_this_version: bool

    def is_fresh(self, now: datetime) -> bool:
        return self.of_this_version and now - self.counted_at < FRESH


def counted(what: str, key: Key, *, now: datetime) -> Counted:
    """The count as it is kept, else as it is now. Two queries at most where it is kept, four besides those of
    the count where it is not. Safe to repeat; two processes at once count once."""
    name = _name(key)
    row = _kept(what, name)
    if row is not None and now - row.asked_at >= _ASKED:
        KeptCount.objects.filter(what=what, key=name).update(asked_at=now)
    if row is None or now - row.counted_at >= TRUSTED:
        return _count(what, key, now=now)
    again = not row.is_fresh(now)
    if again:
        queue(what, name)
    return Counted(json.loads(row.value), row.counted_at, again)


def count_again(what: str, name: str, *, now: datetime) -> None:
    """Count what is kept as `name` (or should be) anew, unless it is fresh. One transaction, safe to repeat;
    whoever is killed leaves the older count."""
    if what in _counters:  # else of a release that counted other things
        _count(what, json.loads(name), now=now)


def queue(what: str, name: str) -> None:
    """Let the worker of imports count it, once. In the caller's transaction."""
    lock = f"count:{what}:{name}"
    task = app.configure_task("portal.count_again", queue=QUEUE, queueing_lock=lock, priority=-1)
    with suppress(AlreadyEnqueued), transaction.atomic():
        task.defer(what=what, name=name)


def queue_renewal() -> None:
    """Billing has told of something new: let the worker see what there is to count. In the caller's
    transaction, one statement."""
    app.configure_task("portal.renew_counts", priority=-1).defer(usual=True)


def renew(*, usual: bool, now: datetime) -> int:
    """Queue what is wanted and old or of another version, and with `usual` what is asked for every day: how
    many. What nobody wants goes. Safe to repeat."""
    KeptCount.objects.filter(asked_at__lt=now - KEPT).delete()
    rows = KeptCount.objects.filter(what__in=list(_counters), asked_at__gte=now - WANTED)
    stale = list(_stale(rows, now))
    if usual:
        known = set(rows.values_list("what", "key"))
        stale += [one for one in _usual(now) if one not in known]
    for what, name in stale:
        queue(what, name)
    return len(stale)


def _stale(rows: Any, now: datetime) -> Iterable[tuple[str, str]]:
    version = data_version()
    for row in rows.only("what", "key", "version", "counted_at"):
        if row.version != version or now - row.counted_at >= RENEWED:
            yield row.what, row.key


def _usual(now: datetime) -> Iterable[tuple[str, str]]:
    for what, counter in _counters.items():
        for key in counter.usual(now):
            yield what, _name(key)


_KEPT = """
SELECT kept.value::text, kept.counted_at, kept.asked_at, kept.version = known.version
  FROM portal_keptcount AS kept, portal_dataversion AS known WHERE kept.what = %s AND kept.key = %s
"""
# Of two who counted at once, the later moment stays.
_KEEP = """
INSERT INTO portal_keptcount (what, key, value, version, counted_at, asked_at)
VALUES (%(what)s, %(key)s, %(value)s::jsonb, %(version)s, %(now)s, %(now)s)
    ON CONFLICT (what, key) DO UPDATE
   SET value = excluded.value, version = excluded.version, counted_at = excluded.counted_at
 WHERE portal_keptcount.counted_at <= excluded.counted_at
"""


def _kept(what: str, name: str) -> _Row | None:
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, [what, name])
        found = cursor.fetchone()
    return _Row(*found) if found else None


@transaction.atomic
def _count(what: str, key: Key, *, now: datetime) -> Counted:
    """Under a lock, so that whoever waited for another's count takes it."""
    name = _name(key)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"count:{what}:{name}"])
    row = _kept(what, name)
    if row is not None and row.is_fresh(now):
        return Counted(json.loads(row.value), row.counted_at)
    version = data_version()  # before the count: what comes in meanwhile makes it stale
    begun = time.perf_counter()
    value = _counters[what].reckon(key, now=now)
    if time.perf_counter() - begun >= settings.COUNTS_KEPT_FROM:
        _keep(what, name, value, version, now)
    elif row is not None:
        KeptCount.objects.filter(what=what, key=name).delete()
    return Counted(value, now)


def _keep(what: str, name: str, value: Any, version: int, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _KEEP, {"what": what, "key": name, "value": json.dumps(value), "version": version, "now": now}
        )


_OF_VERSION = """
SELECT known.version, kept.value::text FROM portal_dataversion AS known
  LEFT JOIN portal_keptcount AS kept
    ON kept.what = %s AND kept.key = %s AND kept.version = known.version
"""


def of_version(what: str, key: Key, count: Callable[[], Any], *, now: datetime) -> Any:
    """What billing alone changes: counted once for each version of its data, by whichever process. One query
    where it is kept, else two and those of the count. Safe under two at once: both count the same."""
    name = _name(key)
    with connection.cursor() as cursor:
        cursor.execute(_OF_VERSION, [what, name])
        version, value = cursor.fetchone()
    if value is not None:
        return json.loads(value)
    made = count()
    _keep(what, name, made, version, now)
    return made


def _name(key: Key) -> str:
    return json.dumps(key, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
