"""Amounts: whole hundredths inside the bank, `1234.56` for machines, `1 234,56 ₸` for people."""

import re

SIGNS = {"KZT": "₸", "RUB": "₽"}
_AMOUNT = re.compile(r"([0-9]{1,10})\.([0-9]{2})")


def hundredths(text: object) -> int:
    """Of `1234.56`; anything else is a ValueError."""
    found = _AMOUNT.fullmatch(text) if isinstance(text, str) else None
    if not found:
        raise ValueError(f"not an amount: {text!r}")
    return int(found[1] + found[2])


def plain(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02d}"


def written(amount: int, currency: str) -> str:
    """As people write it, with no-break spaces."""
    whole = f"{amount // 100:,}".replace(",", "\u00a0")
    return f"{whole},{amount % 100:02d}\u00a0{SIGNS.get(currency, currency)}"
