"""The pages of readings: what they cost does not depend on how much an account has.

    python -m benchmarks.reading_pages [--rounds 5]

One portal, a thousand people. Half of them have one meter with two years of readings; the others have six
meters with three scales and ten years: ninety times as many. Queries are counted, and the CPU (application
and database) of the pages is measured in turns, a mean of fifty requests, the median of the rounds.
"""

import argparse
import statistics

import psycopg

from benchmarks.served import OURS, Worker, environment, machine, make_town, place

PAGES = ("readings/", "readings/new/", "consumption/")
PEOPLE = 1000
TURN = 50
_MORE_METERS = """
INSERT INTO metering_meter (account_id, service_id, serial, scales, digits, ratio, installed_on)
SELECT account_id, service_id, serial || '-' || n, 3, 5, 1, '2010-05-01'
  FROM metering_meter, generate_series(1, 5) AS n WHERE account_id % 2 = 0;
UPDATE metering_meter SET scales = 3, installed_on = '2010-05-01' WHERE account_id % 2 = 0;
"""
_READINGS = """
INSERT INTO metering_reading (meter_id, scale, taken_on, source, value)
SELECT meter.id, scale, (date_trunc('month', now()) - make_interval(months => ago))::date + 20, 'customer',
       40000 - ago * (150 + meter.id % 40)
  FROM metering_meter AS meter,
       unnest(CASE WHEN scales = 3 THEN ARRAY['peak', 'half_peak', 'night'] ELSE ARRAY['total'] END) AS scale,
       generate_series(1, CASE WHEN scales = 3 THEN 120 ELSE 24 END) AS ago
"""
_WHO = """
SELECT person.login, account.public_id, account.id % 2 = 0
  FROM users_user AS person
  JOIN accounts_accountlink AS link ON link.user_id = person.id
  JOIN accounts_account AS account ON account.id = link.account_id
 ORDER BY person.id, account.id
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading_pages", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with place() as (server, home):
        url = make_town(server, "town", home, people=PEOPLE, accounts=2 * PEOPLE, months=24, services=1)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_MORE_METERS)
            connection.execute(_READINGS)
            connection.execute("VACUUM ANALYZE")
            who = connection.execute(_WHO).fetchall()
        worker = Worker(OURS, environment(url, home))
        worker.ask("sign_in", logins=[f"person{n}" for n in range(1, PEOPLE + 1)])
        kinds = {"1 meter, 2 years": False, "6 meters × 3 scales, 10 years": True}
        held = {
            kind: [(login, one) for login, one, large in who if large is of] for kind, of in kinds.items()
        }
        print("| page | account | queries | CPU ms | to the small one |\n|---|---|--:|--:|--:|")
        for page in PAGES:
            _measure(worker, page, held, given.rounds)
        worker.close()
    print(f"\n{machine()}; {PEOPLE} people, {given.rounds} rounds of {TURN} requests.")


def _measure(worker: Worker, page: str, held: dict[str, list[tuple[str, str]]], rounds: int) -> None:
    found: dict[str, list[float]] = {kind: [] for kind in held}
    counts = {}
    for kind, people in held.items():
        worker.ask("words", request=(people[0][0], f"/a/{people[0][1]}/{page}"))
        counts[kind] = worker.ask("queries", request=(people[1][0], f"/a/{people[1][1]}/{page}"))
    for n in range(rounds):
        for kind, people in held.items():
            turn = people[2 + n * TURN : 2 + (n + 1) * TURN]
            took = worker.ask("run", requests=[(login, f"/a/{one}/{page}") for login, one in turn])
            found[kind].append((took["app"] + took["db"]) / len(turn) * 1000)
    small = statistics.median(found[next(iter(held))])
    for kind in held:
        cpu = statistics.median(found[kind])
        print(f"| {page} | {kind} | {counts[kind]} | {cpu:.2f} | {cpu / small:.2f} |")


if __name__ == "__main__":
    main()
