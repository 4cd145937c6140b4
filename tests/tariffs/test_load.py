"""Loading tariffs: versions, the day they take effect, going back, and what is refused."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from abonent.portal.models import DataVersion
from abonent.tariffs.calculator import TariffError
from abonent.tariffs.models import TariffVersion
from abonent.tariffs.operations import (
    Loaded,
    SecondOwnTariffError,
    UnknownServiceError,
    check_tariff,
    load_tariff,
)
from abonent.tariffs.queries import known, loaded
from abonent.users.models import AuditEvent
from tests import billed
from tests.tariffs.files import FLAT, LEVELS, ZONES

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
DECEMBER = date(2026, 12, 1)
DEARER = FLAT.replace("24.35", "26.00")


@pytest.fixture(autouse=True)
def _world(tmp_path: Path) -> None:
    billed.load(tmp_path, billed.files())


def load(text: str, on: date | None = None, now: datetime = NOW) -> Loaded:
    return load_tariff(text=text, filename="power.toml", by="alice", takes_effect_on=on, now=now)


def version() -> int:
    return DataVersion.objects.get().version


def test_a_file_becomes_the_first_version_of_its_code() -> None:
    before = version()
    done = load(FLAT)
    row = TariffVersion.objects.get()
    assert done.is_new
    assert (row.code, row.number, row.service.code, row.is_own) == ("flat", 1, "power", True)
    assert (row.text, row.filename, row.loaded_by, row.loaded_at) == (FLAT, "power.toml", "alice", NOW)
    assert (row.takes_effect_on, row.names["kk"]) == (TODAY, "Бір ставкалы")
    assert version() == before + 1
    event = AuditEvent.objects.get(action="tariff_loaded")
    assert (event.subject, event.details) == ("tariff:flat 1", {"by": "alice"})


def test_the_day_of_a_version_is_the_portals_own() -> None:
    done = load(FLAT, now=datetime(2026, 11, 21, 21, 30, tzinfo=UTC))  # 02:30 of the 22nd in Almaty
    assert done.version.takes_effect_on == date(2026, 11, 22)


def test_the_same_again_writes_nothing() -> None:
    load(FLAT)
    before = version()
    for again in (load(FLAT), load(FLAT, now=NOW + timedelta(days=9)), load(FLAT, TODAY)):
        assert (again.is_new, again.version.number) == (False, 1)
    assert (TariffVersion.objects.count(), version()) == (1, before)


def test_the_same_text_from_another_day_is_a_version() -> None:
    load(FLAT)
    assert load(FLAT, DECEMBER).version.number == 2


def test_a_version_waits_for_its_day() -> None:
    load(FLAT)
    load(DEARER, DECEMBER)
    catalogue = known(version=version())
    numbers = [
        found.number if (found := catalogue.in_force("flat", day)) else None
        for day in (TODAY - timedelta(days=1), TODAY, DECEMBER - timedelta(days=1), DECEMBER)
    ]
    assert numbers == [None, 1, 1, 2]


def test_going_back_is_loading_the_older_file_again() -> None:
    load(FLAT)
    load(DEARER)
    back = load(FLAT, now=NOW + timedelta(hours=1))
    assert (back.is_new, back.version.number) == (True, 3)
    found = loaded().in_force("flat", TODAY)
    assert found
    assert found.text == FLAT
    assert [one.number for one in loaded().versions] == [1, 2, 3]


def test_a_meter_is_charged_by_what_it_names_else_by_the_services_own() -> None:
    load(FLAT)
    load(ZONES)
    load(ZONES.replace("zones", "heat-zones").replace('"power"', '"hot"'))
    catalogue = loaded()

    def charged(service: str, code: str) -> str:
        found = catalogue.charged_by(service, code, TODAY)
        return found.code if found else "-"

    assert charged("power", "") == "flat"
    assert charged("power", "zones") == "zones"
    assert charged("hot", "") == "-"
    assert charged("power", "never-loaded") == "-"
    assert charged("power", "heat-zones") == "-"
    assert [one.code for one in catalogue.offered("power", TODAY)] == ["flat", "zones"]


def test_a_service_has_one_tariff_of_its_own() -> None:
    load(FLAT)
    own = LEVELS.replace('steps = "levels"', 'steps = "levels"\ndefault = true')
    with pytest.raises(SecondOwnTariffError, match="default: flat is the default tariff of 'power' already"):
        load(own)
    load(FLAT.replace("default = true\n", ""))
    assert load(own).version.is_own
    found = loaded().own("power", TODAY)
    assert found
    assert found.code == "levels"


def test_a_service_that_the_portal_does_not_know() -> None:
    with pytest.raises(UnknownServiceError, match=r"power\.toml: service: the portal has no service 'gas'"):
        load(FLAT.replace('"power"', '"gas"'))
    assert not TariffVersion.objects.exists()


def test_a_mistake_is_named_by_file_key_and_reason() -> None:
    broken = FLAT.replace('currency = "KZT"', 'currency = "USD"').replace("24.35", "24,35")
    before = version()
    for attempt in (lambda: load(broken), lambda: check_tariff(text=broken, filename="power.toml")):
        with pytest.raises(TariffError) as raised:
            attempt()
        lines = str(raised.value).splitlines()
        assert [line.split(": ")[:2] for line in lines] == [
            ["power.toml", "currency"],
            ["power.toml", "periods[1].rates[0].total[0]"],
        ]
    assert (TariffVersion.objects.count(), version()) == (0, before)


def test_checking_writes_nothing() -> None:
    assert check_tariff(text=FLAT, filename="power.toml").code == "flat"
    assert not TariffVersion.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE tariffs_tariffversion SET text = ''",
        "DELETE FROM tariffs_tariffversion",
        "TRUNCATE tariffs_tariffversion",
    ],
)
def test_versions_are_never_rewritten(statement: str) -> None:
    load(FLAT)
    connection.check_constraints()  # else TRUNCATE waits for what the test's own transaction wrote
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_tariffs_are_read_once_for_each_data_version() -> None:
    load(FLAT)
    first = version()
    with CaptureQueriesContext(connection) as queries:
        one = known(version=first).in_force("flat", TODAY)
        other = known(version=first).in_force("flat", TODAY)
    assert len(queries) == 1
    assert one
    assert other
    assert one.tariff is other.tariff
    load(DEARER)
    found = known(version=version()).in_force("flat", TODAY)
    assert found
    assert found.number == 2
