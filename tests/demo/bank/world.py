"""A bank for its own tests: orders of a shop, and a shop that listens."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.payments.bank import SandboxBank, running_bank

SHOP = "housing-card"


def order(key: str = "alice-1", **other: Any) -> dict[str, Any]:
    """What a shop asks for."""
    return {
        "key": key,
        "number": 1_000_123,
        "amount": "2994.41",
        "currency": "RUB",
        "description": "Лицевой счёт 6262000105",
        "payee": "ООО «Зелёный дом»",
        "return_url": "http://shop.example/pay/alice-1/",
        "notice_url": "http://shop.example/notice/",
        "language": "ru",
        "email": "alice@example.org",
        "fiscal": None,
        "expires_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
        **other,
    }


@dataclass
class Listener:
    """The shop's door for notices: notes all, answers what it is told to (an exception: nothing)."""

    answers: list[int | OSError] = field(default_factory=list)
    heard: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)

    def __call__(self, address: str, raw: bytes, headers: Mapping[str, str]) -> int:
        assert address == "http://shop.example/notice/"
        self.heard.append((raw, dict(headers)))
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, OSError):
            raise answer
        return answer


@contextmanager
def bank_and_listener() -> Iterator[tuple[SandboxBank, Listener]]:
    listener = Listener()
    with running_bank(send=listener) as bank:
        yield bank, listener
