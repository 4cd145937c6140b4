"""A tariff against last month's volumes, before it takes effect."""

import tracemalloc
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from abonent.base.months import Month
from abonent.consumption import preview as previewing
from abonent.consumption.loading import LoadReport, load_with_preview
from abonent.consumption.preview import Change, Preview, first_whole_month
from abonent.tariffs.models import TariffVersion
from tests.consumption import world
from tests.tariffs.files import FLAT, LEVELS, ZONES

pytestmark = pytest.mark.django_db

DECEMBER = date(2026, 12, 1)
DEARER = FLAT + '\n[[periods]]\nfrom = 2026-12-01\n[[periods.rates]]\ntotal = ["25.00"]\n'


def load(text: str, *, dry_run: bool = True, on: date | None = None) -> LoadReport:
    return load_with_preview(
        text=text,
        filename="power.toml",
        by="alice",
        takes_effect_on=on,
        dry_run=dry_run,
        now=world.NOW,
    )


def seen(text: str, *, on: date | None = None) -> Preview:
    return load(text, on=on).preview


def test_a_new_step_of_the_services_own_tariff(tmp_path: Path) -> None:
    world.load(tmp_path)
    found = seen(DEARER, on=DECEMBER)
    assert (found.volumes_of, found.reckoned_as) == (world.OCTOBER, Month(2026, 12))
    assert (found.accounts, found.on_other_tariffs, found.everybody) == (2, 1, False)  # 000200 is on zones
    # 120 and 50 kWh, from 24.35 to 25.00
    assert (found.before, found.after) == (Decimal("4139.50"), Decimal("4250.00"))
    assert found.difference == Decimal("110.50")
    assert f"{found.per_cent:.2f}" == "2.67"
    assert (found.more, found.less) == (2, 0)
    assert found.most == (
        Change("000100", Decimal("2922.00"), Decimal("3000.00")),
        Change("000300", Decimal("1217.50"), Decimal("1250.00")),
    )
    assert found.not_reckoned == {}


def test_only_meters_that_name_it_are_concerned(tmp_path: Path) -> None:
    world.load(tmp_path)
    found = seen(ZONES.replace('"30.00"', '"29.00"'))
    assert (found.accounts, found.on_other_tariffs) == (1, 2)
    assert (found.before, found.after, found.more, found.less) == (2200, 2140, 0, 1)
    assert found.most == ()


def test_nobody_is_charged_by_it_yet(tmp_path: Path) -> None:
    """Everybody with the service is reckoned; who cannot be is counted with the reason."""
    world.load(tmp_path)
    found = seen(LEVELS)
    assert (found.everybody, found.on_other_tariffs, found.accounts) == (True, 0, 1)
    assert found.before == Decimal("2922.00")
    assert found.after == Decimal("1800.00")  # 3 residents with an electric stove: 120 of 180 in the first
    assert found.not_reckoned == {"scales": 1, "residents": 1}
    assert found.examples == {"scales": ("000200",), "residents": ("000300",)}


@pytest.mark.parametrize(("accrued", "before", "after"), [("2922.00", 2922, 3500), ("4383.00", 4383, 5250)])
def test_the_norm_changes_and_the_raising_factor_stays(
    tmp_path: Path, accrued: str, before: int, after: int
) -> None:
    """2 residents without a meter: from 60 kWh each at 24.35 to 70 at 25.00; a raising factor stays."""
    norm = '\nraising_factor = "1.5"\n[[periods.norms]]\namount = "60"'
    old = FLAT.replace("from = 2026-10-01", f"from = 2026-10-01{norm}")
    new = f'{old}\n[[periods]]\nfrom = 2026-12-01{norm}\n[[periods.rates]]\ntotal = ["25.00"]\n'
    new = new[::-1].replace('"06"', '"07"', 1)[::-1]
    line = f"000300,2026-10,power,0,{accrued},0,0,{accrued},120,24.35\n"
    accounts = world.ACCOUNTS.replace('Абая, 3",7,,', 'Абая, 3",7,2,')
    world.load(tmp_path, tariffs=(old,), accounts=accounts, charges=world.CHARGES + line)
    found = seen(new, on=DECEMBER)
    assert (found.accounts, found.before, found.after) == (1, before, after)


def test_the_first_tariff_of_a_service_is_compared_with_what_was_billed(tmp_path: Path) -> None:
    world.load(tmp_path, tariffs=())
    found = seen(FLAT)
    assert (found.accounts, found.on_other_tariffs) == (2, 1)
    assert (found.before, found.after) == (Decimal("3922.00"), Decimal("4139.50"))


def test_nothing_was_billed_yet(tmp_path: Path) -> None:
    world.load(tmp_path, tariffs=(), charges=world.CHARGES)
    found = load(FLAT, dry_run=False)
    assert (found.preview.volumes_of, found.preview.accounts, found.preview.per_cent) == (None, 0, None)
    assert found.loaded
    assert found.loaded.is_new


def test_a_dry_run_writes_nothing_and_a_loading_does(tmp_path: Path) -> None:
    world.load(tmp_path, tariffs=())
    assert load(FLAT).loaded is None
    assert not TariffVersion.objects.exists()
    assert load(FLAT, dry_run=False).loaded
    again = load(FLAT, dry_run=False)
    assert again.loaded
    assert not again.loaded.is_new
    assert again.preview.difference == 0
    assert TariffVersion.objects.count() == 1


def test_those_who_pay_more_by_most_are_five_and_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches of three: the greatest come from any of them; queries grow by batches, not by accounts."""
    monkeypatch.setattr(previewing, "BATCH", 3)
    numbers = [f"7{number:05d}" for number in range(20)]
    head = world.ACCOUNTS.splitlines()[0]
    accounts = "".join(f'{number},ours,Ким,"ул. Абая",,1,,,\n' for number in numbers)
    charges = "".join(
        f"{number},2026-10,power,0,1,0,0,1,{10 + at * 7 % 20},\n" for at, number in enumerate(numbers)
    )
    world.load(
        tmp_path,
        tariffs=(FLAT,),
        accounts=f"{head}\n{accounts}",
        charges=world.CHARGES + charges,
        meters=world.METERS.splitlines()[0] + "\n",
        readings="account,serial,scale,taken_on,source,value\n",
    )
    with CaptureQueriesContext(connection) as queries:
        found = seen(DEARER, on=DECEMBER)
    assert found.accounts == 20
    assert [one.difference for one in found.most] == [
        Decimal("0.65") * volume for volume in range(29, 24, -1)
    ]
    batches, besides = 7, 8
    assert len(queries) == 4 * batches + besides


def test_memory_does_not_grow_with_the_accounts() -> None:
    """What is kept of an account is a few numbers of the totals."""
    sums = previewing._Sums()
    for number in range(1_000):
        sums.add(number, Decimal(number), Decimal(number + number % 97))
        sums.fail(number, "scales")
    tracemalloc.start()
    for number in range(1_000, 20_000):
        sums.add(number, Decimal(number), Decimal(number + number % 97))
        sums.fail(number, "scales")
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 20_000
    assert (len(sums.most), len(sums.examples["scales"]), sums.failed["scales"]) == (5, 3, 20_000)
    assert [-one[1] for one in sorted(sums.most, reverse=True)] == sorted(-one[1] for one in sums.most)


@pytest.mark.parametrize(
    ("day", "month"),
    [
        (date(2026, 12, 1), Month(2026, 12)),
        (date(2026, 12, 2), Month(2027, 1)),
        (date(2026, 11, 30), Month(2026, 12)),
    ],
)
def test_the_month_it_is_reckoned_as(day: date, month: Month) -> None:
    assert first_whole_month(day) == month


def test_progress_is_told(tmp_path: Path) -> None:
    world.load(tmp_path)
    told: list[tuple[int, int]] = []
    load_with_preview(
        text=DEARER,
        filename="power.toml",
        by="alice",
        takes_effect_on=None,
        dry_run=True,
        now=world.NOW,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(3, 3)]
