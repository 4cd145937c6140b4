"""A world for one payment's life, or several."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from abonent.notices import attachments
from abonent.notices.attachments import Made
from abonent.payments import connections
from abonent.portal.profile import Paying
from tests.payments.bank_calls import bank as calling_bank
from tests.payments.conftest import Till
from tests.payments.faults.bank import DatedBank
from tests.payments.faults.life import Life, World


@pytest.fixture
def bank(paying: Paying, settings: Any) -> Iterator[DatedBank]:
    """One way of paying at a bank with a calendar, and one bank that calls."""
    only = Paying(methods=paying.methods[:1], banks=[calling_bank()])
    settings.PORTAL = settings.PORTAL.model_copy(update={"paying": only})
    gateway = DatedBank()
    with connections.use("card", gateway):
        yield gateway


@pytest.fixture
def world(till: Till, bank: DatedBank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Its clock is the clock of everything. The receipt's PDF is drawn elsewhere."""
    made = World(till, bank, tmp_path)
    bank.clock = lambda: made.now
    monkeypatch.setattr("django.utils.timezone.now", lambda: made.now)
    blank: Callable[..., Made] = lambda **_: Made("receipt.pdf", b"%PDF-")  # noqa: E731
    monkeypatch.setitem(attachments._makers, "payments.receipt", blank)
    return made


@pytest.fixture
def life(world: World) -> Life:
    return world.life()
