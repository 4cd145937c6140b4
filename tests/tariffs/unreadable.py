"""A stored version that a later release cannot read: written past the operations, as an upgrade leaves it."""

from datetime import datetime

from abonent.portal.models import Service
from abonent.portal.operations import bump_data_version
from abonent.tariffs.models import TariffVersion

TEXT = 'code = "flat"\nservice = "power"\nno_longer_known = 1\n'


def spoil(code: str, *, service: str = "power", own: bool, now: datetime) -> TariffVersion:
    """The code's next version, in force since long ago."""
    known = TariffVersion.objects.filter(code=code).count()
    row = TariffVersion.objects.create(
        code=code,
        number=known + 1,
        service=Service.objects.get(code=service),
        is_own=own,
        names={"ru": "По-старому"},
        text=TEXT,
        sha256="0" * 64,
        filename="old.toml",
        takes_effect_on=now.date().replace(year=now.year - 1),
        loaded_at=now,
        loaded_by="an older release",
    )
    bump_data_version(now=now)
    return row
