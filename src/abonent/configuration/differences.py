"""What of one value differs from another: both JSON in the shape of the profile. Pure.

Rows of a list are told apart by their code, else by their name: moving an office changes no office.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ORDER = "order"


@dataclass(frozen=True, slots=True)
class Difference:
    path: tuple[str, ...]
    """Keys, and of rows their code or name: `("kinds", "sealing", "label", "kk")`. `order` at its end: the
    rows stand in another order."""
    before: Any
    """None: there was nothing."""
    after: Any


def differences(before: Any, after: Any) -> list[Difference]:
    """Every difference, in the order of `before`, then of what is new. Empty lists and texts are nothing."""
    return list(_differences((), before, after))


def _differences(path: tuple[str, ...], before: Any, after: Any) -> Iterator[Difference]:
    if before == after or (not _is_something(before) and not _is_something(after)):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from _differences((*path, key), before.get(key), after.get(key))
    elif _has_rows(before) or _has_rows(after):
        yield from _of_rows(path, _by_key(before or []), _by_key(after or []))
    else:
        yield Difference(path, before, after)


def _is_something(value: Any) -> bool:
    return value is not None and value != "" and value != []


def _has_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _of_rows(
    path: tuple[str, ...], before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Difference]:
    for key in dict.fromkeys([*before, *after]):
        if key in before and key in after:
            yield from _differences((*path, key), before[key], after[key])
        else:
            yield Difference((*path, key), before.get(key), after.get(key))
    stayed = [key for key in before if key in after]
    if stayed != [key for key in after if key in before]:
        yield Difference((*path, ORDER), list(before), list(after))


def _by_key(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Rows by what tells them apart; of two alike the second has its place too."""
    found: dict[str, Any] = {}
    for place, row in enumerate(rows, start=1):
        key = _key(row) or str(place)
        found[key if key not in found else f"{key} ({place})"] = row
    return found


def _key(row: Mapping[str, Any]) -> str:
    if row.get("code"):
        return str(row["code"])
    name = row.get("name")
    return str(next(iter(name.values()), "")) if isinstance(name, dict) else ""
