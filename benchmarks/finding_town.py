"""The million accounts of benchmarks/finding.py: names as unevenly spread as real ones, made by SQL."""

import time
from collections.abc import Iterator

import psycopg

# ruff: noqa: SIM905 - lists of words are read as words

_ROOTS = (
    "Иван Петр Ахмет Ким Омар Серик Нур Смаил Абдул Касым Жума Бек Тулег Сидор Смирн Кузнец Попов"
    " Васил Соколь Михайл Новик Федор Мороз Волк Алексе Лебед Семен Егор Павл Козл Степан Никола Орл"
    " Никит Захар Зайц Соловь Борис Яковл Григор Роман Воробь Серге Фрол Дмитри Корол Гусев Кисел"
    " Ильин Максим Поляк Сорок Виногр Ковал Белов Медвед Антон Тарас Жуков Баран Филип Комар Давыд"
    " Герасим Богдан"
).split()
_MIDDLES = "|ен|ск|ик|ал|ар|ор|ук|ыш|ат|ул|ян|бек|гал|жан|кул|мур|нар|сат|тай|хан|шар|дин|баев|мбет".split(
    "|"
)
_ENDS = "ов ев ин енко ук ский ко юк ян ых ай ба ери уль".split()
SURNAMES = ["Иванов"] + [root + middle + end for middle in _MIDDLES for end in _ENDS for root in _ROOTS]
NAMES = (
    "Айгүл Иван Мария Алексей Әсел Нұрлан Ольга Сергей Гүлнар Ерлан Анна Дмитрий Жанар Болат Светлана"
    " Марат Елена Қайрат Наталья Серік Ирина Асқар Татьяна Дәурен Виктор Сәуле Андрей Динара Юрий Мәдина"
    " Павел Зарина"
).split()
FATHERS = (
    "Иванович Нұрланқызы Сергеевна Болатұлы Петрович Асқарқызы Алексеевна Маратұлы Викторович Серікқызы"
).split()
TOWNS = (
    "Алматы Шымкент Тараз Кызылорда Туркестан Талдыкорган Конаев Каскелен Талгар Есик Узынагаш Отеген-Батыр"
    " Шелек Жаркент Сарканд Текели Ушарал Баканас Кеген Нарынкол Арысь Кентау Ленгер Сарыагаш Шардара"
    " Аксукент Каратау Жанатас Шу Мерке"
).split()
STREETS = [root + end for end in ("а", "ова", "ская", "ды", "ай", "тау", "су") for root in _ROOTS] + ["Абая"]

# A word's share falls with its rank, as names' do: a power of random() puts most at the beginning.
_ACCOUNTS = """
INSERT INTO accounts_account (number, key, public_id, organisation_id, payer, address, flat, residents,
                              categories, contact_email, contact_phone, owner_version, money_version)
SELECT lpad(n::text, 9, '0'), n::text, left(md5(n::text), 22),
       %(first)s::int + CASE WHEN n %% 100 < 70 THEN 0 WHEN n %% 100 < 99 THEN 1 ELSE 2 END,
       (%(surnames)s::text[])[1 + floor(random() ^ 3.5 * %(n_surnames)s)] || ' '
           || (%(names)s::text[])[1 + floor(random() ^ 1.5 * %(n_names)s)] || ' '
           || (%(fathers)s::text[])[1 + floor(random() * %(n_fathers)s)],
       'г. ' || (%(towns)s::text[])[1 + floor(random() ^ 3.0 * %(n_towns)s)] || ', ул. '
           || (%(streets)s::text[])[1 + floor(random() ^ 1.5 * %(n_streets)s)]
           || ', ' || 1 + floor(random() * 150),
       1 + floor(random() * 120), 3, '',
       CASE WHEN n %% 3 = 0 THEN 'payer' || (n::bigint * 7919 %% 1000003) || '@mail.kz' ELSE '' END,
       CASE WHEN n %% 5 < 3 THEN '+7 701 ' || lpad((n::bigint * 104729 %% 9999991)::text, 7, '0') ELSE '' END,
       1, 0
  FROM generate_series(%(start)s::int, %(start)s::int + %(accounts)s::int - 1) AS n
"""
_ORGANISATIONS = """
INSERT INTO portal_organisation (code, name_ru, name_kk, tax_number, tax_reason_code, bank_account, bank_name,
                                 bank_code, correspondent_account, phone, address)
SELECT 'o' || n, 'Организация ' || n, '', '', '', '', '', '', '', '', '' FROM generate_series(1, 3) AS n
RETURNING id
"""
_SERVICE = """
INSERT INTO portal_service (code, organisation_id, position, name_ru, name_kk, name_en, unit_ru, unit_kk)
VALUES ('power', %s, 0, 'Электроэнергия', '', '', '', '') RETURNING id
"""
_METERS = """
INSERT INTO metering_meter (account_id, service_id, serial, scales, digits, ratio)
SELECT id, %(service)s, (10000000 + id)::text, 1, 5, 1 FROM accounts_account
"""
_PEOPLE = """
INSERT INTO users_user (password, login, email, full_name, phone, language, months_shown, email_confirmed,
                        is_active, created_at)
SELECT '', 'person' || n, 'person' || n || '@example.kz',
       (%(surnames)s::text[])[1 + floor(random() ^ 3.5 * %(n_surnames)s)] || ' '
           || (%(names)s::text[])[1 + floor(random() ^ 1.5 * %(n_names)s)],
       '+7 702 ' || lpad(n::text, 7, '0'), 'ru', 12,
       true, true, now() FROM generate_series(1, %(people)s::int) AS n
"""
_LINKS = """
INSERT INTO accounts_accountlink (user_id, account_id, public_id, method, created_at, end_reason)
SELECT person.id, account.id, left(md5('link' || person.id), 22), 'payment', now(), ''
  FROM (SELECT id, row_number() OVER () AS n FROM users_user) AS person
  JOIN (SELECT id, row_number() OVER () AS n FROM accounts_account) AS account USING (n)
"""


def build(url: str, *, accounts: int) -> None:
    """Organisations, accounts with a meter each, and people linked to a third of them."""
    with psycopg.connect(url) as connection:
        connection.execute("SELECT setseed(0.5)")
        first = connection.execute(_ORGANISATIONS).fetchone()
        assert first
        connection.execute(_ACCOUNTS, _values(first[0], accounts))
        service = connection.execute(_SERVICE, [first[0]]).fetchone()
        assert service
        connection.execute(_METERS, {"service": service[0]})
        connection.execute(_PEOPLE, _values(first[0], accounts) | {"people": accounts // 3})
        connection.execute(_LINKS)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _values(first: int, accounts: int) -> dict[str, object]:
    lists = {"surnames": SURNAMES, "names": NAMES, "fathers": FATHERS, "towns": TOWNS, "streets": STREETS}
    counts = {f"n_{name}": len(words) for name, words in lists.items()}
    return {"first": first, "start": 100_000_000, "accounts": accounts, **lists, **counts}


def load_again(url: str) -> Iterator[str]:
    """The same accounts written into a table like theirs: with what finding added, and without."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE again (LIKE accounts_account INCLUDING ALL)")
        connection.execute("TRUNCATE accounts_knownword")
        connection.execute(_TRIGGER)
        took = {"with": _written(connection)}
        connection.execute("DROP TRIGGER know_words ON again")
        rows = connection.execute(_INDEXES_OF_FINDING).fetchall()
        for (name,) in rows:
            connection.execute(f'DROP INDEX "{name}"')
        took["without"] = _written(connection)
    yield f"Accounts written with what finding added ({len(rows)} indexes, known words):"
    yield f"{took['with']:.0f} s,"
    yield f"without: {took['without']:.0f} s, **{took['with'] / took['without']:.1f}x**."


_TRIGGER = """
CREATE TRIGGER know_words AFTER INSERT ON again REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION know_words_of_new_accounts()
"""
_INDEXES_OF_FINDING = """
SELECT indexname FROM pg_indexes WHERE tablename = 'again'
   AND indexdef ~ 'account_words|phone_digits|lower|address text_pattern_ops'
"""


def _written(connection: psycopg.Connection) -> float:
    connection.execute("TRUNCATE again")
    connection.execute("CHECKPOINT")
    start = time.perf_counter()
    connection.execute("INSERT INTO again SELECT * FROM accounts_account")
    return time.perf_counter() - start
