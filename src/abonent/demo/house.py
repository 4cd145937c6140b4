"""One portal of the demo as a process: `python -m abonent.demo.house PORT`.

It brings the database up to date, settles the town, and serves with one web process and one worker, both
forked from it: Django is loaded once. Standard output carries a JSON line for each stage to whoever started
it, all else goes to standard error. It ends with its starter, however that ends, and its processes with it.
"""

import ctypes
import json
import logging
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any, TextIO

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> int:
    """Serve on the port named by the argument until SIGTERM; port 0 only prepares."""
    end_with_parent()
    told = _private_output()
    prepare(told)
    port = int(arguments[0])
    if not port:
        return 0
    worker = multiprocessing.get_context("fork").Process(target=_work, daemon=True)
    _forget_connections()
    worker.start()
    try:
        tell(told, "serving")
        _serve(port)
    finally:
        worker.terminate()
        worker.join(10)
    return 0


def prepare(told: TextIO) -> None:
    """Django, migrations, translations, static files, town and people; each step is safe to repeat."""
    import django

    from abonent.base.catalogues import compile_stale

    compile_stale()
    django.setup()
    logging.basicConfig(level=logging.WARNING)
    from django.core.management import call_command
    from django.utils import timezone

    from abonent.demo.operations import settle
    from abonent.interfaces.cli.statics import collect_if_stale

    if _migrations_wait():
        tell(told, "migrations")
        call_command("migrate", verbosity=0, interactive=False)
    collect_if_stale()
    settle(now=timezone.now(), stage=lambda stage: tell(told, stage))
    tell(told, "ready", **_facts())


def tell(told: TextIO, stage: str, **facts: Any) -> None:
    """One line for the starter; that it is gone is noticed elsewhere."""
    told.write(json.dumps({"stage": stage, **facts}) + "\n")
    told.flush()


def end_with_parent() -> None:
    """Ask the kernel (Linux) for a SIGTERM when the starter dies, also by SIGKILL."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _facts() -> Mapping[str, Any]:
    """What the summary says of this portal."""
    from abonent.demo.queries import is_complete, is_town, office_door, planted_account, town_is_of
    from abonent.demo.town import Kind
    from abonent.portal.current import portal

    profile = portal()
    name = profile.brand.short_name["en"] if "en" in profile.languages else profile.code
    if not is_town():
        return {"name": name}
    account = planted_account(Kind.TO_LINK)
    return {
        "name": name,
        "office": office_door(),
        "by_email": profile.sign_up.sign_in_by == "email",
        "number": account.number,
        "facts": dict(account.facts_asked),
        "town_is_of": str(town_is_of()),
        "complete": is_complete(),
    }


def _migrations_wait() -> bool:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _forget_connections() -> None:
    """A connection must not be shared with a forked process."""
    from django.db import connections

    connections.close_all()
    if connections["default"].settings_dict["OPTIONS"].get("pool"):
        connections["default"].close_pool()  # type: ignore[attr-defined]


def _work() -> None:
    """The worker: letters and other waiting work."""
    end_with_parent()
    from argparse import Namespace

    from abonent.interfaces.cli import worker

    worker.run(Namespace(once=False, concurrency=1, queue=None))


def _serve(port: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    import abonent.wsgi  # noqa: F401 - loaded here, so that the web process has it when it is forked

    Granian(
        "abonent.wsgi:application",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=1,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
        log_level=LogLevels.warning,
    ).serve()


def _private_output() -> TextIO:
    """Standard output for ourselves alone: whatever else is printed goes to standard error."""
    own = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return own


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
