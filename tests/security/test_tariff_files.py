"""Files of tariffs that were made to do harm, or went wrong badly: a reason in a line, never a trace."""

import pytest

from abonent.tariffs.calculator import TariffError, parse_tariff
from tests.tariffs.files import FLAT

BAD = {
    "nested lists": "a = " + "[" * 100_000 + "]" * 100_000,
    "nested tables": "a = " + "{a=" * 50_000 + "1" + "}" * 50_000,
    "an endless number": "a = " + "9" * 100_000,
    "an endless rate": FLAT.replace('"20.00"', '"' + "9" * 100_000 + '"'),
    "a number beyond all": FLAT.replace('"20.00"', '"1e999"'),
    "no number": FLAT.replace('"20.00"', '"NaN"'),
    "less than nothing": FLAT.replace('"20.00"', '"-1"'),
    "a null character": FLAT.replace("Одноставочный", "\\u0000"),
    "two lines": FLAT.replace("Одноставочный", "Одно\\r\\nBcc: all@example.kz"),
    "an endless name": FLAT.replace("Одноставочный", "z" * 1000),
    "another file": FLAT.replace('"flat"', '"../../etc/passwd"'),
}


@pytest.mark.parametrize("how", BAD)
def test_a_bad_file_is_refused_in_lines(how: str) -> None:
    with pytest.raises(TariffError) as refused:
        parse_tariff(BAD[how], "bad.toml")
    reasons = str(refused.value).splitlines()
    assert all(one.startswith("bad.toml: ") for one in reasons)
    assert len(reasons) < 20
