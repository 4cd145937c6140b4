"""The account page and the services page of customers with five years of history, against the plain way.

    python -m benchmarks.pages [--customers 150] [--rounds 7]

Both versions draw the same words (compared before timing) from the same database for the same customers:
seven lines a month (two of them nested) for sixty months. "First" draws everything; "again" finds the body
kept by this process, as for everybody who comes back before the next import. Ours and plain take turns, round
by round; the table holds medians. Ours compresses what it sends (kB are those on the wire), the plain way
does not: Django as it comes has no compression. Exits with 1 when a promise is broken.
"""

import argparse
import statistics
from dataclasses import dataclass

from benchmarks.served import OURS, PLAIN, Worker, environment, holders, machine, make_town, place

PAGES = ("account", "services")
LIMIT = 3.0  # milliseconds of CPU a request
RATIO = 2.8  # times the throughput of the plain way


@dataclass
class Measured:
    """Milliseconds a request, medians over the rounds."""

    way: str
    queries: int
    size: int
    app: float
    db: float
    wall: float

    @property
    def cpu(self) -> float:
        return self.app + self.db


def _round(worker: Worker, requests: list[tuple[str, str]]) -> tuple[float, float, float]:
    found = worker.ask("run", requests=requests)
    each = 1000 / len(requests)
    return found["app"] * each, found["db"] * each, sum(found["walls"]) * each


def _measure(ours: Worker, plain: Worker, requests: list[tuple[str, str]], rounds: int) -> list[Measured]:
    taken: dict[str, list[tuple[float, float, float]]] = {"plain": [], "first": [], "again": []}
    for _ in range(rounds):
        taken["plain"].append(_round(plain, requests))
        ours.ask("forget")
        taken["first"].append(_round(ours, requests))
        taken["again"].append(_round(ours, requests))
    made = []
    for way, rows in taken.items():
        worker = plain if way == "plain" else ours
        if way == "first":
            ours.ask("forget")
        number = worker.ask("queries", request=requests[0])
        size = worker.ask("size", request=requests[0])
        made.append(
            Measured(way, number, size, *(statistics.median(column) for column in zip(*rows, strict=True)))
        )
    return made


def _same_words(ours: Worker, plain: Worker, request: tuple[str, str]) -> None:
    mine, theirs = ours.ask("words", request=request), plain.ask("words", request=request)
    if mine != theirs:
        at = next(i for i, (a, b) in enumerate(zip(mine + " ", theirs + " ", strict=False)) if a != b)
        near = slice(max(at - 60, 0), at + 60)
        raise SystemExit(f"the versions differ:\n  ours  …{mine[near]}\n  plain …{theirs[near]}")


def _table(page: str, found: list[Measured]) -> list[str]:
    plain = found[0]
    return [
        f"| {page} | {one.way} | {one.queries} | {one.size / 1000:.1f} | {one.app:.2f} | {one.db:.2f} |"
        f" **{one.cpu:.2f}** | {1000 / one.wall:.0f} | {plain.wall / one.wall:.1f} |"
        for one in found
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--customers", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    broken = []
    print("| page | way | queries | kB | app ms | database ms | CPU ms | requests/s, one process | × plain |")
    print("|---|---|--:|--:|--:|--:|--:|--:|--:|")
    with place() as (server, home):
        url = make_town(
            server, "pages", home, people=given.customers, accounts=given.customers * 2, months=60
        )
        held = holders(url)
        ours, plain = (Worker(settings, environment(url, home)) for settings in (OURS, PLAIN))
        for worker in (ours, plain):
            worker.ask("sign_in", logins=[login for login, _ in held])
        for page in PAGES:
            requests = [(login, f"/a/{public_id}/{page}/") for login, public_id in held]
            _same_words(ours, plain, requests[0])
            found = _measure(ours, plain, requests, given.rounds)
            print("\n".join(_table(page, found)), flush=True)
            again = found[2]
            if again.cpu > LIMIT or found[0].wall / again.wall < RATIO:
                broken.append(page)
        for worker in (ours, plain):
            worker.close()
    print(f"\n{machine()}; {given.customers} customers, {given.rounds} rounds.")
    if broken:
        raise SystemExit(f"promise broken ({LIMIT} ms of CPU, {RATIO} x the plain way): {', '.join(broken)}")


if __name__ == "__main__":
    main()
