"""`python -m abonent.demo.bank PORT FOLDER`: the bank, with its books and key in that folder."""

import sys
from pathlib import Path

from abonent.base.catalogues import compile_stale
from abonent.demo.bank.keys import master_key
from abonent.demo.bank.server import serve
from abonent.demo.house import end_with_parent


def main(arguments: list[str]) -> None:
    """Serve until SIGTERM, or until the starter is gone; a line on standard output says that it answers."""
    end_with_parent()
    port, folder = int(arguments[0]), Path(arguments[1])
    compile_stale()
    serve(port, books=folder / "books.sqlite3", master=master_key(folder), opened=_opened)


def _opened() -> None:
    sys.stdout.write("open\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
