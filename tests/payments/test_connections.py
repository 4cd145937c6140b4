"""Gateways are opened from the profile and its secrets; a test may put its own in their place."""

import pytest
from django.conf import LazySettings

from abonent.payments import connections
from abonent.payments.gateway import GatewayMisconfigured
from abonent.portal.profile import Method, Paying
from tests.payments.fake_gateway import FakeGateway

SECRET = "ABONENT_GATEWAY_CARD_SECRET"
CARD = Method(
    code="card",
    provider="yookassa",
    label={"ru": "Картой", "kk": "Картамен"},
    options={"shop": "100500"},
)


@pytest.fixture(autouse=True)
def _profile(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    update = {"paying": Paying(methods=[CARD]), "currency": "RUB"}
    settings.PORTAL = settings.PORTAL.model_copy(update=update)
    monkeypatch.setenv(SECRET, "live_abc")


def test_a_method_is_found_by_its_code() -> None:
    assert connections.method("card") == CARD
    with pytest.raises(connections.UnknownMethod, match="no 'cash' in the profile"):
        connections.method("cash")
    with pytest.raises(KeyError):
        connections.gateway("cash")


def test_a_gateway_is_kept_while_nothing_of_it_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens live in it; a new secret opens it anew."""
    first = connections.gateway("card")
    assert connections.gateway("card") is first
    assert connections.gateway("card", read_seconds=3) is not first
    monkeypatch.setenv(SECRET, "live_def")
    assert connections.gateway("card") is not first


def test_without_its_secret_it_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    connections.gateway("card")
    monkeypatch.delenv(SECRET)
    with pytest.raises(GatewayMisconfigured, match=SECRET):
        connections.gateway("card")


def test_a_test_puts_its_own_in_its_place() -> None:
    outer, inner = FakeGateway(), FakeGateway()
    with connections.use("card", outer):
        with connections.use("card", inner):
            assert connections.gateway("card") is inner
        assert connections.gateway("card", read_seconds=3) is outer
    assert connections.gateway("card") not in (outer, inner)
