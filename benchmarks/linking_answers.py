"""How long the portal takes to say that nothing matches: unknown number, wrong fact, wrong code, limit.

    python -m benchmarks.linking_answers [--rounds 60]

Each round asks the form for every kind once, in turns, each time as a person, a number and an address that
nobody used before (but for the limit, which five wrong tries reached). Nothing may be learned from the time:
exits with 1 when two medians lie further apart than 20 ms.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from typing import Any

from abonent.base.database_url import with_database
from abonent.base.postgres import ensure_database
from benchmarks.served import environment, machine, place

APART = 20.0  # milliseconds
ACCOUNTS = 20_000
WRONG = {"payment_month": "10", "payment_year": "2026", "payment_amount": "0,01"}

_ACCOUNTS = """
WITH made AS (
    INSERT INTO accounts_account (number, key, public_id, organisation_id, payer, address, flat,
                                  contact_email, contact_phone, owner_version)
    SELECT n::text, n::text, 'account-' || n, %s, 'Иванов Иван', 'Алматы', '1', '', '', 1
      FROM generate_series(100000, 100000 + %s) AS n RETURNING id
)
INSERT INTO accounts_lastpayment (account_id, paid_on, amounts) SELECT id, '2026-10-31', '{4321.05}' FROM made
"""


def _prepare(rounds: int) -> None:
    from django.db import connection

    from abonent.portal.models import Organisation
    from abonent.users.models import User

    organisation = Organisation.objects.create(code="sbyt", name_ru="Сбыт")
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNTS, [organisation.pk, ACCOUNTS])
        cursor.execute("ANALYZE")
    User.objects.bulk_create(
        User(login=f"person{index}", email_confirmed=True) for index in range((rounds + 5) * 4)
    )


def _reach_limit(user: Any) -> None:
    from django.utils import timezone

    from abonent.accounts.models import LinkAttempt

    LinkAttempt.objects.bulk_create(
        LinkAttempt(
            at=timezone.now(),
            user=user,
            method="payment",
            outcome="mismatch",
            number_hash="x",
            neighbourhood="x",
        )
        for _ in range(5)
    )


def _ask(user: Any, turn: int, typed: dict[str, str]) -> float:
    """Milliseconds until the page has come."""
    from django.test import Client

    client = Client(SERVER_NAME="localhost", REMOTE_ADDR=f"198.{turn % 250}.{turn // 250}.1")
    client.force_login(user)
    begun = time.perf_counter()
    response = client.post("/accounts/add/", typed)
    taken = (time.perf_counter() - begun) * 1000
    if response.status_code != 200 or b"error-summary" not in response.content:
        raise SystemExit(f"not the answer that was expected: {response.status_code}")
    return taken


def _measure(rounds: int, start: int) -> dict[str, list[float]]:
    from abonent.users.models import User

    people = iter(User.objects.order_by("pk")[start * 4 :])
    taken: dict[str, list[float]] = {
        "unknown number": [],
        "wrong fact": [],
        "wrong code": [],
        "limit reached": [],
    }
    for turn in range(rounds):
        offset = (start + turn) * 40
        known = str(100_000 + offset)
        forms = {
            "unknown number": {"number": str(900_000 + offset)} | WRONG,
            "wrong fact": {"number": known} | WRONG,
            "wrong code": {"number": known, "code": "ABCDEFGH"},
            "limit reached": {"number": known} | WRONG,
        }
        for place_in_round, (kind, typed) in enumerate(forms.items()):
            user = next(people)
            if kind == "limit reached":
                _reach_limit(user)
            taken[kind].append(_ask(user, (start + turn) * 4 + place_in_round, typed))
    return taken


def _report(taken: dict[str, list[float]]) -> bool:
    print(f"| answer | median, ms | p90, ms |  ({machine()})\n|---|--:|--:|")
    for kind, times in taken.items():
        print(f"| {kind} | {statistics.median(times):.1f} | {statistics.quantiles(times, n=10)[8]:.1f} |")
    medians = [statistics.median(times) for times in taken.values()]
    apart = max(medians) - min(medians)
    print(f"\nThe medians lie {apart:.1f} ms apart; allowed: {APART:.0f} ms.")
    return apart <= APART


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=60)
    rounds = parser.parse_args().rounds
    with place() as (server, home):
        ensure_database(server, "linking")
        url = with_database(server, "linking")
        os.environ |= environment(url, home) | {
            "ABONENT_TESTING": "1",
            "DJANGO_SETTINGS_MODULE": "abonent.settings",
        }
        migrate = [sys.executable, "-m", "django", "migrate", "--verbosity=0", "--skip-checks"]
        subprocess.run(migrate, check=True)
        (home / "static").mkdir()
        import django

        django.setup()
        _prepare(rounds)
        _measure(5, 0)
        good = _report(_measure(rounds, 5))
        from django.db import connections

        connections.close_all()
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
