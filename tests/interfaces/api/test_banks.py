"""The door for banks: who is let in, what is told to whom, and what is written down."""

import json
import logging
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from abonent.accounts.models import Account
from abonent.payments.models import BankCallCount, BankPayment
from abonent.payments.operations import bank_call_counts
from abonent.portal.models import Organisation
from tests.payments.bank_calls import SECRET, bank, check, give_secret, let_call, pay

URL = "/api/banks/kaspi/"
SUBJECT = "CN=kaspi,O=Kaspi Bank,C=KZ"
KEY = {"Authorization": f"Bearer {SECRET}"}


@pytest.fixture
def account(db: None) -> Account:
    organisation = Organisation.objects.create(code="ours", name_ru="Наш")
    return Account.objects.create(
        number="000700", key="700", organisation=organisation, payer="Ким Алиса", address="Абая 1"
    )


@pytest.fixture
def with_secret(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    let_call(settings, bank())
    give_secret(monkeypatch, "kaspi")


def test_a_call_is_answered_in_the_banks_words(account: Account, with_secret: None) -> None:
    answer = Client().get(URL, check("700"), headers=KEY)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert "no-store" in answer.headers["Cache-Control"]
    assert not answer.cookies
    assert json.loads(answer.content)["fields"]["field1"]["#text"] == "К***м А."
    paid = Client().get(URL, pay("700"), headers=KEY)
    again = Client().get(URL, pay("700"), headers=KEY)
    assert paid.content == again.content
    assert BankPayment.objects.count() == 1


def test_kaspi_may_want_xml_and_osmp_never_says_anything_else(
    account: Account, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_call(settings, bank(answers="xml"), bank("sber", "osmp"))
    for code in ("kaspi", "sber"):
        give_secret(monkeypatch, code)
        answer = Client().get(f"/api/banks/{code}/", {"command": "?"}, headers=KEY)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/xml; charset=utf-8")


@pytest.mark.parametrize("key", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {SECRET}"}])
def test_whoever_is_not_the_bank_hears_nothing(
    account: Account, with_secret: None, key: dict[str, str]
) -> None:
    for url in (URL, "/api/banks/other/"):
        answer = Client().get(url, pay("700") | {"secret": SECRET}, headers=key)
        assert (answer.status_code, answer.content) == (403, b"")
    assert BankPayment.objects.count() == 0
    assert {one.bank: one.refused for one in BankCallCount.objects.all()} == {"kaspi": 1, "?": 1}


@pytest.mark.parametrize("method", ["post", "head", "put", "options", "delete"])
def test_money_moves_by_get_only(account: Account, with_secret: None, method: str) -> None:
    """As the protocols have it; a HEAD is what a link checker sends."""
    query = "&".join(f"{name}={value}" for name, value in pay("700").items())
    assert getattr(Client(), method)(f"{URL}?{query}", headers=KEY).status_code == 405
    assert BankPayment.objects.count() == 0


def test_a_parameter_twice_is_no_request(account: Account, with_secret: None) -> None:
    query = "&".join(f"{name}={value}" for name, value in pay("700").items())
    answer = Client().get(f"{URL}?{query}&sum=1.00", headers=KEY)
    assert json.loads(answer.content)["result"] == 5
    assert BankPayment.objects.count() == 0


def test_no_session_is_read_or_made(account: Account, with_secret: None, settings: Any) -> None:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = "x"
    statements: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        statements.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        client.get(URL, pay("700"), headers=KEY)
    assert any("payments_bankpayment" in one for one in statements)
    assert not any("session" in one for one in statements)


# Addresses, behind proxies


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "status"),
    [
        (0, "192.0.2.7", "", 200),
        (0, "10.0.0.1", "192.0.2.7", 403),  # no proxy: what the caller says of itself
        (1, "10.0.0.1", "192.0.2.7", 200),
        (1, "10.0.0.1", "203.0.113.5", 403),
        (1, "10.0.0.1", "192.0.2.7, 203.0.113.5", 403),  # forged in front of what the proxy wrote
        (1, "192.0.2.7", "203.0.113.5", 403),
        (2, "10.0.0.1", "192.0.2.7, 10.0.0.2", 200),
        (2, "10.0.0.1", "192.0.2.7, 203.0.113.5, 10.0.0.2", 403),
        (1, "10.0.0.1", "::ffff:192.0.2.7", 200),
    ],
)
def test_the_address_is_the_one_our_own_proxy_saw(
    account: Account, settings: Any, proxies: int, peer: str, forwarded: str, status: int
) -> None:
    let_call(settings, bank(addresses=["192.0.2.0/24"]))
    settings.TRUSTED_PROXIES = proxies
    answer = Client(REMOTE_ADDR=peer).get(URL, check("700"), headers={"X-Forwarded-For": forwarded})
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("proxies", "subject", "status"),
    [
        (1, SUBJECT, 200),
        (1, "CN=other", 403),
        (1, "", 403),
        (1, f"{SUBJECT},{SUBJECT}", 403),
        (0, SUBJECT, 403),  # nobody stands in front who could have seen a certificate
    ],
)
def test_a_certificate_is_believed_from_a_proxy_only(
    account: Account, settings: Any, proxies: int, subject: str, status: int
) -> None:
    let_call(settings, bank(certificate=SUBJECT))
    settings.TRUSTED_PROXIES = proxies
    answer = Client().get(URL, check("700"), headers={"X-Client-Certificate-Subject": subject})
    assert answer.status_code == status


# Those who try


def test_an_address_that_was_wrong_too_often_is_not_listened_to(
    account: Account, with_secret: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bank_call_counts, "REFUSED_AN_HOUR", 3)
    trying, elsewhere = Client(REMOTE_ADDR="203.0.113.5"), Client(REMOTE_ADDR="203.0.113.6")
    for _ in range(3):
        assert trying.get(URL, check("700"), headers={"Authorization": "Bearer x"}).status_code == 403
    assert trying.get(URL, check("700"), headers=KEY).status_code == 403
    assert elsewhere.get(URL, check("700"), headers=KEY).status_code == 200


@pytest.mark.parametrize("everybodys", ["127.0.0.1", "::1", ""])
def test_nobody_shuts_a_bank_out_where_all_come_from_one_address(
    account: Account, with_secret: None, monkeypatch: pytest.MonkeyPatch, everybodys: str
) -> None:
    """A proxy on this machine that the portal was not told of."""
    monkeypatch.setattr(bank_call_counts, "REFUSED_AN_HOUR", 1)
    client = Client(REMOTE_ADDR=everybodys)
    assert [client.get(URL, check("700")).status_code for _ in range(3)] == [403] * 3
    assert client.get(URL, check("700"), headers=KEY).status_code == 200


def test_nobody_shuts_a_bank_out_that_has_networks_of_its_own(
    account: Account, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bank_call_counts, "REFUSED_AN_HOUR", 1)
    give_secret(monkeypatch, "kaspi")
    let_call(settings, bank(addresses=["192.0.2.0/24"]))
    its_own = Client(REMOTE_ADDR="192.0.2.7")
    for _ in range(3):
        assert its_own.get(URL, check("700")).status_code == 403
    assert its_own.get(URL, check("700"), headers=KEY).status_code == 200


def test_a_whole_network_of_one_machine_counts_as_one_address(account: Account, with_secret: None) -> None:
    for end in ("1", "2", "ffff"):
        Client(REMOTE_ADDR=f"2001:db8::{end}").get(URL, check("700"))
    counted = BankCallCount.objects.get()
    assert (counted.network, counted.refused) == ("2001:db8::/64", 3)


# What breaks, and what is written down


def test_without_a_database_the_bank_is_told_to_come_again(account: Account, with_secret: None) -> None:
    def away(*_: Any) -> Any:
        raise OperationalError("the server is away")

    with connection.execute_wrapper(away):
        paid = Client().get(URL, pay("700"), headers=KEY)
        asked = Client().get(URL, check("700"), headers=KEY)
        stranger = Client().get(URL, pay("700"))
    assert (paid.status_code, json.loads(paid.content)["result"]) == (200, 4)
    assert (asked.status_code, json.loads(asked.content)["result"]) == (200, 5)
    assert (stranger.status_code, stranger.content) == (403, b"")


def test_logs_hold_no_account_and_no_secret(
    account: Account, with_secret: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    Client().get(URL, pay("700900700"), headers={"Authorization": "Bearer wrong-wrong"})
    Client().post(f"{URL}?account=700900700", headers=KEY)
    Client().get(URL, pay("700900700"), headers=KEY)
    lines = [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    assert lines
    assert not any("700900700" in line or "wrong-wrong" in line or SECRET in line for line in lines)
