"""A pytest plugin (`-p` in pyproject.toml): real PostgreSQL for every test, before Django reads its settings,
and translations as they are written.

`DATABASE_URL` from outside is respected (its user must be allowed to create databases); without it the
embedded server is used. The process that starts the session keeps it; its xdist workers inherit the URL.
"""

import os
import sys
from contextlib import ExitStack

import hypothesis
import pytest

from abonent.base.catalogues import compile_stale
from tests.plugins.databases import ROOT, drop_abandoned

CHOICES = {"ABONENT_PORTAL", "ABONENT_BROWSER"}
HOME = ROOT / "var" / "test"


def keep_what_is_compiled() -> None:
    """Bytecode goes to the tests' data where the environment forbids it (a container often does): every
    process of a run would compile the whole house anew, and every test process rewrite each assertion.
    """
    if sys.dont_write_bytecode:
        sys.dont_write_bytecode, sys.pycache_prefix = False, str(HOME / "compiled")
        del os.environ["PYTHONDONTWRITEBYTECODE"]
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    keep_what_is_compiled()
    for name in [name for name in os.environ if name.startswith("ABONENT_") and name not in CHOICES]:
        del os.environ[name]  # what serves this machine's portal is not for its tests
    os.environ |= {"ABONENT_TESTING": "1", "ABONENT_FAST_PASSWORDS": "1", "ABONENT_HOME": str(HOME)}
    os.environ.setdefault("ABONENT_PORTAL", "aes")
    (HOME / "static").mkdir(parents=True, exist_ok=True)  # WhiteNoise warns without it
    hypothesis.settings.register_profile("house", deadline=None)  # a busy machine is not a finding
    hypothesis.settings.load_profile("house")
    compile_stale()
    if not os.environ.get("DATABASE_URL"):
        _use_embedded_server(early_config)


def _use_embedded_server(config: pytest.Config) -> None:
    from abonent.base.database_url import with_database
    from abonent.base.postgres import running

    stack = ExitStack()
    server = stack.enter_context(running(HOME / "postgres", durable=False))
    os.environ["DATABASE_URL"] = with_database(server, "postgres")
    stack.callback(os.environ.pop, "DATABASE_URL", None)
    config.add_cleanup(stack.close)
    drop_abandoned(server)
