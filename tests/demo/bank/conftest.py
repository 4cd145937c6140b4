"""A bank for each test, with a shop that listens."""

from collections.abc import Iterator

import pytest

from tests.demo.bank.world import Listener, bank_and_listener
from tests.payments.bank import SandboxBank


@pytest.fixture
def both() -> Iterator[tuple[SandboxBank, Listener]]:
    with bank_and_listener() as found:
        yield found


@pytest.fixture
def bank(both: tuple[SandboxBank, Listener]) -> SandboxBank:
    return both[0]


@pytest.fixture
def shop(both: tuple[SandboxBank, Listener]) -> Listener:
    return both[1]
