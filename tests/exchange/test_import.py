"""A bundle comes in: all of it, once, and what the portal has afterwards."""

from decimal import Decimal
from typing import Any

import pytest

from abonent.accounts.models import Account
from abonent.exchange.models import Run
from abonent.ledger.models import Charge, Payment
from abonent.metering.models import Meter, Reading
from abonent.portal.models import DataVersion, Organisation, Service

pytestmark = pytest.mark.django_db


def version() -> int:
    return DataVersion.objects.get().version


def test_the_documents_example_comes_in(bundle: Any, load: Any) -> None:
    before = version()
    report = load(bundle())
    assert report.outcome == "applied", report.problems
    assert report.problems == ()
    assert Organisation.objects.get().name_kk == "«АлматыЭнергоСбыт» ЖШС"
    assert Service.objects.get(code="power-day").parent == Service.objects.get(code="power")
    account = Account.objects.get(key="12345")
    assert (account.number, account.residents, account.area) == ("0012345", 3, Decimal("54.20"))
    assert len(account.public_id) == 22
    assert Meter.objects.get(serial="00781234").scales == 2
    assert Reading.objects.get(scale="night").value == Decimal("7311.500")
    charge = Charge.objects.get(account__key="12346")
    assert (charge.closing, charge.volume) == (Decimal("-558.10"), Decimal("100"))
    assert sum(Payment.objects.values_list("amount", flat=True)) == Decimal("4000.00")
    assert version() == before + 1
    run = Run.objects.get()
    assert run.state == "applied"
    assert run.counts["files"]["payments"] == [4, 0, 0]
    assert run.counts["months"]["2026-10"][0] == "new"
