"""Machines by http, where the portal is served by https."""

from typing import Any

import pytest
from django.test import Client

from tests.payments.bank_calls import SECRET, bank, check, give_secret, let_call

KEY = {"Authorization": f"Bearer {SECRET}"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def served_by_https(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.TRUSTED_PROXIES = 1
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    let_call(settings, bank())
    give_secret(monkeypatch, "kaspi")


@pytest.mark.parametrize("address", ["/api/banks/kaspi/", "/api/banks/other/", "/api/gateways/card/notice/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_machines_are_refused_and_not_led_on(served_by_https: None, address: str, method: str) -> None:
    answer = getattr(Client(), method)(address, check("700"), headers=KEY)
    assert (answer.status_code, answer.headers.get("Location")) == (403, None)


def test_by_https_they_are_heard_and_people_are_still_led_on(served_by_https: None) -> None:
    by_https = {**KEY, "X-Forwarded-Proto": "https"}
    assert Client().get("/api/banks/kaspi/", check("700"), headers=by_https).status_code == 200
    assert Client().get("/pay/").headers["Location"].startswith("https://")
