"""`python -m abonent.base.postgres stop|erase HOME`: for the Makefile, when nothing else may work."""

import argparse
from pathlib import Path

from abonent.base.postgres import erase, stop


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m abonent.base.postgres", description=__doc__)
    parser.add_argument("action", choices=["stop", "erase"])
    parser.add_argument("home", type=Path)
    options = parser.parse_args()
    (stop if options.action == "stop" else erase)(options.home)


if __name__ == "__main__":
    main()
