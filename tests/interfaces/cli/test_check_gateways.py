"""`abonent check` names what a method of payment lacks, and what to do."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from abonent.interfaces.cli import check_configuration, check_gateways
from abonent.interfaces.cli.finding import FAIL, OK, WARN, Finding
from abonent.portal.profile import Method, Paying

YOOKASSA = {"provider": "yookassa", "options": {"shop": "100500"}, "fiscal": {"vat": 1}}
HALYK = {"provider": "halyk", "options": {"client_id": "us", "terminal": "67e34d63", "shop": "04f25a4b"}}
SECRET = "ABONENT_GATEWAY_CARD_SECRET"


def found(settings: LazySettings, currency: str = "RUB", **method: Any) -> list[Finding]:
    one = Method(code="card", label={"ru": "Картой", "kk": "Картамен"}, **method)
    paying = Paying(methods=[one])
    settings.PORTAL = settings.PORTAL.model_copy(update={"paying": paying, "currency": currency})
    return list(check_gateways.findings())


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SECRET, "live_abc")


def test_a_portal_where_nobody_pays(settings: LazySettings) -> None:
    settings.PORTAL = settings.PORTAL.model_copy(update={"paying": Paying()})
    assert [one.state for one in check_gateways.findings()] == [OK]


@pytest.mark.usefixtures("secret")
@pytest.mark.parametrize(("method", "currency"), [(YOOKASSA, "RUB"), (HALYK, "KZT")])
def test_what_is_right(settings: LazySettings, method: dict[str, Any], currency: str) -> None:
    [finding] = found(settings, currency, **method)
    assert (finding.state, finding.subject) == (OK, "pay: card")


def test_a_missing_secret(settings: LazySettings) -> None:
    [finding] = found(settings, **YOOKASSA)
    assert finding == Finding(
        FAIL,
        "pay: card",
        f"{SECRET} (or {SECRET}_FILE) is not set",
        f"name a file that holds it, readable by abonent alone, in {SECRET}_FILE",
    )


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe"])
def test_a_file_that_holds_none(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv(f"{SECRET}_FILE", str(path))
    [finding] = found(settings, **YOOKASSA)
    assert finding.state == FAIL
    assert f"{SECRET}_FILE" in finding.text
    assert finding.remedy


def test_a_secret_changed_in_its_file_is_in_force_at_once(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "secret"
    monkeypatch.setenv(f"{SECRET}_FILE", str(path))
    path.write_text("live_abc\n", "utf-8")
    assert found(settings, **YOOKASSA)[0].state == OK
    path.write_text("", "utf-8")
    assert found(settings, **YOOKASSA)[0].state == FAIL


@pytest.mark.usefixtures("secret")
@pytest.mark.parametrize(
    ("method", "currency", "text"),
    [
        (YOOKASSA | {"options": {}}, "RUB", "options.shop is missing"),
        (YOOKASSA | {"options": {"shop": "1", "shopId": "1"}}, "RUB", "options.shopId is not known"),
        (HALYK | {"options": {"client_id": "us", "shop": "1"}}, "KZT", "options.terminal is missing"),
    ],
)
def test_options_are_named(settings: LazySettings, method: dict[str, Any], currency: str, text: str) -> None:
    [finding] = found(settings, currency, **method)
    assert finding.state == FAIL
    assert text in finding.text
    assert "paying.methods.options of 'card' in the profile" in finding.remedy


@pytest.mark.usefixtures("secret")
@pytest.mark.parametrize(("method", "currency"), [(YOOKASSA, "KZT"), (HALYK, "RUB")])
def test_a_provider_of_another_country(settings: LazySettings, method: dict[str, Any], currency: str) -> None:
    [finding] = found(settings, currency, **method)
    assert (finding.state, finding.remedy) == (
        FAIL,
        "choose a provider of the portal's country (docs/operations/payments.md)",
    )


@pytest.mark.usefixtures("secret")
@pytest.mark.parametrize("testing", [True, False])
def test_the_play_bank_is_for_the_demo(settings: LazySettings, testing: bool) -> None:
    settings.DEMO = settings.DEBUG = False
    settings.TESTING = testing
    options = {"shop": "card", "payee": "us", "address": "http://127.0.0.1:9"}
    [finding] = found(settings, provider="sandbox", options=options)
    assert finding.state == (WARN if testing else FAIL)
    assert "play bank" in finding.text
    assert ("take the method out" in finding.remedy) == (not testing)


@pytest.mark.usefixtures("secret")
@pytest.mark.parametrize(
    ("method", "currency", "text"),
    [
        (YOOKASSA | {"fiscal": None}, "RUB", "no data of the fiscal receipt (54-FZ) are sent"),
        (HALYK | {"fiscal": {"vat": 1}}, "KZT", "Halyk makes no fiscal receipts"),
    ],
)
def test_fiscal_data(settings: LazySettings, method: dict[str, Any], currency: str, text: str) -> None:
    opened, fiscal = found(settings, currency, **method)
    assert (opened.state, fiscal.state, fiscal.text) == (OK, WARN, text)


def test_it_is_a_part_of_the_check(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_configuration, "LOOKS", ())
    monkeypatch.setattr(check_configuration, "run_checks", list)
    found(settings, **YOOKASSA)
    assert "pay: card" in [one.subject for one in check_configuration.findings()]
