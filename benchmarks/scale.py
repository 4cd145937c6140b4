"""The same pages at 10 thousand and at 1 million accounts.

    python -m benchmarks.scale [--large 1000000] [--months 3] [--services 2] [--people 1000] [--rounds 3]

Both towns stand in one server; every month is a partition. The people's accounts are spread evenly over the
whole town, and each page is asked for by another person, so that rows come from all over the tables. Bodies
are forgotten before every round ("first"): what is timed reads the database. The towns take turns every fifty
requests, and each round asks in another order. CPU is the application's and the database's together, a mean
of fifty requests. Exits with 1 when the 95th percentile of the large town passes 1.2 times the small one's.
"""

import argparse
import random
import statistics
from collections.abc import Iterator

import psycopg

from benchmarks.served import OURS, Worker, environment, holders, machine, make_town, place

PAGES = ("account", "services", "payments")
LIMIT = 1.2
TURN = 50
_SIZE = "SELECT pg_size_pretty(pg_database_size(current_database())), count(*) FROM accounts_account"
Requests = list[tuple[str, str]]


class Town:
    """A database, its worker, and by page every request's time and every turn's CPU, in milliseconds."""

    def __init__(self, url: str, worker: Worker) -> None:
        self.worker = worker
        self.held = holders(url)
        self.times: dict[str, list[float]] = {page: [] for page in PAGES}
        self.cpu: dict[str, list[float]] = {page: [] for page in PAGES}
        with psycopg.connect(url) as connection:
            row = connection.execute(_SIZE).fetchone()
        self.size, self.accounts = row if row else ("", 0)
        worker.ask("sign_in", logins=[login for login, _ in self.held])
        for page in PAGES:  # so that no turn holds the loading of a template
            worker.ask("words", request=(self.held[0][0], f"/a/{self.held[0][1]}/{page}/"))

    def turns(self, page: str, order: random.Random) -> Iterator[Requests]:
        """Everybody's page, in some order, fifty at a time."""
        requests = [(login, f"/a/{public_id}/{page}/") for login, public_id in self.held]
        order.shuffle(requests)
        self.worker.ask("forget")
        return (requests[start : start + TURN] for start in range(0, len(requests), TURN))

    def ask(self, page: str, requests: Requests) -> None:
        found = self.worker.ask("run", requests=requests)
        self.times[page] += [wall * 1000 for wall in found["walls"]]
        self.cpu[page].append((found["app"] + found["db"]) / len(requests) * 1000)

    def p(self, page: str, percent: int) -> float:
        return statistics.quantiles(self.times[page], n=100)[percent - 1]


def _table(small: Town, large: Town) -> Iterator[str]:
    yield "| page | accounts | database | CPU ms | p50 ms | p95 ms | p95, large to small |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for page in PAGES:
        for town in (small, large):
            ratio = f"**{large.p(page, 95) / small.p(page, 95):.2f}**" if town is large else ""
            yield (
                f"| {page} | {town.accounts:,} | {town.size} | {statistics.median(town.cpu[page]):.2f} |"
                f" {town.p(page, 50):.2f} | {town.p(page, 95):.2f} | {ratio} |"
            )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--months", type=int, default=3)
    parser.add_argument("--services", type=int, default=2)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    sizes = {"people": given.people, "months": given.months, "services": given.services}
    order = random.Random(1)
    with place() as (server, home):
        towns = []
        for name, accounts in (("small", given.small), ("large", given.large)):
            url = make_town(server, name, home, accounts=accounts, **sizes)
            towns.append(Town(url, Worker(OURS, environment(url, home))))
        for page in PAGES * given.rounds:
            for both in zip(*(town.turns(page, order) for town in towns), strict=True):
                for town, requests in zip(towns, both, strict=True):
                    town.ask(page, requests)
        for town in towns:
            town.worker.close()
    print("\n".join(_table(*towns)))
    print(
        f"\n{machine()}; {given.months} months of {given.services} services, {given.people} people,", end=" "
    )
    print(f"{given.rounds} rounds.")
    slow = [page for page in PAGES if towns[1].p(page, 95) > LIMIT * towns[0].p(page, 95)]
    if slow:
        raise SystemExit(f"promise broken (p95 within {LIMIT} x): {', '.join(slow)}")


if __name__ == "__main__":
    main()
