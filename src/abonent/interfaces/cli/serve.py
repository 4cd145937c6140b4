"""`abonent serve`: the portal over HTTP. Two processes of one thread each were the fastest measured."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default %(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="processes (default %(default)s)")
    parser.add_argument("--threads", type=int, default=1, help="threads of a process (default %(default)s)")
    parser.add_argument("--access-log", action="store_true", help="write a line per request")


def run(options: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C; requests under way are finished. A worker that dies is replaced."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from abonent.base.catalogues import compile_stale
    from abonent.interfaces.cli.statics import collect_if_stale

    compile_stale()
    collect_if_stale()
    Granian(
        "abonent.wsgi:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=options.workers,
        blocking_threads=options.threads,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=30,
        log_access=options.access_log,
        log_level=LogLevels.info if options.access_log else LogLevels.warning,
    ).serve()
    return 0
