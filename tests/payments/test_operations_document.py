"""docs/operations/payments.md: its examples open, and every option and variable is explained."""

import re
import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from abonent.payments import connections
from abonent.payments.gateway import Connection, GatewayMisconfigured
from abonent.payments.providers import halyk, yookassa
from abonent.portal.profile import Method

OPERATIONS = Path(__file__).resolve().parents[2] / "docs" / "operations"
GUIDE = (OPERATIONS / "payments.md").read_text("utf-8")
PROVIDERS = {"yookassa": (yookassa, "RUB"), "halyk": (halyk, "KZT")}


def connection(method: Method) -> Connection:
    currency = PROVIDERS[method.provider][1]
    return Connection(method.code, method.options, "a secret", currency, ZoneInfo("Asia/Almaty"))


EXAMPLES = [
    Method.model_validate(one)
    for text in re.findall(r"```toml\n(.*?)```", GUIDE, re.S)
    for one in tomllib.loads(text).get("paying", {}).get("methods", [])
]


def test_there_is_one_of_each() -> None:
    assert {method.provider for method in EXAMPLES} == set(PROVIDERS)


@pytest.mark.parametrize("method", EXAMPLES, ids=lambda method: method.provider)
def test_an_example_opens(method: Method) -> None:
    assert PROVIDERS[method.provider][0].connect(connection(method))


@pytest.mark.parametrize("method", EXAMPLES, ids=lambda method: method.provider)
def test_every_option_is_explained(method: Method) -> None:
    wrong = method.model_copy(update={"options": method.options | {"no_such": "1"}})
    with pytest.raises(GatewayMisconfigured) as raised:
        PROVIDERS[method.provider][0].connect(connection(wrong))
    known = re.search(r"known: ([\w, ]+)\)", str(raised.value))
    assert known
    title = {"yookassa": "## YooKassa", "halyk": "## Halyk ePay"}[method.provider]
    section = GUIDE.split(title)[1].split("\n## ")[0]
    rows = " ".join(re.findall(r"^\| (`.*?) \|", section, re.M))
    assert [name for name in known[1].split(", ") if f"`{name}`" not in rows] == []


def test_secrets_are_named_as_they_are_read() -> None:
    assert f"{connections.secret_name('card')}_FILE=" in GUIDE
    settings = (OPERATIONS / "settings.md").read_text("utf-8")
    for name in ("ABONENT_GATEWAY_<CODE>_SECRET", "ABONENT_GATEWAY_<CODE>_SECRET_FILE"):
        assert f"`{name}`" in settings


def test_every_code_of_a_fiscal_receipt_is_explained() -> None:
    rows = dict(re.findall(r"^\| `(vat|tax_system)` \| (.*?) \|$", GUIDE, re.M))
    for key, last in (("vat", 12), ("tax_system", 6)):
        codes = [int(part.split()[0]) for part in rows[key].split(";")[0].split(", ")]
        assert codes == list(range(1, last + 1))


def test_its_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+?\.md)", GUIDE)
    assert [link for link in links if not (OPERATIONS / link).resolve().exists()] == []
