"""Paying as an attacker sees it: forms and addresses that no page makes, other people's payments, doors for
machines."""

from collections.abc import Iterator
from itertools import product
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from django.urls import reverse

from abonent.payments.models import Payment
from tests.interfaces.resident.pay import conftest as payers
from tests.interfaces.resident.pay.conftest import Payer, account
from tests.payments.fake_gateway import FakeGateway
from tests.security.test_absurd_requests import ABSURD, failures

paying, bank, cast = payers.paying, payers.bank, payers.cast
alice, bob, charlie = payers.alice, payers.bob, payers.charlie
pytestmark = pytest.mark.django_db


def unshaken(payer: Payer) -> Client:
    """Their browser, shown what went wrong instead of an exception."""
    client = Client(raise_request_exception=False)
    client.force_login(payer.person)
    return client


def test_absurd_addresses(alice: Payer) -> None:
    made, client = alice.pay("100 bill"), unshaken(alice)
    names = [(reverse("pay"), name) for name in ("account", "what", "again", "form")]
    names += [(reverse("pay_check"), "form"), (reverse("payment", args=[made.public_id]), "look")]

    def answers() -> Iterator[tuple[str, Any]]:
        for (page, name), text in product(names, ABSURD):
            yield f"{page}?{name}={text}", client.get(f"{page}?{urlencode({name: text})}")
        for text, page in product(ABSURD, ("", "go/", "receipt.pdf")):
            if len(text) < 9000:
                yield f"/pay/{text}/{page}", client.get(f"/pay/{quote(text, safe='')}/{page}")

    assert failures(answers()) == []


def test_absurd_forms(alice: Payer) -> None:
    """Nothing is paid by any of them but what the check says."""
    client, home = unshaken(alice), account("100").public_id
    service = f"service-{home}-1"
    names = (
        "key",
        "method",
        "email",
        "agreed",
        f"what-{home}",
        f"other-{home}",
        f"seen-{home}-bill",
        service,
    )

    def answers() -> Iterator[tuple[str, Any]]:
        for name, text, what in product(names, ABSURD, ("other", "services")):
            values = alice.choices(f"100 {what} 50") | {name: text}
            yield f"{what}: {name}={text}", client.post(reverse("pay_check"), values)
            switched = urlencode(values | {"switch_language": "kk"})
            form = {"content_type": "application/x-www-form-urlencoded"}
            yield f"{what}: {name}={text}, language", client.post(reverse("pay_check"), switched, **form)

    assert failures(answers()) == []
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    "leads_to",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "http://bank.example/pay",
        "//evil.example/",
        "https://",
        "https://bank.example/\r\nSet-Cookie: a=b",
        "https://bank.example/\u202e",
        "https://bank.example/ x",
        "https://[",
        "https://bank.example/" + "a" * 2000,
    ],
)
def test_nobody_is_sent_where_no_bank_is(alice: Payer, bank: FakeGateway, leads_to: str) -> None:
    """Whatever the gateway answers: the payment stays ours, and is asked about."""
    bank.leads_to = leads_to
    made = alice.pay("100 bill")
    assert (made.state, made.confirmation_url) == ("created", "")
    answer = alice.get(reverse("payment_go", args=[made.public_id]))
    assert answer.headers["Location"] == reverse("payment", args=[made.public_id])
    bank.leads_to = ""
    Payment.objects.update(returned_at=None)
    alice.get(reverse("payment", args=[made.public_id]))
    made.refresh_from_db()
    assert made.state == "sent"
