"""Rows staged in a temporary table, compared with the rows that are there, and taken over set by set.

A staged table has `line` (where the row stood in its file), `id` (the row's own id, reserved when it is new)
and `is_new` beside its values. Everything here runs in the caller's transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import LiteralString

from django.db import connection
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

#: Beyond so many unresolved rows of one kind the rest is only counted by whoever asks again.
MOST_LISTED = 100_000


@dataclass(frozen=True)
class Before:
    """Where what a run is about to change is kept, so that it can be undone: tables, and the run's number."""

    run: int
    images: str
    """(run_id, target, row_id, was): the columns of a row that are overwritten, as JSON."""
    fresh: str
    """(run_id, target, first_id, last_id): new rows, as ranges of ids."""


@dataclass(frozen=True)
class Staged:
    """One staged file: `columns` are those that the file had; the others hold their defaults."""

    name: str
    columns: frozenset[str]
    rows: int
    before: Before | None = None
    """Given: writing it keeps what was there."""

    @property
    def table(self) -> Identifier:
        return Identifier(f"staged_{self.name}")


@dataclass(frozen=True)
class Taken:
    """What a file means for the table it goes to, in rows."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0

    @property
    def changes(self) -> bool:
        return bool(self.new or self.changed)


def reserve(staged: Staged, target: str, match: Mapping[str, str]) -> None:
    """Give every staged row its id: that of the row in `target` whose columns equal the staged ones named by
    `match` (target column -> staged column), or a fresh one of the target's sequence."""
    _execute(
        "UPDATE {staged} s SET id = coalesce(f.id, nextval(pg_get_serial_sequence({target_text}, 'id'))),"
        " is_new = f.id IS NULL FROM (SELECT s.line, t.id FROM {staged} s LEFT JOIN {target} t ON {match}) f"
        " WHERE f.line = s.line",
        staged=staged.table,
        target=Identifier(target),
        target_text=Literal(target),
        match=_equal("t", "s", match),
    )
    _execute("ANALYZE {staged}", staged=staged.table)


def resolve(
    staged: Staged,
    into: str,
    target: str,
    match: Mapping[str, str],
    *,
    also: Staged | None = None,
    shown: str = "",
) -> list[tuple[int, str]]:
    """Set the staged column `into` to the id of the row that `match` (target column -> staged column) names,
    in `target` or among the new rows of `also` (whose columns bear the same names as the target's).

    Returns the rows that name nothing, as (line, value of `shown` or of the first matched column), at most
    MOST_LISTED; empty values name nothing and are left alone.
    """
    asked = SQL(" AND ").join(SQL("{} IS NOT NULL").format(Identifier(name)) for name in match.values())
    place: Composable = Identifier(target)
    if also:
        place = SQL("(SELECT {c} FROM {t} UNION ALL SELECT {c} FROM {a} WHERE is_new)").format(
            c=SQL(", ").join(map(Identifier, ["id", *match])), t=place, a=also.table
        )
    _execute(
        "UPDATE {staged} s SET {into} = t.id FROM {place} t WHERE {match}",
        staged=staged.table,
        into=Identifier(into),
        place=place,
        match=_equal("t", "s", match),
    )
    return _rows(
        "SELECT line, {shown} FROM {staged} WHERE {into} IS NULL AND {asked} ORDER BY line LIMIT {most}",
        staged=staged.table,
        into=Identifier(into),
        shown=Identifier(shown or next(iter(match.values()))),
        asked=asked,
        most=Literal(MOST_LISTED),
    )


def duplicates(staged: Staged, key: Sequence[str], shown: Sequence[str]) -> list[tuple[int, int, str]]:
    """Rows whose key stood before: (line, line of the first, the columns `shown`), at most MOST_LISTED."""
    columns = SQL(", ").join(map(Identifier, key))
    return _rows(
        "SELECT s.line, d.first, concat_ws(', ', {shown}) FROM {staged} s JOIN ("
        "  SELECT {key}, min(line) AS first FROM {staged} GROUP BY {key} HAVING count(*) > 1) d USING ({key})"
        " WHERE s.line <> d.first ORDER BY s.line LIMIT {most}",
        staged=staged.table,
        key=columns,
        shown=SQL(", ").join(Identifier("s", name) for name in shown),
        most=Literal(MOST_LISTED),
    )


def compare(staged: Staged, target: str, values: Mapping[str, str]) -> Taken:
    """How many rows are new, changed, unchanged: `values` are target column -> staged column."""
    ((new, changed, everything),) = _rows(
        "SELECT count(*) FILTER (WHERE s.is_new), count(*) FILTER (WHERE NOT s.is_new AND {differ}), count(*)"
        " FROM {staged} s LEFT JOIN {target} t USING (id)",
        staged=staged.table,
        target=Identifier(target),
        differ=differ(values),
    )
    return Taken(new, changed, everything - new - changed)


def insert_new(
    staged: Staged,
    target: str,
    values: Mapping[str, str],
    *,
    constants: Mapping[str, int | str] | None = None,
) -> None:
    """Insert the new rows, under their reserved ids; `constants` are the same in each."""
    constants = constants or {}
    _keep_ranges(staged, target)
    _execute(
        "INSERT INTO {target} (id, {columns}) OVERRIDING SYSTEM VALUE"
        " SELECT id, {values} FROM {staged} WHERE is_new ORDER BY line",
        staged=staged.table,
        target=Identifier(target),
        columns=SQL(", ").join(map(Identifier, [*values, *constants])),
        values=SQL(", ").join([*map(Identifier, values.values()), *map(Literal, constants.values())]),
    )


def update_changed(staged: Staged, target: str, values: Mapping[str, str]) -> None:
    """Update those known rows that differ, and no others."""
    if not values:
        return
    keep_changed(staged, target, values)
    sets = [SQL("{} = s.{}").format(Identifier(name), Identifier(of)) for name, of in values.items()]
    _execute(
        "UPDATE {target} t SET {sets} FROM {staged} s WHERE s.id = t.id AND NOT s.is_new AND {differ}",
        staged=staged.table,
        target=Identifier(target),
        sets=SQL(", ").join(sets),
        differ=differ(values),
    )


def keep_changed(staged: Staged, target: str, values: Mapping[str, str]) -> None:
    """Where a run is to be undoable: the columns that `update_changed` overwrites, of the rows it changes."""
    if staged.before:
        _execute(
            "INSERT INTO {images} (run_id, target, row_id, was)"
            " SELECT {run}, {name}, t.id, to_jsonb((SELECT one FROM (SELECT {columns}) one))"
            " FROM {staged} s JOIN {target} t USING (id) WHERE NOT s.is_new AND {differ}",
            images=Identifier(staged.before.images),
            run=Literal(staged.before.run),
            name=Literal(target),
            columns=SQL(", ").join(Identifier("t", name) for name in values),
            staged=staged.table,
            target=Identifier(target),
            differ=differ(values),
        )


def restore(before: Before, target: str, *, unless: LiteralString = "false") -> int:
    """Give the rows of `target` that a run changed the values they had, but for those of which `unless` is
    true (`t` is the row as it is). Returns how many. In the caller's transaction."""
    columns = _rows(
        "SELECT jsonb_object_keys(was) FROM (SELECT was FROM {images} WHERE run_id = {run}"
        " AND target = {name} LIMIT 1) one",
        images=Identifier(before.images),
        run=Literal(before.run),
        name=Literal(target),
    )
    if not columns:
        return 0
    query = SQL(
        "UPDATE {target} t SET {sets} FROM {images} i, jsonb_populate_record(NULL::{target}, i.was) r"
        " WHERE i.run_id = {run} AND i.target = {name} AND t.id = i.row_id AND NOT ({unless})"
    ).format(
        target=Identifier(target),
        sets=SQL(", ").join(SQL("{0} = r.{0}").format(Identifier(name)) for (name,) in columns),
        images=Identifier(before.images),
        run=Literal(before.run),
        name=Literal(target),
        unless=SQL(unless),
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.rowcount)


def _keep_ranges(staged: Staged, target: str) -> None:
    """New ids come from the target's sequence one after the other: a handful of ranges says them all."""
    if staged.before:
        _execute(
            "INSERT INTO {fresh} (run_id, target, first_id, last_id)"
            " SELECT {run}, {name}, min(id), max(id) FROM ("
            "  SELECT id, id - row_number() OVER (ORDER BY id) AS island FROM {staged} WHERE is_new) one"
            " GROUP BY island",
            fresh=Identifier(staged.before.fresh),
            run=Literal(staged.before.run),
            name=Literal(target),
            staged=staged.table,
        )


def _equal(left: str, right: str, match: Mapping[str, str]) -> Composed:
    return SQL(" AND ").join(
        SQL("{}.{} = {}.{}").format(Identifier(left), Identifier(a), Identifier(right), Identifier(b))
        for a, b in match.items()
    )


def differ(values: Mapping[str, str]) -> Composable:
    if not values:
        return SQL("false")
    ours = SQL(", ").join(SQL("t.{}").format(Identifier(name)) for name in values)
    theirs = SQL(", ").join(SQL("s.{}").format(Identifier(name)) for name in values.values())
    return SQL("({}) IS DISTINCT FROM ({})").format(ours, theirs)


def _execute(query: LiteralString, **parts: Composable) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SQL(query).format(**parts))


def _rows(query: LiteralString, **parts: Composable) -> list[tuple]:  # type: ignore[type-arg]
    with connection.cursor() as cursor:
        cursor.execute(SQL(query).format(**parts))
        return list(cursor.fetchall())
