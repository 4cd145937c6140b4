"""A town of any size for the benchmarks, made inside PostgreSQL: accounts, charges, payments, meters.

    python -m benchmarks.town --accounts 1000000 --months 6 DATABASE_URL

The database is migrated and empty. Every figure is a function of (account, service, month), so two towns of
one size are equal and every row adds up; months are attached as partitions the way the import does it.
Not the demo's town (abonent.demo), which is believable and goes through the import.
"""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import psycopg

from abonent.base.months import Month

#: (code, name in Russian, in Kazakh, unit, index of the parent)
SERVICES = [
    ("electricity", "Электроэнергия", "Электр энергиясы", "кВт·ч", None),
    ("hot-water", "Горячая вода", "Ыстық су", "куб.м", None),
    ("hot-water-cold", "в т.ч. холодная вода для ГВС", "о.і. ЫСЖ үшін суық су", "куб.м", 1),
    ("hot-water-heat", "в т.ч. подогрев воды", "о.і. суды жылыту", "куб.м", 1),
    ("cold-water", "Холодная вода", "Суық су", "куб.м", None),
    ("heating", "Отопление", "Жылыту", "кв.м", None),
    ("waste", "Вывоз мусора", "Қоқыс шығару", "чел.", None),
]

_BASICS = """
INSERT INTO portal_organisation (code, name_ru, name_kk, tax_number, tax_reason_code, bank_account, bank_name,
                                 bank_code, correspondent_account, phone, address)
SELECT 'org' || n, 'ТОО «Поставщик № ' || n || '»', '«№ ' || n || ' жеткізуші» ЖШС', '', '', '', '', '', '',
       '', ''
  FROM generate_series(1, 4) AS n;
"""
_SERVICE = """
INSERT INTO portal_service (code, organisation_id, parent_id, position, name_ru, name_kk, name_en,
                            unit_ru, unit_kk)
VALUES (%s, (SELECT id FROM portal_organisation WHERE code = %s),
        (SELECT id FROM portal_service WHERE code = %s), %s, %s, %s, '', %s, %s)
"""
_ACCOUNTS = """
INSERT INTO accounts_account (number, key, public_id, organisation_id, payer, address, flat, residents, area,
                              contact_email, contact_phone, opened_on, owner_version)
SELECT lpad(n::text, 9, '0'), n::text,
       left(translate(encode(sha256(n::text::bytea), 'base64'), '+/=', '-_'), 22),
       (SELECT min(id) FROM portal_organisation),
       (ARRAY['Иванов','Ахметова','Ким','Серікбаев','Петрова'])[1 + n %% 5] || ' '
       || (ARRAY['Айгүл','Иван','Нұрлан','Мария'])[1 + n %% 4] || ' '
       || (ARRAY['Ерланқызы','Петрович'])[1 + n %% 2],
       'г. Алматы, ул. Абая, ' || 1 + n / 60, (1 + n %% 60)::text, 1 + n %% 6, 30 + n %% 70, '', '',
       '2015-01-01', 1
  FROM generate_series(1, %s::bigint) AS n
"""
# closing(month) is a hash of its own, opening is the closing before it, paid is what makes the row add up.
_CHARGES = """
INSERT INTO {table} (account_id, month, service_id, opening, accrued, corrections, paid, closing, volume,
                     tariff)
SELECT account.id, %(month)s, service.id, opening, accrued, 0, opening + accrued - closing, closing,
       round(accrued / 24, 3), 24
  FROM accounts_account AS account CROSS JOIN portal_service AS service,
       LATERAL (SELECT account.id * 7919 + service.id * 104729 AS own,
                       account.id * 31 + service.id * 1777 AS use) AS seeds,
       LATERAL (SELECT ((own + %(n)s * 611953) %% 300000 - 50000) / 100.0 AS closing,
                       ((own + (%(n)s - 1) * 611953) %% 300000 - 50000) / 100.0 AS opening,
                       ((use + %(n)s * 13339) %% 900000 + 10000) / 100.0 AS accrued) AS figures
 ORDER BY account.id
"""
_PAYMENTS = """
INSERT INTO ledger_payment (account_id, paid_on, amount, bank, source, external_id)
SELECT id, %(month)s::date + (id %% 27)::int, ((id * 37 + %(n)s * 1999) %% 900000 + 10000) / 100.0,
       (ARRAY['Kaspi Bank','Halyk Bank','Казпочта'])[1 + (id + %(n)s) %% 3], 'town', id || '-' || %(n)s
  FROM accounts_account
"""
_METERS = """
INSERT INTO metering_meter (account_id, service_id, serial, scales, digits, ratio, installed_on,
                            planned_replacement_on, next_verification_on)
SELECT id, (SELECT id FROM portal_service WHERE code = 'electricity'), 'M' || id, 1, 5, 1, '2020-05-01',
       date '2027-01-01' + (id % 700)::int, date '2028-01-01'
  FROM accounts_account
"""


def build(url: str, *, accounts: int, months: int, services: int = len(SERVICES), last: Month) -> None:
    """Fill the empty database at `url`. Not repeatable: the keys of a second town would clash."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_BASICS)
        for place, (code, ru, kk, unit, parent) in enumerate(SERVICES[:services]):
            above = None if parent is None else SERVICES[parent][0]
            connection.execute(_SERVICE, [code, f"org{1 + place % 4}", above, place, ru, kk, unit, unit])
        with said(f"{accounts} accounts"):
            connection.execute(_ACCOUNTS, [accounts])
            connection.execute(_METERS)
        for n, month in enumerate((last - (months - 1)).through(last), start=1):
            with said(f"{month}: charges and payments"):
                load_month(connection, month, n)
        connection.execute("UPDATE portal_dataversion SET version = version + 1, changed_at = now()")
        with said("analyze"):
            connection.execute("VACUUM ANALYZE")


def load_month(connection: psycopg.Connection, month: Month, n: int) -> None:
    table, values = f"ledger_charge_{month.year}_{month.number:02d}", {"month": month.first_day, "n": n}
    connection.execute(f"CREATE TABLE {table} (LIKE ledger_charge INCLUDING DEFAULTS)")
    connection.execute(_CHARGES.format(table=table), values)
    connection.execute(f"ALTER TABLE {table} ADD PRIMARY KEY (account_id, month, service_id)")
    connection.execute(f"ALTER TABLE {table} ADD CHECK (month = '{month.first_day}')")
    connection.execute(
        f"ALTER TABLE ledger_charge ATTACH PARTITION {table} FOR VALUES IN ('{month.first_day}')"
    )
    connection.execute(_PAYMENTS, values)


@contextmanager
def said(what: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    print(f"  {what}: {time.perf_counter() - started:.1f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.town", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--accounts", type=int, default=1000)
    parser.add_argument("--months", type=int, default=60)
    parser.add_argument("--services", type=int, default=len(SERVICES))
    parser.add_argument("--last", type=Month.parse, default=Month.of(date.today()) - 1)  # noqa: DTZ011
    given = parser.parse_args()
    build(given.url, accounts=given.accounts, months=given.months, services=given.services, last=given.last)


if __name__ == "__main__":
    main()
