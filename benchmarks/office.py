"""Every page of the office at 10 thousand and at 1 million accounts.

    python -m benchmarks.office [--small 10000] [--accounts 1000000] [--rounds 9] [--only requests]

Both towns (benchmarks/office_town.py) stand in one server. Every page of the URL map that answers a GET is
asked by the test client, by an administrator of the portal and by an operator of the largest organisation
(seven accounts in ten); so is what searches by POST, and the other faces of pages that have them. Times are
whole requests, the database and what is written into the audit trail included; the towns take turns. Exits
with 1 where the large town asks more queries, or a page of it takes more than 100 ms (p95; a busy machine
makes it longer). Counts of a whole town (`COUNTING`) are kept in the large one: it asks fewer queries.
"""

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from abonent.base.months import Month
from benchmarks import office_town
from benchmarks.served import environment, machine, migrated, place

LIMIT_MS = 100.0
COUNTING = ("figures", "announcement: draft to ", "publish")
"""Pages that show what portal.counts keeps where it takes long to count."""
Pages = dict[str, dict[str, Any]]


def asked(env: dict[str, str], rounds: int, only: str) -> Pages:
    """What benchmarks/office_pages.py says of one town. What it could not ask ends the benchmark."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.office_pages",
        str(rounds),
        *([f"office_{only}"] if only else []),
    ]
    answer = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise SystemExit(answer.stderr)
    found = json.loads(answer.stdout)
    if found["left_out"]:
        raise SystemExit(f"neither asked nor refused: {found['left_out']}")
    return found["pages"]  # type: ignore[no-any-return]


def together(many: list[Pages]) -> Pages:
    """The times of all turns, by page."""
    return {
        name: {"queries": one["queries"], "ms": [each for pages in many for each in pages[name]["ms"]]}
        for name, one in many[-1].items()
    }


def table(small: Pages, large: Pages) -> Iterator[str]:
    yield "| page | queries | ms, small | ms, large | its p95 | large to small |\n|---|--:|--:|--:|--:|--:|"
    for name, one in sorted(large.items(), key=lambda page: page[0].partition(" ")[::-2]):
        before, after = statistics.median(small[name]["ms"]), statistics.median(one["ms"])
        queries = str(one["queries"])
        if small[name]["queries"] != one["queries"]:
            queries = f"**{small[name]['queries']} / {queries}**"
        late = p95(one["ms"])
        yield f"| {name} | {queries} | {before:.1f} | {after:.1f} | {late:.1f} | {after / before:.1f} |"


def p95(times: list[float]) -> float:
    return sorted(times)[min(int(len(times) * 0.95), len(times) - 1)]


def slow(large: Pages) -> list[str]:
    return [name for name, one in large.items() if p95(one["ms"]) > LIMIT_MS]


def different(small: Pages, large: Pages) -> list[str]:
    def fits(name: str, queries: int) -> bool:
        fewer = any(counting in name for counting in COUNTING)
        return queries == small[name]["queries"] or (fewer and queries < small[name]["queries"])

    return [name for name, one in large.items() if not fits(name, one["queries"])]


def _built(server: str, name: str, home: Path, accounts: int) -> str:
    url = migrated(server, name, home)
    office_town.build(url, accounts=accounts, last=Month.of(date.today()) - 1)  # noqa: DTZ011
    return url


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.office", description=__doc__)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", default="", help="pages whose name begins so")
    parser.add_argument("--towns", nargs=2, metavar="URL", help="that stand already, the small one first")
    given = parser.parse_args()
    turns = max(given.rounds // 3, 1)
    with place() as (server, home):
        urls = given.towns or [
            _built(server, name, home, accounts)
            for name, accounts in (("small", given.small), ("large", given.accounts))
        ]
        if given.towns:
            migrated(server, "files", home)  # for what it collects: pages ask for static files' names
        environments = [environment(url, home) for url in urls]
        found = [[asked(env, 3, given.only) for env in environments] for _ in range(turns)]
    small, large = (together([turn[town] for turn in found]) for town in (0, 1))
    print("\n".join(table(small, large)))
    print(f"\n{machine()}; {given.small:,} and {given.accounts:,} accounts, {3 * turns} rounds.")
    told = [("slower than 100 ms", slow(large)), ("other queries at another size", different(small, large))]
    if broken := [f"{what}: {', '.join(names)}" for what, names in told if names]:
        raise SystemExit("promise broken: " + "; ".join(broken))


if __name__ == "__main__":
    main()
