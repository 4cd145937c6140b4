from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict

from abonent.base.database_url import DatabaseUrlError, parse, with_database


def test_every_part_is_read() -> None:
    assert parse(
        "postgresql://alice:s3cret@db.example.kz:5433/abonent?sslmode=require&connect_timeout=3"
    ) == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "abonent",
        "USER": "alice",
        "PASSWORD": "s3cret",
        "HOST": "db.example.kz",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require", "connect_timeout": "3"},
    }


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("postgres:///abonent", "", ""),
        ("postgresql://%2Frun%2Fpostgresql/abonent", "/run/postgresql", ""),
        ("postgresql:///abonent?host=/run/postgresql&port=5434", "/run/postgresql", "5434"),
        ("postgresql://alice@[::1]:5433/abonent", "::1", "5433"),
        ("postgresql://one:5432,two:5433/abonent?target_session_attrs=read-write", "one,two", "5432,5433"),
    ],
)
def test_hosts_are_read_as_libpq_reads_them(url: str, host: str, port: str) -> None:
    settings = parse(url)
    libpq = conninfo_to_dict(url)
    assert (settings["HOST"], settings["PORT"]) == (host, port)
    assert (libpq.get("host", ""), str(libpq.get("port", ""))) == (host, port)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_any_password_and_name_come_back_whole(text: str) -> None:
    url = f"postgresql://u:{quote(text, safe='')}@h/{quote(text, safe='')}"
    settings = parse(url)
    assert settings["PASSWORD"] == settings["NAME"] == text
    assert conninfo_to_dict(url)["password"] == text
    assert parse(with_database(url, text + "2"))["NAME"] == text + "2"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("sqlite:///db.sqlite3", "only database"),
        ("", "must begin with"),
        ("postgresql://alice@host/", "names no database"),
        ("postgresql://alice:hidden@host:54x/db", "54x"),
        ("postgresql://alice:hidden@host:99999/db", "99999"),
        ("postgresql://[::1/db", "bracket"),
        ("postgresql://h/db?sslmode", "sslmode"),
    ],
)
def test_a_mistake_is_named_and_the_password_is_not(url: str, reason: str) -> None:
    with pytest.raises(DatabaseUrlError, match=reason) as error:
        parse(url)
    assert "hidden" not in str(error.value)


def test_a_plus_stays_a_plus() -> None:
    url = "postgresql://h/db?password=a+b&application_name=one%20two"
    assert parse(url)["PASSWORD"] == conninfo_to_dict(url)["password"] == "a+b"
    assert parse(url)["OPTIONS"] == {"application_name": "one two"}


def test_a_url_may_name_another_database_of_the_same_server() -> None:
    assert (
        with_database("postgresql://u:p@h:1/one?sslmode=require", "two")
        == "postgresql://u:p@h:1/two?sslmode=require"
    )
    assert with_database("postgresql://postgres@/?host=/run/x", "abonent_aes") == (
        "postgresql://postgres@/abonent_aes?host=/run/x"
    )
    assert conninfo_to_dict("postgresql://postgres@/abonent_aes?host=/run/x")["host"] == "/run/x"
