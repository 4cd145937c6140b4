"""He comes back to the page with an address that says a lot: nothing of it is believed."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.payments.conftest import expected, ledger
from tests.payments.faults.life import Life, World, live
from tests.payments.faults.reckoning import complaints

pytestmark = pytest.mark.django_db

LIES = {
    "status": "succeeded",
    "state": "booked",
    "amount": "1.00",
    "orderId": "g-1",
    "payment_id": "another",
    "error": "canceled",
}


def test_what_stands_in_the_return_address_changes_nothing(life: Life, world: World) -> None:
    live(life, to="customer")
    browser = Client()
    browser.force_login(world.till.customer)
    before = life.row
    for _ in range(2):
        answer = browser.get(reverse("payment", args=[life.key]), LIES)
        assert answer.status_code == 200
        assert "1010,00" in answer.content.decode().replace("\xa0", "").replace(" ", "")
    after = life.row
    assert (after.state, after.amount, after.gateway_id) == ("sent", before.amount, before.gateway_id)
    assert (ledger(), sum(expected().values())) == ({}, 1000)
    live(life, since="customer")
    assert browser.get(reverse("payment", args=[life.key]), LIES).status_code == 200
    world.finish()
    assert complaints(world) == []
