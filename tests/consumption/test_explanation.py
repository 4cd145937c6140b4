"""«Почему такая сумма»: the charge unfolded, ours beside it, and what is said about the difference."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from abonent.base.kept import forget_everything
from abonent.base.months import Month
from abonent.consumption.explanation import Explanation, explanation
from tests.consumption import world
from tests.tariffs.files import FLAT, LEVELS

pytestmark = pytest.mark.django_db

NORM = FLAT.replace('total = ["24.35"]', 'total = ["24.35"]\n[[periods.norms]]\namount = "60"').replace(
    "from = 2026-10-01", 'from = 2026-10-01\nraising_factor = "1.5"'
)
HEAD = "account,month,service,opening,accrued,corrections,paid,closing,volume,tariff"
COUNTS = "The supplier's amount is the one that counts. If you doubt it, ask the supplier."


def explained(key: str, service: str = "power", month: Month = world.OCTOBER) -> Explanation:
    with translation.override("en"):
        found = explanation(
            world.account(key), month=month, service=service, today=world.TODAY, **world.shown()
        )
    assert found
    return found


def charged(line: str, columns: str = "") -> dict[str, Any]:
    return {"charges": f"{HEAD}{columns}\n{line}\n"}


def test_volume_by_tariff_and_ours_the_same(tmp_path: Path) -> None:
    world.load(tmp_path)
    found = explained("100")
    line = found.line
    assert (line.volume, line.tariff, line.factor) == (120, Decimal("24.35"), None)
    assert (line.product, line.accrued, line.difference) == (Decimal("2922.00"), Decimal("2922.00"), 0)
    assert line.words == "Volume × tariff"
    assert [(one.volume, one.rate, one.amount) for one in found.ours] == [(120, Decimal("24.35"), 2922)]
    assert (found.our_total, found.difference, found.agrees) == (2922, 0, True)
    assert found.words == ("The tariff gives the same amount as the supplier's.",)


def test_parts_unfold_and_a_difference_is_said(tmp_path: Path) -> None:
    """Day 60 x 30.00 and night 40 x 10.00 make 2200; the supplier accrued 2300."""
    world.load(tmp_path)
    found = explained("200")
    assert [(part.service.code, part.product, part.difference) for part in found.line.parts] == [
        ("power-day", 1800, 0),
        ("power-night", 400, 0),
    ]
    assert found.line.words == "The lines below make 2\u00a0200,00, the supplier accrued 2\u00a0300,00."
    assert (found.our_total, found.difference, found.agrees) == (2200, 100, False)
    assert found.words == (
        "By the tariff we make it 2\u00a0200,00: the supplier's amount is 100,00 more.",
        COUNTS,
    )
    assert [(one.scale, one.volume) for one in found.ours] == [("day", 60), ("night", 40)]


def test_a_service_that_is_the_sum_of_its_parts(tmp_path: Path) -> None:
    world.load(tmp_path)
    for service in ("hot", "hot-heat"):
        found = explained("100", service)
        assert found.service.code == "hot"
        assert found.line.words == "The sum of the lines below"
        assert [part.product for part in found.line.parts] == [100, 200]
        assert (found.agrees, found.our_total) == (None, None)
        assert found.words == ("We have no figure of our own to compare with. No tariff is loaded for it.",)


def test_the_suppliers_amount_less_than_ours(tmp_path: Path) -> None:
    world.load(tmp_path)
    found = explained("300")
    assert found.difference == Decimal("-217.50")
    assert found.words[0] == "By the tariff we make it 1\u00a0217,50: the supplier's amount is 217,50 less."


def test_it_works_without_any_tariff(tmp_path: Path) -> None:
    world.load(tmp_path, tariffs=())
    found = explained("100")
    assert (found.line.product, found.line.difference, found.tariff_name) == (2922, 0, "")
    assert (found.ours, found.our_total, found.agrees) == ((), None, None)


def test_a_line_that_does_not_multiply(tmp_path: Path) -> None:
    world.load(tmp_path, **charged("000100,2026-10,power,0,2900.00,0,0,2900.00,120,24.35"))
    line = explained("100").line
    assert (line.product, line.difference) == (2922, -22)
    assert line.words == "Volume × tariff makes 2\u00a0922,00, the supplier accrued 2\u00a0900,00."


def test_a_line_without_volume_or_price(tmp_path: Path) -> None:
    world.load(tmp_path, **charged("000300,2026-10,power,0,100.00,0,0,100.00,,"))
    found = explained("300")
    assert found.line.words == "Billing told no volume or no price for this line."
    assert found.words == ("We have no figure of our own to compare with. The volume is not known.",)


@pytest.mark.parametrize(("accrued", "factor", "lines"), [("2922.00", None, 1), ("4383.00", "1.5", 2)])
def test_the_norm_and_the_raising_factor(
    tmp_path: Path, accrued: str, factor: str | None, lines: int
) -> None:
    """Without a meter: 2 residents x 60 kWh; whether the factor is due only billing knows."""
    accounts = world.ACCOUNTS.replace('Абая, 3",7,,', 'Абая, 3",7,2,')
    one = charged(f"000300,2026-10,power,0,{accrued},0,0,{accrued},120,24.35")
    world.load(tmp_path, tariffs=(NORM,), accounts=accounts, **one)
    found = explained("300")
    assert found.line.factor == (Decimal(factor) if factor else None)
    assert (found.line.product, found.line.difference) == (Decimal(accrued), 0)
    assert (found.our_total, found.agrees, len(found.ours)) == (Decimal(accrued), True, lines)
    assert ("raising factor 1,5" in found.line.words) == bool(factor)


def test_a_volume_that_is_not_the_norm_is_taken_as_charged(tmp_path: Path) -> None:
    """Sewage has no meter of its own and follows the water: 80, though the norm of 2 residents is 120."""
    accounts = world.ACCOUNTS.replace('Абая, 3",7,,', 'Абая, 3",7,2,')
    one = charged("000300,2026-10,power,0,1948.00,0,0,1948.00,80,24.35")
    world.load(tmp_path, tariffs=(NORM,), accounts=accounts, **one)
    found = explained("300")
    assert ([line.volume for line in found.ours], found.agrees) == ([80], True)


def test_the_readings_and_the_charge_may_differ(tmp_path: Path) -> None:
    """The price is compared by the volume that was charged; that it differs from the meter's is said."""
    world.load(tmp_path, **charged("000100,2026-10,power,0,2435.00,0,0,2435.00,100,24.35"))
    found = explained("100")
    assert found.agrees
    assert found.used.metered == 120
    assert found.words[0] == "By the readings 120 кВт·ч were used; 100 кВт·ч were charged."


def test_corrections_underdelivery_and_the_norm_are_said(tmp_path: Path) -> None:
    columns = ",undelivered_days,undelivered_amount,within_norm"
    line = "000100,2026-10,power,0,2922.00,-122.00,0,2800.00,120,24.35,1.5,-141.38,1500.00"
    world.load(tmp_path, **charged(line, columns))
    found = explained("100")
    assert (found.corrections, found.undelivered_days) == (-122, Decimal("1.5"))
    assert found.words[1:] == (
        "Corrections of \u2212122,00 come on top: recalculations and the like.",
        "Of them \u2212141,38 for 1,5 days of underdelivery.",
        "Within the social norm it costs 1\u00a0500,00.",
    )


def test_an_estimate_is_said(tmp_path: Path) -> None:
    world.load(tmp_path, months=5)
    found = explained("100", month=Month(2026, 6))
    assert "Some of the volume is an estimate: the next reading puts it right." in found.words


@pytest.mark.parametrize(
    ("language", "rule", "verdict"),
    [
        (
            "ru",
            "1-й уровень: до 50 включительно",
            "По тарифу у нас получается 3\u00a0150,00: сумма поставщика больше на 850,00.",
        ),
        ("kk", "1-деңгей", "Тариф бойынша бізде 3\u00a0150,00 шығады: жеткізушінің сомасы 850,00 артық."),
    ],
)
def test_it_speaks_the_readers_language(tmp_path: Path, language: str, rule: str, verdict: str) -> None:
    """1 resident: 50 x 15.00 + 50 x 20.00 + 46.666 x 30.00."""
    accounts = world.ACCOUNTS.replace(",12,3,", ",12,1,").replace("electric_stove", "")
    own = LEVELS.replace('steps = "levels"', 'steps = "levels"\ndefault = true')
    one = charged("000100,2026-10,power,0,4000.00,0,0,4000.00,146.66667,")
    world.load(tmp_path, tariffs=(own,), accounts=accounts, **one)
    with translation.override(language):
        found = explanation(
            world.account("100"), month=world.OCTOBER, service="power", today=world.TODAY, **world.shown()
        )
    assert found
    assert rule in found.ours[0].words
    assert verdict in found.words


def test_nothing_was_charged(tmp_path: Path) -> None:
    world.load(tmp_path)
    shown = world.shown()
    for month, service in ((Month(2026, 11), "power"), (world.OCTOBER, "gas")):
        found = explanation(world.account("100"), month=month, service=service, today=world.TODAY, **shown)
        assert found is None


def test_queries_do_not_grow_with_parts(tmp_path: Path) -> None:
    world.load(tmp_path)
    counts = []
    for key, service in (("300", "power"), ("200", "power"), ("100", "hot")):
        account, shown = world.account(key), world.shown()
        forget_everything()
        explanation(account, month=Month(2026, 9), service=service, today=world.TODAY, **shown)
        with CaptureQueriesContext(connection) as queries:
            assert explanation(account, month=world.OCTOBER, service=service, today=world.TODAY, **shown)
        counts.append(len(queries))
    assert counts == [4, 4, 4]
