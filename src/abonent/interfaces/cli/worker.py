"""`abonent worker`: letters and other work that no visitor should wait for (procrastinate, in PostgreSQL)."""

import argparse
from collections.abc import Callable
from typing import Any


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="do what is waiting, then stop")
    parser.add_argument("--concurrency", type=int, default=1, help="jobs at a time (default %(default)s)")
    parser.add_argument(
        "--queue",
        action="append",
        choices=["default", "imports"],
        help="work of this queue alone; may be given twice (default: all). `imports` needs the owner's role",
    )


def run(options: argparse.Namespace) -> int:
    """Work until SIGTERM or Ctrl-C; the job under way is finished. Any number of workers may run: a job is
    taken by one of them. Jobs that succeeded are deleted, failed ones are kept."""
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    connector = app.connector
    if isinstance(connector, DjangoConnector):  # that of requests, which cannot wait for news
        connector = connector.get_worker_connector()
    with app.replace_connector(connector) as working:
        working.run_worker(
            wait=not options.once,
            concurrency=options.concurrency,
            queues=options.queue,
            delete_jobs="successful",
            task_middleware=[_under_settings_in_force],
        )
    return 0


def _under_settings_in_force(call_next: Callable[[], Any], *_: object) -> Any:
    """A job sees one profile from its beginning to its end: what the office published before it."""
    from django.utils import timezone

    from abonent.portal.current import bring_up_to_date, seen_as

    bring_up_to_date(today=timezone.localdate())
    with seen_as():
        return call_next()
