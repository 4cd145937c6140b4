"""Loading a tariff with a look at what it will do: the one call of `abonent tariffs load`."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from abonent.consumption.preview import Preview, Progress, preview
from abonent.portal.queries import data_version
from abonent.tariffs.operations import Loaded, check_tariff, load_tariff
from abonent.tariffs.queries import known


@dataclass(frozen=True, slots=True)
class LoadReport:
    preview: Preview
    loaded: Loaded | None
    """None after a dry run."""


def load_with_preview(
    *,
    text: str,
    filename: str,
    by: str,
    takes_effect_on: date | None,
    dry_run: bool,
    now: datetime,
    progress: Progress | None = None,
) -> LoadReport:
    """Preview the file against last month's volumes, then keep it as a version (not in a dry run).

    The preview reads outside the loading's one transaction. Safe to repeat, errors: `tariffs.load_tariff`.
    """
    tariff = check_tariff(text=text, filename=filename)
    today, version = timezone.localdate(now), data_version()
    seen = preview(
        tariff,
        takes_effect_on=takes_effect_on or today,
        catalogue=known(version=version),
        version=version,
        today=today,
        progress=progress,
    )
    if dry_run:
        return LoadReport(seen, None)
    done = load_tariff(text=text, filename=filename, by=by, takes_effect_on=takes_effect_on, now=now)
    return LoadReport(seen, done)
