"""Billing's payments.csv holds what was booked here again: recognised, confirmed, never booked twice."""

import re
from pathlib import Path
from typing import Any

import pytest

from abonent.accounts.models import Account, LastPayment
from abonent.exchange.outgoing.payments import export_payments
from abonent.ledger.models import Payment, ToldPayment
from tests.exchange.booked import SOURCE, booked, told
from tests.exchange.conftest import DOCUMENT, NOW

pytestmark = pytest.mark.django_db
HEAD = "source,id,account,paid_on,amount,bank,service\n"
SAME = f"{SOURCE},1,0012345,2026-11-20,100.00,Сбербанк,"


@pytest.fixture
def ours(bundle: Any, load: Any) -> tuple[str, str]:
    """The document's example, and a payment of ours."""
    load(bundle())
    return booked("1")


@pytest.fixture
def say(bundle: Any, load: Any) -> Any:
    """say(row, …): billing's next bundle, payments alone."""

    def run(*rows: str, **options: Any) -> Any:
        return load(bundle(only=True, payments=HEAD + "".join(f"{row}\n" for row in rows)), **options)

    return run


def documented() -> dict[str, str]:
    """What becomes of each way of saying it, by the document."""
    section = DOCUMENT.read_text("utf-8").split("| billing says of a payment booked here | is |")[1]
    return {
        name.strip(" `"): outcome.strip()
        for name, outcome in re.findall(r"^\|([^|]+)\|([^|]+)\|$", section.split("\n\n")[0], re.M)
        if "---" not in name
    }


SAID = {
    "the same": SAME,
    "another `paid_on": SAME.replace("11-20", "11-21"),
    "another `bank": SAME.replace("Сбербанк", "Sber"),
    "another `service": f"{SAME}power",
    "another `amount": SAME.replace("100.00", "100.01"),
    "another `account": SAME.replace("0012345", "0012346"),
}


def test_the_document_names_every_way() -> None:
    assert set(documented()) == set(SAID)


@pytest.mark.parametrize("how", SAID)
def test_what_becomes_of_it(ours: tuple[str, str], say: Any, tmp_path: Path, how: str) -> None:
    export_payments(directory=tmp_path, now=NOW)
    before = Payment.objects.filter(by_portal=True).values().get()
    report = say(SAID[how])
    outcome = documented()[how]
    if outcome == "a bad row":
        assert report.outcome == "refused"
        assert "was booked before with other particulars" in str(report.problems[0])
        assert told() == {"1": (1, False)}
    else:
        assert report.outcome == "applied"
        assert (report.plan.files["payments"].new, report.plan.files["payments"].changed) == (0, 1)
        assert bool(report.warnings) == ("warning" in outcome)
        assert told() == {"1": (1, True)}
        assert say(SAID[how]).outcome == "nothing to do"
    assert Payment.objects.filter(by_portal=True).values().get() == before
    assert Payment.objects.filter(external_id="1").count() == 1


def test_billing_may_know_before_a_file_tells_it(ours: tuple[str, str], say: Any, tmp_path: Path) -> None:
    say(SAME, f"{SOURCE},9,0012345,2026-11-20,7.00,Сбербанк,")
    assert told() == {"1": (None, True)}
    assert export_payments(directory=tmp_path, now=NOW).files == ()
    assert Payment.objects.filter(source=SOURCE, by_portal=False).count() == 1, "the other is billing's own"


def test_what_billing_only_plans_is_not_confirmed(ours: tuple[str, str], say: Any) -> None:
    assert say(SAME, dry_run=True).outcome == "planned"
    assert not ToldPayment.objects.exists()


def test_a_payment_proves_an_account_only_once_billing_tells_of_it(
    ours: tuple[str, str], say: Any, tmp_path: Path
) -> None:
    """Whoever pays one tenge to a stranger's account must not prove it by that the same minute."""
    account = Account.objects.get(number="0012345")
    known = LastPayment.objects.filter(account=account).values().get()
    export_payments(directory=tmp_path, now=NOW)
    assert LastPayment.objects.filter(account=account).values().get() == known
    say(SAME)
    now_known = LastPayment.objects.get(account=account)
    assert (str(now_known.paid_on), [str(one) for one in now_known.amounts]) == ("2026-11-20", ["100.00"])
