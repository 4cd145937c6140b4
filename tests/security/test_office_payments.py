"""The office's pages of payments: what no page of theirs sends, and rows of others."""

from collections.abc import Iterator
from itertools import product
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from django.urls import reverse

from abonent.payments.models import Payment, Refund
from abonent.users.models import StaffMembership, User
from tests.payments import conftest as world
from tests.payments.conftest import Till
from tests.security.test_absurd_requests import ABSURD, failures

alice, bob, clerk, home, dacha = world.alice, world.bob, world.clerk, world.home, world.dacha
supplier, new_account, paying, bank, till = (
    world.supplier, world.new_account, world.paying, world.bank, world.till,
)  # fmt: skip
pytestmark = pytest.mark.django_db


@pytest.fixture
def office(clerk: User, settings: Any) -> Client:
    """An administrator of the portal itself, who is shown what went wrong instead of an exception."""
    settings.STAFF_SECOND_FACTOR = False
    StaffMembership.objects.create(user=clerk, role="administrator")
    client = Client(raise_request_exception=False)
    client.force_login(clerk)
    return client


def test_absurd_addresses(office: Client, till: Till) -> None:
    till.paid()
    asked = [("office_payments", "kind"), ("office_payments", "page"), ("office_registries", "page")]
    asked += [("office_reconciliation", "page"), ("office_reconciliation", "until")]
    asked += [("office_publish", "month"), ("office_publish", "organisation")]

    def answers() -> Iterator[tuple[str, Any]]:
        for (page, name), text in product(asked, (*ABSURD, "0001-01-05")):
            yield f"{page} {name}={text}", office.get(f"{reverse(page)}?{urlencode({name: text})}")
        for page, text in product(("payments", "registries", "accounts"), ABSURD):
            if len(text) < 9000:
                yield f"/{page}/{text}", office.get(f"/office/{page}/{quote(text, safe='')}/")

    assert failures(answers()) == []


def test_absurd_forms(office: Client, till: Till) -> None:
    """None of them gives anything back."""
    made = till.paid()
    give = reverse("office_payment_refund", args=[made.public_id])
    whole = {"amount": "1", "reason": "r", "key": "k"}
    forms = [(give, {**whole, "reason": ""}, name) for name in ("amount", "key")]
    forms += [(give, {**whole, "amount": "0"}, name) for name in ("reason", "key")]
    forms += [(reverse("office_payments"), {}, "number"), (reverse("office_reconcile"), {}, "day")]
    forms += [(reverse("office_difference", args=[1]), {}, name) for name in ("note", "settle")]
    resolve = reverse("office_registry_resolve", args=[1])
    forms += [(resolve, {"row": "1", "book": "1"}, name) for name in ("row", "number", "note")]
    forms += [(resolve, {"row": "1", "note": "x"}, name) for name in ("row", "note")]

    def answers() -> Iterator[tuple[str, Any]]:
        for (page, values, name), text in product(forms, ABSURD):
            yield f"{page} {name}={text}", office.post(page, {**values, name: text})

    assert failures(answers()) == []
    assert not Refund.objects.exists()
    assert Payment.objects.get().state == "booked"


def test_a_note_may_hold_anything(office: Client, till: Till) -> None:
    from abonent.payments.models import Difference

    found = Difference.objects.create(
        day=till.now.date(),
        kind="bank_call",
        source="bank:kaspi",
        reference="1",
        owner="gateway",
        found_at=till.now,
    )
    office.post(reverse("office_difference", args=[found.pk]), {"note": "mine\0<script>", "settle": "1"})
    found.refresh_from_db()
    assert found.note == "mine<script>"
