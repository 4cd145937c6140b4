"""Who is the bank: networks, secret, certificate. All that are set must fit."""

import base64
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from abonent.payments.bank_access import is_the_bank, mistakes
from tests.payments.bank_calls import SECRET, bank, give_secret

SUBJECT = "CN=kaspi,O=Kaspi Bank,C=KZ"
NETWORK = "198.51.100.0/24"


def basic(secret: str, user: str = "abonent") -> str:
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()


@pytest.mark.parametrize(
    ("facts", "secret", "address", "authorization", "certificate", "expected"),
    [
        # nothing is set: nobody
        ({}, "", "198.51.100.9", "", "", False),
        ({}, "", None, "", "", False),
        # a network
        ({"addresses": [NETWORK]}, "", "198.51.100.9", "", "", True),
        ({"addresses": [NETWORK]}, "", "198.51.101.9", "", "", False),
        ({"addresses": ["192.0.2.1", NETWORK]}, "", "192.0.2.1", "", "", True),
        ({"addresses": ["2001:db8::/32"]}, "", "2001:db8::7", "", "", True),
        ({"addresses": ["2001:db8::/32"]}, "", "198.51.100.9", "", "", False),
        ({"addresses": [NETWORK]}, "", None, "", "", False),
        # a secret
        ({}, SECRET, "192.0.2.1", f"Bearer {SECRET}", "", True),
        ({}, SECRET, "192.0.2.1", f"bearer {SECRET}", "", True),
        ({}, SECRET, None, basic(SECRET), "", True),
        ({}, SECRET, "192.0.2.1", basic(SECRET, ""), "", True),
        ({}, SECRET, "192.0.2.1", basic("x"), "", False),
        ({}, SECRET, "192.0.2.1", "Basic ???", "", False),
        ({}, SECRET, "192.0.2.1", "Basic /////w==", "", False),
        ({}, SECRET, "192.0.2.1", f"Digest {SECRET}", "", False),
        ({}, SECRET, "192.0.2.1", SECRET, "", False),
        ({}, SECRET, "192.0.2.1", "", "", False),
        ({}, SECRET, "192.0.2.1", "Bearer ", "", False),
        # a secret that is none
        ({}, "short", "192.0.2.1", "Bearer short", "", False),
        # a certificate
        ({"certificate": SUBJECT}, "", "192.0.2.1", "", SUBJECT, True),
        ({"certificate": SUBJECT}, "", "192.0.2.1", "", "", False),
        ({"certificate": SUBJECT}, "", "192.0.2.1", "", SUBJECT.lower(), False),
        ({"certificate": SUBJECT}, "", "192.0.2.1", "", f"{SUBJECT},{SUBJECT}", False),
        # everything, and each of them missing
        (
            {"addresses": [NETWORK], "certificate": SUBJECT},
            SECRET,
            "198.51.100.9",
            basic(SECRET),
            SUBJECT,
            True,
        ),
        (
            {"addresses": [NETWORK], "certificate": SUBJECT},
            SECRET,
            "192.0.2.1",
            basic(SECRET),
            SUBJECT,
            False,
        ),
        ({"addresses": [NETWORK], "certificate": SUBJECT}, SECRET, "198.51.100.9", "", SUBJECT, False),
        ({"addresses": [NETWORK], "certificate": SUBJECT}, SECRET, "198.51.100.9", basic(SECRET), "", False),
    ],
)
def test_all_that_is_set_must_fit(
    monkeypatch: pytest.MonkeyPatch,
    facts: dict[str, Any],
    secret: str,
    address: str | None,
    authorization: str,
    certificate: str,
    expected: bool,
) -> None:
    give_secret(monkeypatch, "kaspi", secret)
    one = bank(**facts)
    found = is_the_bank(one, address=address, authorization=authorization, certificate=certificate)
    assert found is expected


def test_a_secret_in_a_file_that_is_gone_opens_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Not even to those in the right network: what was meant to be asked cannot be."""
    monkeypatch.setenv("ABONENT_BANK_KASPI_SECRET_FILE", str(tmp_path / "secret"))
    one = bank(addresses=["192.0.2.0/24"])
    assert not is_the_bank(one, address="192.0.2.1", authorization="", certificate="")
    assert "No such file" in mistakes(one, proxies=0)[0]
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    assert is_the_bank(one, address="192.0.2.1", authorization=f"Bearer {SECRET}", certificate="")
    assert mistakes(one, proxies=0) == []


@pytest.mark.parametrize(
    ("facts", "secret", "proxies", "expected"),
    [
        ({}, "", 1, "neither addresses nor a secret nor a certificate"),
        ({}, "short", 1, "fewer than 20 characters"),
        ({"certificate": SUBJECT}, "", 0, "ABONENT_TRUSTED_PROXIES"),
        ({"certificate": SUBJECT}, "", 1, None),
        ({"addresses": [NETWORK]}, "", 0, None),
        ({}, SECRET, 0, None),
    ],
)
def test_a_bank_that_nobody_can_be_is_a_mistake(
    monkeypatch: pytest.MonkeyPatch, facts: dict[str, Any], secret: str, proxies: int, expected: str | None
) -> None:
    give_secret(monkeypatch, "kaspi", secret)
    found = mistakes(bank(**facts), proxies=proxies)
    assert (expected is None) == (found == [])
    assert all(expected in one for one in found if expected)


@pytest.mark.parametrize("text", ["", "bank.kz", "192.0.2.1/24", "192.0.2.0/33"])
def test_the_profile_takes_networks_only(text: str) -> None:
    with pytest.raises(ValidationError, match="not a network"):
        bank(addresses=[text])
