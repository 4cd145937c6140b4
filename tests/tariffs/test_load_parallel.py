"""Many load at once: one row for each number, and one tariff of its own for a service."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from abonent.tariffs.models import TariffVersion
from abonent.tariffs.operations import SecondOwnTariffError
from tests.consumption import world
from tests.tariffs.files import FLAT

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(calls: list[Callable[[], Any]]) -> Counter[str]:
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> str:
        start.wait()
        try:
            return "new" if call().is_new else "known"
        except SecondOwnTariffError:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return Counter(pool.map(run, calls))


def test_the_same_file_at_once_is_one_version_and_others_are_numbered(tmp_path: Path) -> None:
    world.load(tmp_path, tariffs=(), readings="account,serial,scale,taken_on,source,value\n")
    assert at_once([partial(world.load_tariff, FLAT)] * 6) == {"new": 1, "known": 5}
    steps = [partial(world.load_tariff, FLAT.replace("24.35", f"3{step}.00")) for step in range(5)]
    assert at_once(steps) == {"new": 5}
    numbers = TariffVersion.objects.order_by("id").values_list("number", flat=True)
    assert list(numbers) == [1, 2, 3, 4, 5, 6]
    others = [partial(world.load_tariff, FLAT.replace('"flat"', f'"flat-{one}"')) for one in range(3)]
    assert at_once(others) == {"refused": 3}
