"""One process of benchmarks/pages.py and benchmarks/scale.py: a Django with one of the two settings.

Each line of the standard input is a JSON object `{"do": …}`, the answer is one line of JSON. Requests are
WSGI calls in this process. The processor's time is this process's own plus that of its PostgreSQL backend,
in nanoseconds from /proc/<pid>/schedstat.
"""

import gzip
import io
import json
import os
import re
import sys
import time
from collections.abc import Iterable
from html import unescape
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.db import connection  # noqa: E402

from abonent.interfaces.resident.bodies import bodies  # noqa: E402
from abonent.users.models import User  # noqa: E402

cookies: dict[str, str] = {}


def sign_in(logins: Iterable[str]) -> None:
    """A session of this process's own kind for each person."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for user in User.objects.filter(login__in=list(logins)):
        session = store()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        cookies[user.login] = f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def get(login: str, path: str) -> bytes:
    """One request as the server makes it; anything but 200 ends the benchmark."""
    path, _, query = path.partition("?")
    statuses: list[str] = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "HTTP_ACCEPT_LANGUAGE": "ru",
        "HTTP_ACCEPT_ENCODING": "gzip",
        "HTTP_COOKIE": cookies[login],
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    answer = application(environ, lambda status, *_: statuses.append(status))
    body = b"".join(answer)
    answer.close()  # type: ignore[attr-defined]
    if not statuses[0].startswith("200"):
        raise SystemExit(f"{path}: {statuses[0]}")
    return body


def _backend_seconds() -> float:
    backend = connection.connection.info.backend_pid
    return int(Path(f"/proc/{backend}/schedstat").read_text().split()[0]) / 1e9


def run(requests: list[tuple[str, str]]) -> dict[str, Any]:
    """All of them, one after another: seconds of this process, of its backend, and each request's time."""
    if connection.connection is None:
        get(*requests[0])
    walls = []
    backend, own = _backend_seconds(), time.process_time()
    for login, path in requests:
        started = time.perf_counter()
        get(login, path)
        walls.append(time.perf_counter() - started)
    return {"app": time.process_time() - own, "db": _backend_seconds() - backend, "walls": walls}


def queries(login: str, path: str) -> int:
    """How many statements the page sends (without the check that the connection is alive)."""
    sent = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        sent.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        get(login, path)
    return len(sent)


def words(login: str, path: str) -> str:
    """What a reader sees of the page."""
    body = get(login, path)
    page = (gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body).decode()
    text = re.sub(r"(?s)<(script|svg|style)\b.*?</\1>", " ", page)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def answer(asked: dict[str, Any]) -> Any:
    match asked["do"]:
        case "sign_in":
            return sign_in(asked["logins"])
        case "cookies":
            return cookies
        case "forget":
            return bodies.forget()
        case "run":
            return run(asked["requests"])
        case "queries":
            return queries(*asked["request"])
        case "words":
            return words(*asked["request"])
        case "size":
            return len(get(*asked["request"]))
    raise SystemExit(f"not understood: {asked}")


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever else is printed must not break the protocol
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
