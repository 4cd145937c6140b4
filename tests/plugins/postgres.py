"""A pytest plugin (`-p` in pyproject.toml): real PostgreSQL for every test, before Django reads its settings,
and translations as they are written.

`DATABASE_URL` from outside is respected (its user must be allowed to create databases); without it the
embedded server is used. The process that starts the session keeps it; its xdist workers inherit the URL.
"""

import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from abonent.base.catalogues import compile_stale
from tests.plugins.databases import ROOT, drop_abandoned

HOME = ROOT / "var" / "test"


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    os.environ["ABONENT_TESTING"] = "1"
    os.environ.setdefault("ABONENT_HOME", str(HOME))
    os.environ.setdefault("ABONENT_PORTAL", "aes")
    os.environ.setdefault("ABONENT_FAST_PASSWORDS", "1")
    compile_stale()
    if not os.environ.get("DATABASE_URL"):
        _use_embedded_server(early_config)


def _use_embedded_server(config: pytest.Config) -> None:
    from abonent.base.database_url import with_database
    from abonent.base.postgres import running

    stack = ExitStack()
    server = stack.enter_context(running(Path(os.environ["ABONENT_HOME"]) / "postgres", durable=False))
    os.environ["DATABASE_URL"] = with_database(server, "postgres")
    stack.callback(os.environ.pop, "DATABASE_URL", None)
    config.add_cleanup(stack.close)
    drop_abandoned(server)
