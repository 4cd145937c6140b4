"""The number of a submission or a request, as people are told it: «0012-3456»."""

import re

_NUMBER = re.compile(r"([0-9]{4,12})-([0-9]{4})")


def number_of(row_id: int) -> str:
    return f"{row_id // 10000:04d}-{row_id % 10000:04d}"


def id_of(number: str) -> int | None:
    """The row's id, or None for what is no such number."""
    found = _NUMBER.fullmatch(number.strip())
    return int(found[1]) * 10000 + int(found[2]) if found else None
