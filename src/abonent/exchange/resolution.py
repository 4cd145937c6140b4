"""Account numbers as billing writes them -> the portal's ids, whole columns at once.

The meaning is that of `identifiers.account_key`. A number of digits alone is its own key once it is an
integer; the few others go through `account_key` itself."""

from collections.abc import Iterable
from functools import cached_property

import polars as pl

from abonent.base.identifiers import account_key

_DIGITS = r"^[0-9]{1,18}$"


def account_keys(numbers: pl.Series) -> pl.Series:
    """`account_key` of every number; null stays null."""
    if not numbers.len() or (numbers.str.contains(r"^[0-9]+$") | numbers.is_null()).all():
        bare = numbers.str.strip_chars_start("0")
        return pl.select(pl.when(numbers != "").then(pl.when(bare == "").then(pl.lit("0")).otherwise(bare)))[
            :, 0
        ].alias(numbers.name)
    different = numbers.drop_nulls().unique()
    keys = [account_key(number) for number in different]
    return numbers.replace_strict(different, keys, default=None, return_dtype=pl.String)


class Accounts:
    """Every account known: `places` of numbers, and the ids at those places."""

    def __init__(self, lines: Iterable[str]) -> None:
        """`lines`: CSV `key,id` in pieces."""
        known = _read("".join(lines).encode())
        plain = known["key"].str.contains(_DIGITS)
        digits = known.filter(plain).with_columns(pl.col("key").cast(pl.Int64)).sort("key")
        others = known.filter(~plain)
        self._numbers = digits["key"]
        self.ids = pl.concat([digits["id"], others["id"]])
        self._others = others.select("key").with_row_index("place", digits.height)

    def places(self, numbers: pl.Series) -> pl.Series:
        """Where each account stands in `ids`; null when nobody knows it."""
        as_digits = numbers.cast(pl.Int64, strict=False)
        if self._numbers.len() and as_digits.null_count() == 0 and numbers.str.contains(r"^[0-9]").all():
            return self._places_of_digits(as_digits)
        return self._places_of_keys(account_keys(numbers))

    def key_at(self, place: int) -> str:
        """The account's number there, as numbers are compared."""
        plain = self._numbers.len()
        return str(self._numbers[place] if place < plain else self._others["key"][place - plain])

    def _places_of_digits(self, digits: pl.Series) -> pl.Series:
        found = self._numbers.search_sorted(digits).clip(upper_bound=self._numbers.len() - 1)
        right = self._numbers.gather(found) == digits
        return found if right.all() else found.zip_with(right, pl.Series([None], dtype=found.dtype))

    @cached_property
    def _every_key(self) -> pl.DataFrame:
        digits = pl.DataFrame({"key": self._numbers.cast(pl.String)}).with_row_index("place")
        return pl.concat([digits.select("place", "key"), self._others.select("place", "key")])

    def _places_of_keys(self, keys: pl.Series) -> pl.Series:
        asked = pl.DataFrame({"key": keys})
        return asked.join(self._every_key, on="key", how="left", maintain_order="left")["place"]


def _read(lines: bytes) -> pl.DataFrame:
    schema = {"key": pl.String, "id": pl.Int64}
    return pl.read_csv(lines, has_header=False, schema=schema) if lines else pl.DataFrame(schema=schema)
