"""Frozen dataclasses as JSON and back, by their annotations: for what is kept and was counted.

Decimals, days and months are written as text, so that nothing is rounded on the way. Pure.
"""

import dataclasses
import hashlib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from abonent.base.months import Month

Value = TypeVar("Value")


def plain(value: Any) -> Any:
    """What `json.dumps` takes. A dataclass is the list of its fields: names would be most of the text."""
    if isinstance(value, Decimal | Month):
        return str(value)
    if dataclasses.is_dataclass(value):
        return [plain(getattr(value, field.name)) for field in dataclasses.fields(value)]
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    return value.isoformat() if isinstance(value, date) else value


def typed(kind: type[Value], value: Any) -> Value:
    """The value of this type that `plain` wrote: of this very shape (`shape`)."""
    made: Value = _typed(kind, value)
    return made


def _typed(kind: Any, value: Any) -> Any:
    if value is None or kind in (int, str, bool, float):
        return value
    if kind is Decimal:
        return Decimal(value)
    if kind is date:
        return date.fromisoformat(value)
    if kind is Month:
        return Month.parse(value)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        fields = _fields(kind)
        return kind(*(_typed(one, each) for (_, one), each in zip(fields, value, strict=True)))
    return _of_several(kind, value)


def _of_several(kind: Any, value: Any) -> Any:
    """`tuple[int, ...]`, `dict[str, int]`, `Decimal | None`."""
    origin, given = get_origin(kind), get_args(kind)
    if origin is tuple:
        return tuple(_typed(given[0], one) for one in value)
    if origin is dict:
        return {key: _typed(given[1], one) for key, one in value.items()}
    if origin in (Union, UnionType):
        return _typed(next(one for one in given if one is not type(None)), value)
    raise TypeError(f"not a type of kept values: {kind}")


@cache
def _fields(kind: type) -> tuple[tuple[str, Any], ...]:
    hints = get_type_hints(kind)
    return tuple((field.name, hints[field.name]) for field in dataclasses.fields(kind))


def shape(kind: Any) -> str:
    """Of what fields and types it is made, in eight letters: part of the key of whatever is kept, so that a
    release that counts otherwise does not read what an older one wrote."""
    return hashlib.blake2b(_described(kind).encode(), digest_size=4).hexdigest()


def _described(kind: Any) -> str:
    if dataclasses.is_dataclass(kind) and isinstance(kind, type) and kind is not Month:
        return "{" + ",".join(f"{name}:{_described(one)}" for name, one in _fields(kind)) + "}"
    parts = ",".join(_described(one) for one in get_args(kind))
    return f"{getattr(kind, '__name__', kind)}[{parts}]"
