"""charges.csv on its way into the months' tables: resolved, counted and copied block by block.

A row names an account and a service; what cannot be resolved, or stands twice, is a bad row. From the first
bad row on nothing is copied any more, but everything is still checked."""

import io
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, fields
from datetime import date

import polars as pl

from abonent.base.months import Month
from abonent.exchange.blocks import Block, Blocks
from abonent.exchange.checks import Checker
from abonent.exchange.copying import Copier
from abonent.exchange.formats.bundle import CHARGES
from abonent.exchange.problems import UNKNOWN, Problems
from abonent.exchange.progress import Meter
from abonent.exchange.resolution import Accounts, account_keys
from abonent.ledger import partitions
from abonent.ledger.totals import MonthTotals, ServiceTotals

_BALANCE = ("opening", "accrued", "corrections", "paid", "closing")
#: Lines whose balance does not add up that are listed one by one.
_LISTED = 1000
_THREADS = 2
_MONTHS = 4096  # more than there are months between the first and the last one allowed


@dataclass(frozen=True)
class Known:
    """What a charge may name. `blamed`: accounts and services whose own row was bad."""

    accounts: Accounts
    services: Mapping[str, int]
    blamed: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    """Files that could not be read: that a row names none of theirs is no news."""


@dataclass(frozen=True)
class LoadedTable:
    """A month's rows of the bundle, where they are and what they come to."""

    table: str
    totals: MonthTotals


class ChargeLoader:
    """Loads one charges.csv. `copying` False: check only, nothing is written."""

    def __init__(self, known: Known, problems: Problems, *, today: date, copying: bool) -> None:
        self.known, self.problems, self.today = known, problems, today
        self._copier = Copier() if copying else None
        self._tables: dict[str, str] = {}
        self._months: dict[str, int] = {}
        self._sums: dict[str, list[pl.DataFrame]] = {}
        self._keys: list[pl.DataFrame] = []
        self._service_codes = list(known.services)
        self._service_ids = pl.Series("service_id", list(known.services.values()), dtype=pl.Int64)

    def load(self, blocks: Blocks, meter: Meter) -> dict[Month, LoadedTable]:
        """Read it all; gives the months when there was no bad row."""
        checker = Checker(CHARGES, blocks.header, self.problems, today=self.today)
        try:
            for block, frame in self._checked(checker, blocks):
                if self.problems.errors:
                    blocks.hashing, checker.wanted = False, list(CHARGES.key)
                self._take(frame)
                meter.add(block.rows, len(block.data))
            self._find_duplicates()
            self._end(finish=not self.problems.errors)
        except BaseException:
            self._end(finish=False)
            raise
        return {Month.parse(month): self._loaded(month) for month in self._tables}

    def _checked(self, checker: Checker, blocks: Blocks) -> Iterator[tuple[Block, pl.DataFrame]]:
        """The blocks in their order, checked and resolved by two threads ahead of whoever asks."""
        with ThreadPoolExecutor(_THREADS, "checker") as pool:
            ahead: deque[tuple[Block, Future[pl.DataFrame]]] = deque()
            for block in blocks:
                ahead.append((block, pool.submit(lambda one: self._resolved(checker.check(one)), block)))
                if len(ahead) > _THREADS:
                    first, done = ahead.popleft()
                    yield first, done.result()
            for first, done in ahead:
                yield first, done.result()

    def _end(self, *, finish: bool) -> None:
        if self._copier:
            copier, self._copier = self._copier, None
            copier.finish() if finish else copier.give_up()

    def _resolved(self, frame: pl.DataFrame) -> pl.DataFrame:
        """With `place` (of the account) and `service_place`; unknown rows noted and taken out.
        While there is no error also the balance in cents."""
        places = self.known.accounts.places(frame["account"])
        services = frame["service"].replace_strict(
            self._service_codes, list(range(len(self._service_codes))), default=None, return_dtype=pl.Int64
        )
        frame = frame.with_columns(places.cast(pl.Int64).alias("place"), services.alias("service_place"))
        if places.null_count() or services.null_count():
            self._note_unknown(frame)
            frame = frame.drop_nulls(["place", "service_place"])
        return frame if self.problems.errors else frame.with_columns(_cents(name) for name in _BALANCE)

    def _note_unknown(self, frame: pl.DataFrame) -> None:
        for name, place in (("account", "place"), ("service", "service_place")):
            if f"{name}s" in self.known.silent:
                continue
            unknown = frame.filter(pl.col(place).is_null())
            values = account_keys(unknown[name]) if name == "account" else unknown[name]
            for line, value, key in zip(unknown["line"], unknown[name], values, strict=True):
                if key not in self.known.blamed:
                    self.problems.add("charges", line, name, value, UNKNOWN[name])

    def _take(self, frame: pl.DataFrame) -> None:
        if frame.is_empty():
            return
        months = frame["month"].unique().to_list()
        for month in months:
            self._months.setdefault(month, len(self._months))
        self._keys.append(self._numbered(frame))
        if self.problems.errors:
            self._end(finish=False)
            return
        self._note_imbalances(frame)
        if not self._copier:
            return
        frame = frame.with_columns(
            self.known.accounts.ids.gather(frame["place"]).alias("account_id"),
            self._service_ids.gather(frame["service_place"]),
        )
        for month in months:
            rows = frame if len(months) == 1 else frame.filter(pl.col("month") == month)
            self._sums.setdefault(month, []).append(_sums(rows))
            self._copy(month, rows)

    def _copy(self, month: str, rows: pl.DataFrame) -> None:
        assert self._copier  # noqa: S101 - for the type checker: _take has looked
        figures = [name for name in partitions.FIGURES if name in rows.columns]
        if month not in self._tables:
            self._copier.pause()
            self._tables[month] = partitions.create(Month.parse(month))
        table = self._tables[month]
        data = io.BytesIO()
        rows.select("account_id", "service_id", *figures).write_csv(
            data, include_header=False, separator="\t", null_value="\\N", quote_style="never"
        )
        self._copier.add(table, partitions.copy_statement(table, figures), data.getbuffer())

    def _note_imbalances(self, frame: pl.DataFrame) -> None:
        """opening + accrued + corrections - paid is not closing: kept, and told."""
        opening, accrued, corrections, paid, closing = (pl.col(f"{name}_cents") for name in _BALANCE)
        off = frame.filter(opening + accrued + corrections - paid != closing)
        listed = off.head(max(0, _LISTED - self.problems.warnings))
        self.problems.count("charges", "warning", off.height - listed.height)
        for row in listed.iter_rows(named=True):
            right = row["opening_cents"] + row["accrued_cents"] + row["corrections_cents"] - row["paid_cents"]
            reason = f"does not add up: opening + accrued + corrections - paid is {right / 100:.2f}"
            self.problems.add("charges", row["line"], "closing", row["closing"], reason, "warning")

    def _numbered(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A number for each row's key, and its line, for finding duplicates."""
        month = pl.col("month").replace_strict(self._months, return_dtype=pl.Int64)
        services = max(1, len(self._service_codes))
        key = (pl.col("place") * services + pl.col("service_place")) * _MONTHS + month
        return frame.select(key.alias("key"), "line")

    def _find_duplicates(self) -> None:
        if not self._keys:
            return
        keys = pl.concat(self._keys)
        self._keys.clear()
        in_order = keys["key"] if keys["key"].is_sorted() else keys["key"].sort()
        if (in_order.diff().drop_nulls() > 0).all():
            return
        twice = keys.filter(keys["key"].is_duplicated()).with_columns(
            pl.col("line").min().over("key").alias("first")
        )
        for key, line, first in twice.filter(pl.col("line") != pl.col("first")).sort("line").iter_rows():
            reason = f"stands twice: first in line {first}"
            self.problems.add("charges", line, ", ".join(CHARGES.key), self._key_of(key), reason)

    def _key_of(self, number: int) -> str:
        """The key behind a number of `_numbered`: account, month, service."""
        rest, month = divmod(number, _MONTHS)
        place, service = divmod(rest, max(1, len(self._service_codes)))
        account = self.known.accounts.key_at(place)
        return ", ".join([account, list(self._months)[month], self._service_codes[service]])

    def _loaded(self, month: str) -> LoadedTable:
        sums = pl.concat(self._sums[month])
        names = [field.name for field in fields(ServiceTotals)]
        by_service = sums.group_by("service_id").agg(pl.col(names).sum())
        services = {row[0]: ServiceTotals(*row[1:]) for row in by_service.iter_rows()}
        return LoadedTable(self._tables[month], MonthTotals(services))


def _cents(name: str) -> pl.Expr:
    """Whole cents: fourteen digits fit a double exactly, and so does the rounded product."""
    return (pl.col(name).cast(pl.Float64) * 100).round().cast(pl.Int64).alias(f"{name}_cents")


def _sums(frame: pl.DataFrame) -> pl.DataFrame:
    """Totals and fingerprints (`ledger.totals`) of a month by service."""
    weight = _weight()
    return frame.group_by("service_id").agg(
        pl.len().cast(pl.Int64).alias("rows"),
        *[pl.col(f"{name}_cents").sum().alias(name) for name in ("opening", "accrued", "closing")],
        *[(weight * pl.col(f"{name}_cents")).sum().alias(f"{name}_print") for name in ("opening", "closing")],
    )


def _weight() -> pl.Expr:
    """An odd number of 64 bits that belongs to account and service; products and sums wrap."""
    mixed = pl.col("account_id") * 0x1E3779B97F4A7C15 + pl.col("service_id") * 0x3F58476D1CE4E5B9
    return (mixed ^ (mixed // 0x80000000)) * 0x14D049BB133111EB | 1
