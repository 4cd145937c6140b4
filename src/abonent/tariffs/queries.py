"""Reads of the tariffs that were loaded: which are in force on a day, which is a service's own.

Nothing is read for a request: the versions are kept by the data version (loading a tariff makes it grow),
what a text says by the text.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from abonent.base.kept import Kept
from abonent.tariffs.calculator import Tariff, parse_tariff
from abonent.tariffs.models import TariffVersion


@dataclass(frozen=True, slots=True)
class TariffVersionFacts:
    """One loading of a tariff's file (tariffs.models.TariffVersion)."""

    id: int
    code: str
    number: int
    service: str
    """The service's code."""
    is_own: bool
    """Its service's own: what a meter is charged by that names no tariff."""
    names: Mapping[str, str]
    takes_effect_on: date
    loaded_at: datetime
    loaded_by: str
    filename: str
    sha256: str
    text: str = field(repr=False)

    @property
    def tariff(self) -> Tariff:
        """What the calculator reckons with; parsed once in a process."""
        return _parsed.get(self.sha256, lambda: _Parsed(parse_tariff(self.text, self.filename))).tariff

    def name(self, language: str) -> str:
        return self.names.get(language) or self.names.get("ru") or self.code


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every version that was loaded, in the order of loading."""

    versions: tuple[TariffVersionFacts, ...]

    def __len__(self) -> int:
        return len(self.versions) + 1

    def in_force(self, code: str, on: date) -> TariffVersionFacts | None:
        """The code's version of that day: the one loaded last among those whose day has come."""
        return self._in_force(on).get(code)

    def own(self, service: str, on: date) -> TariffVersionFacts | None:
        """The tariff by which the service (its code) is charged where a meter names none."""
        return next((one for one in self._of_service(service, on) if one.is_own), None)

    def charged_by(self, service: str, tariff: str, on: date) -> TariffVersionFacts | None:
        """What a meter of the service is charged by: the tariff that it names, else the service's own. None
        also when it names one that was never loaded, or is another service's."""
        if not tariff:
            return self.own(service, on)
        found = self.in_force(tariff, on)
        return found if found and found.service == service else None

    def offered(self, service: str, on: date) -> tuple[TariffVersionFacts, ...]:
        """Every tariff of the service in force, its own first."""
        return tuple(sorted(self._of_service(service, on), key=lambda one: not one.is_own))

    def newest(self) -> tuple[TariffVersionFacts, ...]:
        """The last loaded version of every code, also of those that wait for their day."""
        return tuple({one.code: one for one in self.versions}.values())

    def _in_force(self, on: date) -> dict[str, TariffVersionFacts]:
        return {one.code: one for one in self.versions if one.takes_effect_on <= on}

    def _of_service(self, service: str, on: date) -> Iterable[TariffVersionFacts]:
        return [one for one in self._in_force(on).values() if one.service == service]


class _Parsed:
    def __init__(self, tariff: Tariff) -> None:
        self.tariff = tariff

    def __len__(self) -> int:
        return 1


_catalogues: Kept[Catalogue] = Kept(room=100_000)
_parsed: Kept[_Parsed] = Kept(room=1_000)


def known(*, version: int) -> Catalogue:
    """Every version loaded, read once for each data version (`accounts.queries.HeldAccount.data_version`)."""
    return _catalogues.get(version, loaded)


def loaded() -> Catalogue:
    """The same as the database has it now. One query."""
    rows = TariffVersion.objects.order_by("id").select_related("service")
    return Catalogue(tuple(facts(row) for row in rows))


def facts(row: TariffVersion) -> TariffVersionFacts:
    taken: dict[str, Any] = {name: getattr(row, name) for name in _SAME}
    return TariffVersionFacts(service=row.service.code, **taken)


_SAME = [name for name in TariffVersionFacts.__dataclass_fields__ if name != "service"]
