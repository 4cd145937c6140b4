"""What `abonent check` says of tariffs."""

from pathlib import Path

import pytest

from abonent.interfaces.cli.check_tariffs import finding
from abonent.interfaces.cli.finding import FAIL, OK, WARN
from abonent.tariffs.models import TariffVersion
from tests.consumption import world
from tests.tariffs.files import FLAT, ZONES

pytestmark = pytest.mark.django_db


def test_a_tariff_that_meters_name_is_missing(tmp_path: Path) -> None:
    world.load(tmp_path, tariffs=(FLAT,))
    found = finding()
    assert (found.state, found.text) == (WARN, "meters name tariffs that are not loaded: zones")
    world.load_tariff(ZONES)
    found = finding()
    assert (found.state, found.text) == (OK, "2 loaded, 0 with a version that waits for its day")


def test_a_version_that_can_no_longer_be_read(tmp_path: Path) -> None:
    """A later release may read files more strictly than the one that loaded them."""
    world.load(tmp_path, tariffs=(FLAT, ZONES))
    row = TariffVersion.objects.get(code="flat")
    row.pk, row.number, row.text, row.sha256 = None, 2, FLAT.replace("KZT", "EUR"), "0" * 64
    row.save()
    found = finding()
    assert found.state == FAIL
    assert found.text.startswith(
        "1 cannot be read by this version: flat: power.toml: currency: one of KZT, RUB"
    )
