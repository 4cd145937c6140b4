"""Counts of a whole town: what each costs, and what a page pays for it where it is kept (portal.counts).

    python -m benchmarks.kept_counts --town URL [--rounds 5]

`URL` is a database of benchmarks/office_town.py that stands already. Each count is made anew and read as it
is kept, by turns in one process. The largest organisation has seven accounts in ten. Prints also what an
import pays (the row that asks the worker to count), and how long the worker is at work after it.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.served import environment, machine


def milliseconds(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def asked(now: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    """Name of a row -> what is counted, by which key: those the pages use."""
    from abonent.announcements import kept_reach
    from abonent.announcements.audience import Audience
    from abonent.announcements.models import Announcement
    from abonent.base.months import Month
    from abonent.bills import kept_recipients
    from abonent.figures import kept
    from abonent.portal.models import Organisation, Service

    month, last = Month.of(now.date()), Month.of(now.date()) - 1
    owner = Organisation.objects.order_by("pk").values_list("pk", flat=True)[0]
    service = Service.objects.order_by("pk").values_list("pk", flat=True)[0]
    reached = {
        "an announcement to all": Audience("all"),
        "to the largest organisation": Audience("organisation", owner),
        "to a service of it": Audience("service", owner, service),
    }
    notice = Announcement.Kind.NOTICE
    recipients = {"month": str(last), "organisation": None, "after": ""}
    return {
        "figures of all": (kept.WHAT, dict(kept._key(None, month))),
        "figures of the largest organisation": (kept.WHAT, dict(kept._key(owner, month))),
        **{name: (kept_reach.WHAT, dict(kept_reach._key(one, notice))) for name, one in reached.items()},
        "receipts by mail": (kept_recipients.WHAT, recipients),
    }


def lines(rounds: int) -> Iterator[str]:
    from django.conf import settings
    from django.db import transaction
    from django.utils import timezone

    from abonent.portal import counts

    settings.COUNTS_KEPT_FROM = 0
    yield "| what | counted, ms | kept, ms | ratio |\n|---|--:|--:|--:|"
    for name, (what, key) in asked(timezone.now()).items():
        counts.counted(what, key, now=timezone.now())
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(rounds):
            now = timezone.now()
            times[0].append(milliseconds(lambda: counts._counters[what].reckon(key, now=now)))  # noqa: B023
            counts._keep(what, counts._name(key), counts._counters[what].reckon(key, now=now), 1, now)
            times[1].append(milliseconds(lambda: counts.counted(what, key, now=now)))  # noqa: B023
        made, kept = (statistics.median(each) for each in times)
        yield f"| {name} | {made:.0f} | {kept:.1f} | **{made / kept:.0f}x** |"
    with transaction.atomic():
        pays = statistics.median(milliseconds(counts.queue_renewal) for _ in range(50))
        transaction.set_rollback(True)
    yield f"\nAn import pays {pays:.2f} ms: one row that asks the worker to count."
    usual = list(counts._usual(timezone.now()))
    begun = time.perf_counter()
    for what, name in usual:
        counts.count_again(what, name, now=timezone.now() + 2 * counts.FRESH)
    spent = time.perf_counter() - begun
    yield f"After it the worker counts {len(usual)} things that are asked for every day in {spent:.1f} s."


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kept_counts", description=__doc__)
    parser.add_argument("--town", required=True, metavar="URL")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    if os.environ.get("DATABASE_URL") != given.town:  # once more, with the settings of a deployment
        with TemporaryDirectory() as home:
            env = environment(given.town, Path(home)) | {"DJANGO_SETTINGS_MODULE": "abonent.settings"}
            command = [sys.executable, "-m", "benchmarks.kept_counts", *sys.argv[1:]]
            raise SystemExit(subprocess.run(command, env=env, check=False).returncode)
    import django

    django.setup()
    print("\n".join(lines(given.rounds)))
    print(f"\n{machine()}")


if __name__ == "__main__":
    main()
