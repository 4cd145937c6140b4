"""Paying as an attacker sees it: forms and addresses that no page makes, other people's payments, doors for
machines."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from abonent.accounts.models import Account, AccountLink
from abonent.payments.models import Payment
from abonent.portal.models import DataVersion, Service
from tests.interfaces.resident.pay import conftest as payers
from tests.interfaces.resident.pay.conftest import Payer, account, hidden
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


def press(payer: Payer, sent: dict[str, str]) -> Any:
    """«Оплатить» with these hidden fields."""
    return payer.client.post(reverse("pay_check"), sent)


def test_the_check_of_another_person_pays_nothing(alice: Payer, bob: Payer) -> None:
    sent = hidden(alice.check(alice.choices("100 bill")))
    assert press(bob, sent).headers["Location"] == reverse("pay")
    assert not Payment.objects.exists()
    press(alice, sent)
    assert press(bob, sent).headers["Location"] == reverse("pay"), "nor does it lead to her payment"
    assert Payment.objects.get().user == alice.person


@pytest.mark.parametrize("happens", ["the link ends", "another person objects", "the account closes"])
def test_what_ended_between_check_and_press_is_not_paid(alice: Payer, happens: str) -> None:
    sent = hidden(alice.check(alice.choices("100 bill", "200 bill")))
    home, now = account("100"), timezone.now()
    links = AccountLink.objects.filter(account=home, user=alice.person)
    if happens == "the link ends":
        links.update(ended_at=now)
    elif happens == "another person objects":
        links.update(objected_at=now, ended_at=now)
    else:
        Account.objects.filter(pk=home.pk).update(closed_on=timezone.localdate())
        DataVersion.objects.update(version=F("version") + 1)
    answer = press(alice, sent)
    assert answer.status_code == 200
    assert b'name="agreed"' in answer.content, "what is left is shown anew and asked again"
    assert not Payment.objects.exists()


def test_a_form_pays_for_no_service_that_is_not_in_the_bill(alice: Payer) -> None:
    """000200 has electricity only; the voluntary insurance is another account's."""
    home, dacha = account("100").public_id, account("200").public_id
    of = dict(Service.objects.values_list("code", "pk"))
    typed = {f"service-{dacha}-{of['insurance']}": "150", f"service-{home}-{of['insurance']}": "150"}
    typed |= {f"service-{dacha}-{of['power']}": "10", f"service-{dacha}-999999": "5"}
    alice.confirm(alice.check(alice.choices("200 services") | typed))
    part = Payment.objects.get().parts.get()
    assert (part.account.key, part.service.code, part.amount) == ("200", "power", Decimal(10))


@pytest.mark.parametrize(
    "typed",
    [
        "0",
        "-5",
        "0.001",
        "1e3",
        "1E+2",
        "NaN",
        "Infinity",
        "٥٠",
        "５0",
        "999999999999.99",
        "1000000000000000",
        "0x10",
        "1_000",
    ],
)
def test_what_is_no_amount_is_no_payment(alice: Payer, bank: FakeGateway, typed: str) -> None:
    answer = alice.check(alice.choices(f"100 other {typed}"))
    assert b'name="agreed"' not in answer.content
    assert bank.calls == []


def test_another_method_than_was_checked_is_checked_anew(alice: Payer, bank: FakeGateway) -> None:
    """The commission was agreed to with the method: both stand in what is agreed."""
    sent = hidden(alice.check(alice.choices("200 bill", method="card")))
    alice.check(alice.choices("200 bill", method="free"))
    answer = press(alice, sent)
    assert answer.status_code == 200
    assert bank.calls == []


def test_the_receipt_goes_where_the_check_said(alice: Payer) -> None:
    """The same form, changed in another tab meanwhile."""
    sent = hidden(alice.check(alice.choices("200 bill", email="alice@example.kz")))
    alice.check(alice.choices("200 bill", email="another@example.kz"))
    assert b"another@example.kz" in press(alice, sent).content
    assert not Payment.objects.exists()


def test_a_payment_begun_leads_to_itself_whatever_is_sent_with_its_key(alice: Payer) -> None:
    made = alice.pay("200 bill")
    for sent in (alice.choices("100 bill"), alice.choices("200 other 5"), {"key": "key-1", "agreed": "x"}):
        assert press(alice, sent).headers["Location"] == reverse("payment_go", args=[made.public_id])
    assert Payment.objects.count() == 1


def test_neither_the_bank_nor_a_cache_learns_from_the_pages(alice: Payer) -> None:
    """No referrer goes to another site, nothing is kept, and the bank's page is reached by no form."""
    made = alice.pay("100 bill")
    for name in ("payment_go", "payment"):
        answer = alice.get(reverse(name, args=[made.public_id]))
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "no-store" in answer.headers["Cache-Control"]
        assert "form-action 'self'" in answer.headers["Content-Security-Policy"]
    assert b'rel="noreferrer"' in alice.get(reverse("payment_go", args=[made.public_id])).content
