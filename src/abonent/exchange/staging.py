"""The good rows of a file, written into a temporary table as they are read; bad ones noted."""

import io
from dataclasses import dataclass, replace
from datetime import date

import polars as pl
from django.db import connection
from psycopg import sql
from psycopg.sql import SQL, Identifier

from abonent.base import staging
from abonent.base.identifiers import account_key
from abonent.base.staging import Before, Staged
from abonent.exchange.blocks import Blocks
from abonent.exchange.checks import Checker
from abonent.exchange.formats.bundle import Column, File
from abonent.exchange.problems import Problems
from abonent.exchange.progress import Meter
from abonent.exchange.resolution import account_keys

_TYPES = {"integer": "bigint", "decimal": "numeric", "date": "date", "month": "date"}
#: Ids that the rooms fill in.
_IDS = ("organisation_id", "parent_id", "service_id", "account_id", "meter_id")


@dataclass(frozen=True)
class Refused:
    """Keys of bad rows: rows of other files that name one of them are not to blame."""

    keys: set[str]


def name_of(column: Column) -> str:
    """The staged column's name: `id` is taken by the row's own."""
    return "id_there" if column.name == "id" else column.name


def key_of(column: Column) -> str:
    """Where the key of an account number is staged."""
    return "key" if column.name == "number" else f"{column.name}_key"


def stage(
    file: File,
    blocks: Blocks,
    problems: Problems,
    refused: Refused,
    meter: Meter,
    *,
    today: date,
    before: Before | None = None,
) -> Staged:
    """Check the file and stage its good rows. Duplicates are noted as problems."""
    columns = frozenset(name_of(file.column(name)) for name in blocks.header)
    staged = Staged(file.name, columns, 0, before)
    _create(file, staged)
    checker = Checker(
        file, blocks.header, problems, today=today, refused=lambda row: refused.keys.add(_key(file, row))
    )
    rows = 0
    for block in blocks:
        good = checker.check(block)
        rows += good.height
        _copy(file, staged, good, blocks.header)
        meter.add(block.rows, len(block.data))
    _analyze(staged)
    _note_duplicates(file, staged, problems)
    return replace(staged, rows=rows)


def _key(file: File, row: dict[str, str]) -> str:
    value = row.get(file.key[-1], "")
    return account_key(value) if file.column(file.key[-1]).kind == "number" else value


def _create(file: File, staged: Staged) -> None:
    columns: list[sql.Composable] = [SQL("line integer, id bigint, is_new boolean, public_id text")]
    columns += [SQL("{} bigint").format(Identifier(name)) for name in _IDS]
    for column in file.columns:
        columns.append(_definition(column))
        if column.kind == "number":
            columns.append(SQL("{} text").format(Identifier(key_of(column))))
    with connection.cursor() as cursor:
        cursor.execute(SQL("DROP TABLE IF EXISTS {}").format(staged.table))
        cursor.execute(
            SQL("CREATE TEMP TABLE {} ({}) ON COMMIT DROP").format(staged.table, SQL(", ").join(columns))
        )


def _definition(column: Column) -> sql.Composable:
    kind = _TYPES.get(column.kind, "text")
    default = column.default or ("" if kind == "text" and not column.refers else None)
    return SQL("{} {} DEFAULT {}").format(
        Identifier(name_of(column)),
        SQL(kind),
        sql.Literal(default),
    )


def _copy(file: File, staged: Staged, frame: pl.DataFrame, header: list[str]) -> None:
    names, columns = ["line"], [frame["line"]]
    for name in header:
        column = file.column(name)
        values = frame[name]
        names.append(name_of(column))
        columns.append(_filled(column, values))
        if column.kind == "number":
            names.append(key_of(column))
            columns.append(account_keys(values).alias(key_of(column)))
    data = io.BytesIO()
    pl.DataFrame([column.alias(name) for name, column in zip(names, columns, strict=True)]).write_csv(
        data, include_header=False
    )
    statement = SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        staged.table, SQL(", ").join(map(Identifier, names))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(data.getbuffer())


def _filled(column: Column, values: pl.Series) -> pl.Series:
    """Empty values as they are stored: the default, an empty text, or null. A month is its first day."""
    if column.kind == "month":
        return values + "-01"
    if column.default:
        return values.fill_null(column.default)
    if column.kind in _TYPES or column.refers:
        return values
    return values.fill_null("")


def _analyze(staged: Staged) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SQL("ANALYZE {}").format(staged.table))


def _note_duplicates(file: File, staged: Staged, problems: Problems) -> None:
    columns = [file.column(name) for name in file.key]
    key = [key_of(column) if column.kind == "number" else name_of(column) for column in columns]
    for line, first, value in staging.duplicates(staged, key, [name_of(column) for column in columns]):
        problems.add(file.name, line, ", ".join(file.key), value, f"stands twice: first in line {first}")
