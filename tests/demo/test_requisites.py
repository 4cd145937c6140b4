"""Bank details pass the checks that banks make, and belong to a bank that does not exist."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abonent.demo.town import requisites


@given(st.integers(min_value=0, max_value=10**13 - 1))
def test_an_iban_leaves_one_when_divided_by_97(number: int) -> None:
    iban = requisites.iban(number)
    digits = "".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])
    assert iban[:2] == "KZ"
    assert len(iban) == 20
    assert int(digits) % 97 == 1


@pytest.mark.parametrize("balance", ["40702", "40703"])
@given(number=st.integers(min_value=0, max_value=10**11 - 1))
def test_a_russian_account_has_the_key_of_its_bank(balance: str, number: int) -> None:
    account = requisites.russian_account(number, balance=balance)
    assert len(account) == 20
    assert _key_sum(requisites.RUSSIAN_BANK["bank_code"][-3:] + account) % 10 == 0


def test_a_correspondent_account_has_the_key_of_its_region() -> None:
    account = requisites.russian_account(0, balance="30101")
    code = requisites.RUSSIAN_BANK["bank_code"]
    assert account[-3:] == code[-3:]
    assert _key_sum("0" + code[4:6] + account) % 10 == 0


def test_the_key_is_that_of_a_published_example() -> None:
    """Letter 515 of the Bank of Russia: БИК 049805746, account 40602810700000000025."""
    assert requisites.russian_account(25, balance="40602", bank_code="049805746") == "40602810700000000025"


@given(st.integers(min_value=1, max_value=90_000))
def test_a_bin_has_its_control_digit(number: int) -> None:
    found = requisites.bin_number(number)
    digits = [int(digit) for digit in found]
    control = sum(d * w for d, w in zip(digits, range(1, 12), strict=False)) % 11
    if control == 10:
        control = sum(d * w for d, w in zip(digits, [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2], strict=False)) % 11
    assert len(digits) == 12
    assert digits[-1] == control


def test_an_inn_has_its_control_digit() -> None:
    """7707083893, a published one, stands for the weights; ours are of region 99."""
    weights = (2, 4, 10, 3, 5, 9, 4, 6, 8)
    for inn in ("7707083893", requisites.inn(101)):
        assert sum(int(d) * w for d, w in zip(inn, weights, strict=False)) % 11 % 10 == int(inn[-1])


def _key_sum(digits: str) -> int:
    return sum(int(digit) * (7, 1, 3)[i % 3] for i, digit in enumerate(digits))
