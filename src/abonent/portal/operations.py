"""What billing tells about organisations and services, and the version of everything it told.

The staged functions run in the import's one transaction and are safe to repeat; they expect the temporary
tables that `exchange` fills by the columns of docs/domain/bundle.md.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import F
from psycopg import sql

from abonent.base import staging
from abonent.base.staging import Staged, Taken
from abonent.portal import counts
from abonent.portal.models import DataVersion, Organisation, Service

_ORGANISATIONS = Organisation._meta.db_table
_SERVICES = Service._meta.db_table


def resolve_organisations(staged: Staged) -> None:
    """Give staged organisations their ids, reserving new ones."""
    staging.reserve(staged, _ORGANISATIONS, {"code": "code"})


def resolve_services(staged: Staged, organisations: Staged | None) -> dict[str, list[tuple[int, str]]]:
    """Give staged services their ids and those they name. Returns what names nothing, by column, as
    (line, value)."""
    staging.reserve(staged, _SERVICES, {"code": "code"})
    match = {"code": "organisation"}
    return {
        "organisation": staging.resolve(staged, "organisation_id", _ORGANISATIONS, match, also=organisations),
        "parent": staging.resolve(staged, "parent_id", _SERVICES, {"code": "parent"}, also=staged),
    }


class ServiceCode(NamedTuple):
    id: int
    code: str
    organisation: str
    organisation_id: int
    is_part: bool
    """A nested line: it explains its parent's, and carries no balance of its own."""


def service_codes(services: Staged | None) -> list[ServiceCode]:
    """Every service the portal knows or is about to."""
    query: sql.Composable = sql.SQL(
        "SELECT s.id, s.code, o.code, o.id, s.parent_id IS NOT NULL FROM portal_service s"
        " JOIN portal_organisation o ON o.id = s.organisation_id"
    )
    if services:
        staged = sql.SQL(
            " UNION ALL SELECT id, code, organisation, organisation_id, parent_id IS NOT NULL"
            " FROM {} WHERE is_new"
        ).format(services.table)
        query = sql.Composed([query, staged])
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [ServiceCode(*row) for row in cursor.fetchall()]


def endless_parents(staged: Staged) -> list[tuple[int, str]]:
    """Staged services that are, by way of their parents, parts of themselves, as (line, parent)."""
    parents = dict(Service.objects.values_list("id", "parent_id"))
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("SELECT line, id, parent_id, parent FROM {} ORDER BY line").format(staged.table)
        )
        rows = cursor.fetchall()
    if "parent" in staged.columns:
        parents |= {id_: parent_id for _, id_, parent_id, _ in rows}
    return [(line, parent) for line, id_, _, parent in rows if _returns(id_, parents)]


def _returns(start: int, parents: Mapping[int, int | None]) -> bool:
    seen: set[int] = set()
    at = parents.get(start)
    while at is not None and at not in seen:
        if at == start:
            return True
        seen.add(at)
        at = parents.get(at)
    return False


def half_windows(staged: Staged) -> list[tuple[int, str, str]]:
    """Staged organisations that would have one end of their window alone, as (line, the column that stands,
    its value). A column that the file has not keeps what the portal knows."""
    ends = {
        name: sql.SQL("{}.{}").format(sql.SQL("s" if name in staged.columns else "t"), sql.Identifier(name))
        for name in ("readings_from", "readings_to")
    }
    query = sql.SQL(
        "SELECT s.line, {first}, {last} FROM {staged} s LEFT JOIN portal_organisation t ON t.id = s.id"
        " WHERE ({first} IS NULL) <> ({last} IS NULL) ORDER BY s.line"
    ).format(staged=staged.table, first=ends["readings_from"], last=ends["readings_to"])
    with connection.cursor() as cursor:
        cursor.execute(query)
        rows = cursor.fetchall()
    return [
        (line, "readings_to", str(last)) if first is None else (line, "readings_from", str(first))
        for line, first, last in rows
    ]


def compare_organisations(staged: Staged) -> Taken:
    return staging.compare(staged, _ORGANISATIONS, _sent(staged, {}))


def compare_services(staged: Staged) -> Taken:
    return staging.compare(staged, _SERVICES, _sent(staged, _SERVICE_NAMES))


def take_organisations(staged: Staged) -> None:
    """Write staged organisations: new rows, and known ones that differ."""
    _take(staged, _ORGANISATIONS, _every(Organisation, {}), {})


def take_services(staged: Staged) -> None:
    """Write staged services; call it after `take_organisations`."""
    _take(staged, _SERVICES, _every(Service, _SERVICE_NAMES), _SERVICE_NAMES)


def bump_data_version(*, now: datetime) -> int:
    """One more: whoever keeps what was drawn from the portal's data sees that it is stale, and the worker
    counts anew what is kept (portal.counts). Returns the version.

    Runs in the caller's transaction; the row stays locked until that ends.
    """
    DataVersion.objects.filter(pk=1).update(version=F("version") + 1, changed_at=now)
    counts.queue_renewal()
    return DataVersion.objects.get(pk=1).version


def data_version() -> int:
    """The version as it is: what was planned on another one is planned again."""
    return DataVersion.objects.get(pk=1).version


_SERVICE_NAMES = {"organisation": "organisation_id", "parent": "parent_id"}


def _sent(staged: Staged, names: dict[str, str]) -> dict[str, str]:
    """The columns that the file had, by the table's names."""
    columns = sorted(staged.columns - {"code"})
    return {names.get(column, column): names.get(column, column) for column in columns}


def _every(model: type[Organisation] | type[Service], names: dict[str, str]) -> dict[str, str]:
    left_out = {"id", "guessable_proofs_shut_at"}
    columns = [field.column for field in model._meta.concrete_fields if field.column not in left_out]
    return {column: column for column in columns if column}


def _take(staged: Staged, table: str, every: dict[str, str], names: dict[str, str]) -> None:
    staging.insert_new(staged, table, every)
    staging.update_changed(staged, table, _sent(staged, names))
