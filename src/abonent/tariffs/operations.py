"""Loading tariffs: a file becomes a version, and stays."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.utils import timezone

from abonent.base.errors import DomainError
from abonent.portal.models import Service
from abonent.portal.operations import bump_data_version
from abonent.tariffs.calculator import Tariff, parse_tariff
from abonent.tariffs.models import TariffVersion
from abonent.tariffs.queries import TariffVersionFacts, facts, loaded
from abonent.users.audit import record
from abonent.users.models import User


class UnknownServiceError(DomainError):
    """The tariff's service is none of the portal's: services come with the bundle."""


class SecondOwnTariffError(DomainError):
    """The service has a tariff of its own already: load that one without `default` first."""


@dataclass(frozen=True, slots=True)
class Loaded:
    version: TariffVersionFacts
    is_new: bool
    """False: the newest version of its code says the same; nothing was written."""


@transaction.atomic
def load_tariff(
    *,
    text: str,
    filename: str,
    by: str,
    takes_effect_on: date | None,
    now: datetime,
    actor: User | None = None,
    reason: str = "",
) -> Loaded:
    """Keep the file as the next version of its code, in force from `takes_effect_on` (None: the day of `now`
    in the portal's time zone). The data version grows: pages drawn by the old tariff are drawn anew.
    `actor`, `reason`: who of the staff publishes it in the office, and why; for the audit trail.

    One transaction. Safe to repeat: the text of the code's newest version again, from no other day, writes
    nothing. An older text again is a new version: that is how one goes back. Errors: those of
    `calculator.parse_tariff` (file, key and reason), UnknownServiceError, SecondOwnTariffError.
    """
    tariff = parse_tariff(text, filename)
    _one_at_a_time()
    others = {one.code: one for one in loaded().newest()}
    before = others.pop(tariff.code, None)
    if before and before.text == text and takes_effect_on in {None, before.takes_effect_on}:
        return Loaded(before, is_new=False)
    row = TariffVersion.objects.create(
        code=tariff.code,
        number=before.number + 1 if before else 1,
        service=_service(tariff, filename, others.values()),
        is_own=tariff.default,
        names=dict(tariff.name),
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        filename=filename[-200:],
        takes_effect_on=takes_effect_on or timezone.localdate(now),
        loaded_at=now,
        loaded_by=by[:150],
    )
    record(
        action="tariff_loaded",
        actor=actor,
        subject=f"tariff:{row}",
        reason=reason,
        by=row.loaded_by,
        now=now,
    )
    bump_data_version(now=now)
    return Loaded(facts(row), is_new=True)


def check_tariff(*, text: str, filename: str) -> Tariff:
    """What `load_tariff` would refuse is refused, nothing is written: for a preview. Two queries."""
    tariff = parse_tariff(text, filename)
    _service(tariff, filename, [one for one in loaded().newest() if one.code != tariff.code])
    return tariff


def _one_at_a_time() -> None:
    """Two loadings at once would give one number twice, or a service two tariffs of its own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('tariffs.load'))")


def _service(tariff: Tariff, filename: str, others: Iterable[TariffVersionFacts]) -> Service:
    service = Service.objects.filter(code=tariff.service).first()
    if service is None:
        raise UnknownServiceError(
            f"{filename}: service: the portal has no service {tariff.service!r} (see its bundle)"
        )
    own = [one.code for one in others if one.is_own and one.service == tariff.service and tariff.default]
    if own:
        raise SecondOwnTariffError(
            f"{filename}: default: {own[0]} is the default tariff of {tariff.service!r} already;"
            " load it without default first"
        )
    return service
