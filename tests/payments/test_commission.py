"""What a way of paying costs: docs/domain/paying.md row by row, and its bounds."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from abonent.base.money import CENT, ZERO
from abonent.payments.commission import charged, commission_of, cost
from abonent.portal.profile import Commission
from tests.payments.test_presets import table

AMOUNT = st.decimals(min_value=CENT, max_value=1_000_000, places=2, allow_nan=False)
PERCENT = st.decimals(min_value=0, max_value=20, places=3, allow_nan=False)
BOUND = st.decimals(min_value=0, max_value=1000, places=2, allow_nan=False)
RULES = st.builds(
    Commission,
    percent=PERCENT,
    minimum=BOUND,
    maximum=st.none() | BOUND,
    paid_by=st.sampled_from(["customer", "organisation"]),
)


def test_the_worked_rows() -> None:
    rows = table("Commission")
    assert len(rows) == 11
    for amount, percent, minimum, maximum, paid_by, costs, besides, total in rows:
        rule = Commission.model_validate(
            {"percent": percent, "minimum": minimum, "maximum": maximum or None, "paid_by": paid_by}
        )
        found = [each(Decimal(amount), rule) for each in (cost, commission_of, charged)]
        assert [str(one) for one in found] == [costs, besides, total], amount


@given(AMOUNT, RULES)
def test_it_stays_within_its_bounds(amount: Decimal, rule: Commission) -> None:
    found = cost(amount, rule)
    assert found >= 0
    assert found == found.quantize(CENT)
    if rule.maximum is not None:
        assert found <= rule.maximum
    if rule.maximum is None or rule.minimum <= rule.maximum:
        assert found >= rule.minimum
    exact = amount * rule.percent / 100
    if rule.minimum < exact and (rule.maximum is None or exact < rule.maximum):
        assert abs(found - exact) <= CENT / 2


@given(AMOUNT, RULES)
def test_amount_and_commission_are_the_total_and_the_organisations_adds_nothing(
    amount: Decimal, rule: Commission
) -> None:
    assert charged(amount, rule) == amount + commission_of(amount, rule)
    if rule.paid_by == "organisation":
        assert charged(amount, rule) == amount


@given(AMOUNT, AMOUNT, RULES)
def test_a_larger_payment_never_costs_less(one: Decimal, other: Decimal, rule: Commission) -> None:
    assert cost(min(one, other), rule) <= cost(max(one, other), rule)


def test_nothing_costs_nothing() -> None:
    assert cost(ZERO, Commission(percent=Decimal(1), minimum=Decimal(30))) == 0
