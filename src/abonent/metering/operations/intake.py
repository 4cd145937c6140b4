"""What billing tells about meters and readings: staged rows resolved, compared and taken.

Everything runs in the import's one transaction and is safe to repeat. The staged tables have the columns of
docs/domain/bundle.md, with `account_id` resolved by accounts.intake.
"""

from abonent.base import staging
from abonent.base.staging import Staged, Taken
from abonent.metering.models import Meter, Reading
from abonent.portal.models import Service

_METERS = Meter._meta.db_table
_READINGS = Reading._meta.db_table
_METER_KEY = {"account_id": "account_id", "serial": "serial"}
_READING_KEY = {name: name for name in ("meter_id", "scale", "taken_on", "source")}
_METER_COLUMNS = (
    "service",
    "scales",
    "digits",
    "ratio",
    "installed_on",
    "verified_on",
    "next_verification_on",
    "planned_replacement_on",
    "removed_on",
    "tariff",
)


def resolve_meters(staged: Staged, services: Staged | None) -> list[tuple[int, str]]:
    """Give staged meters their ids and their service's. Returns unknown services as (line, code)."""
    staging.reserve(staged, _METERS, _METER_KEY)
    match = {"code": "service"}
    return staging.resolve(staged, "service_id", Service._meta.db_table, match, also=services)


def resolve_readings(staged: Staged, meters: Staged | None) -> list[tuple[int, str]]:
    """Give staged readings their ids and their meter's. Returns meters that nobody knows, as (line,
    serial)."""
    match = {"serial": "serial", "account_id": "account_id"}
    unknown = staging.resolve(staged, "meter_id", _METERS, match, also=meters)
    staging.reserve(staged, _READINGS, _READING_KEY)
    return unknown


def compare_meters(staged: Staged) -> Taken:
    return staging.compare(staged, _METERS, _sent(staged))


def compare_readings(staged: Staged) -> Taken:
    return staging.compare(staged, _READINGS, {"value": "value"})


def take_meters(staged: Staged) -> None:
    """Write staged meters: new rows, and known ones that differ."""
    staging.insert_new(staged, _METERS, _METER_KEY | _sent(staged, every=True))
    staging.update_changed(staged, _METERS, _sent(staged))


def take_readings(staged: Staged) -> None:
    """Write staged readings. One of the same meter, scale, day and source is corrected; readings of other
    sources are rows of their own and stay."""
    staging.insert_new(staged, _READINGS, _READING_KEY | {"value": "value"})
    staging.update_changed(staged, _READINGS, {"value": "value"})


def _sent(staged: Staged, *, every: bool = False) -> dict[str, str]:
    """The columns that the file had (or every one), by the table's names."""
    columns = [column for column in _METER_COLUMNS if every or column in staged.columns]
    names = ["service_id" if column == "service" else column for column in columns]
    return {name: name for name in names}
