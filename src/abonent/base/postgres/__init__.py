"""The embedded PostgreSQL of the demo, development and tests: started when the first user comes, stopped when
the last one leaves. A real server (DATABASE_URL) needs none of this. Why a wheel: docs/adr/0001.

`home` is a folder of ours for one server (`var/postgres`). Everything here is safe to repeat and safe to
kill: the next user finds a server that runs, or puts in order what was left and starts one.
"""

from abonent.base.postgres.errors import EmbeddedPostgresError, EmbeddedPostgresMissingError
from abonent.base.postgres.keeper import ensure_database, erase, running, stop

__all__ = [
    "EmbeddedPostgresError",
    "EmbeddedPostgresMissingError",
    "ensure_database",
    "erase",
    "running",
    "stop",
]
