"""Reads of the tariffs that were loaded: which are in force on a day, which is a service's own.

Nothing is read for a request: the versions are kept by the data version (loading a tariff makes it grow),
what a text says by the text. A version that this release cannot read any more (an upgrade reads more
strictly) is nobody's tariff: a customer is told that there is none rather than shown an error or older rates.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from abonent.base.kept import Kept
from abonent.tariffs.calculator import Tariff, TariffError, parse_tariff
from abonent.tariffs.models import TariffVersion

log = logging.getLogger(__name__)


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
        """What the calculator reckons with; parsed once in a process. Raises TariffError (file, key and
        reason) where it `is_readable` no more."""
        found = self._read()
        if found.tariff is None:
            raise TariffError(found.mistake)
        return found.tariff

    @property
    def is_readable(self) -> bool:
        return self._read().tariff is not None

    def _read(self) -> "_Parsed":
        return _parsed.get(self.sha256, lambda: _Parsed.of(self))

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
        also when it names one that was never loaded, cannot be read, or is another service's."""
        if not tariff:
            return self.own(service, on)
        return next((one for one in self._of_service(service, on) if one.code == tariff), None)

    def offered(self, service: str, on: date) -> tuple[TariffVersionFacts, ...]:
        """Every tariff of the service in force that can be read, its own first."""
        return tuple(sorted(self._of_service(service, on), key=lambda one: not one.is_own))

    def newest(self) -> tuple[TariffVersionFacts, ...]:
        """The last loaded version of every code, also of those that wait for their day."""
        return tuple({one.code: one for one in self.versions}.values())

    def _in_force(self, on: date) -> dict[str, TariffVersionFacts]:
        return {one.code: one for one in self.versions if one.takes_effect_on <= on}

    def _of_service(self, service: str, on: date) -> Iterable[TariffVersionFacts]:
        return [one for one in self._in_force(on).values() if one.service == service and one.is_readable]


@dataclass(frozen=True, slots=True)
class _Parsed:
    tariff: Tariff | None
    mistake: str = ""

    @classmethod
    def of(cls, one: TariffVersionFacts) -> "_Parsed":
        try:
            return cls(parse_tariff(one.text, one.filename))
        except TariffError as error:
            log.error("tariff %s, version %s: cannot be read, left out: %s", one.code, one.number, error)
            return cls(None, str(error))

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
