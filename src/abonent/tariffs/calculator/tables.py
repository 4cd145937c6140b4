"""A table of a TOML file that is read strictly: what is missing, of another kind or left over is noted."""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

CODE = re.compile(r"[a-z][a-z0-9_.-]{0,59}")
LANGUAGES = ("kk", "ru", "en")
LINE = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")

Choice = TypeVar("Choice", bound=str)


class Table:
    """Takes keys out one by one; `finish` says which nobody asked for. `wrong` gets `key: reason`."""

    def __init__(self, raw: Mapping[str, Any], key: str, wrong: list[str]) -> None:
        self._raw = dict(raw)
        self._key = key
        self._wrong = wrong

    def complain(self, name: str, reason: str) -> None:
        key = ".".join(part for part in (self._key, name) if part)
        self._wrong.append(f"{key or '(file)'}: {reason}")

    def peek(self, name: str) -> Any:
        return self._raw.get(name)

    def take(self, name: str) -> Any:
        """The value, taken out; None when there is none."""
        return self._raw.pop(name, None)

    def finish(self) -> None:
        for name in self._raw:
            self.complain(name, "no such key")

    def string(self, name: str, *, required: bool = True) -> str:
        value = self.take(name)
        if value is None and not required:
            return ""
        if not isinstance(value, str) or not value.strip():
            self.complain(name, "missing" if value is None else "a text is needed")
            return ""
        return value.strip()

    def code(self, name: str) -> str:
        value = self.string(name)
        if value and not CODE.fullmatch(value):
            self.complain(name, f"a code is lower case letters, digits, . _ and -: not {value!r}")
        return value

    def codes(self, name: str) -> tuple[str, ...]:
        """A list of codes, each once; empty when there is none."""
        values = self.take(name)
        if values is None:
            return ()
        if not isinstance(values, list) or not all(isinstance(v, str) and CODE.fullmatch(v) for v in values):
            self.complain(name, 'a list of codes is needed: ["electric_stove"]')
            return ()
        if len(set(values)) < len(values):
            self.complain(name, "a code stands there twice")
        return tuple(values)

    def codes_of(self, name: str, known: Collection[str]) -> frozenset[str]:
        """A list of codes that `known` has."""
        values = self.codes(name)
        for value in values:
            if value not in known:
                self.complain(name, f"{value!r} is not among the tariff's categories")
        return frozenset(values)

    def text(self, name: str) -> Mapping[str, str]:
        """A text in one or more of the languages: { ru = "…", kk = "…" }."""
        value = self.take(name)
        if not isinstance(value, dict) or not value:
            self.complain(name, 'missing: { ru = "…", kk = "…", en = "…" }')
            return {}
        for language, text in value.items():
            if language not in LANGUAGES:
                self.complain(f"{name}.{language}", f"no such language; there are {', '.join(LANGUAGES)}")
            elif not isinstance(text, str) or not LINE.fullmatch(text.strip()):
                self.complain(f"{name}.{language}", "a text of one line, 200 characters at most, is needed")
        return {str(language): str(text) for language, text in value.items()}

    def one_of(self, name: str, choices: Collection[Choice], default: Choice | None = None) -> Choice | None:
        value = self.take(name)
        if value is None and default is not None:
            return default
        found = next((choice for choice in choices if choice == value), None)
        if found is None:
            self.complain(name, f"one of {', '.join(choices)} is needed, not {value!r}")
        return found

    def whole(self, name: str, least: int, most: int, *, default: int) -> int:
        value = self.take(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.complain(name, f"a whole number from {least} to {most} is needed, not {value!r}")
            return default
        return value

    def flag(self, name: str) -> bool:
        value = self.take(name)
        if value is not None and not isinstance(value, bool):
            self.complain(name, f"true or false is needed, not {value!r}")
        return value is True

    def date(self, name: str) -> date | None:
        value = self.take(name)
        if not isinstance(value, date) or isinstance(value, datetime):
            self.complain(
                name, "missing" if value is None else f"a date is needed (2018-03-01), not {value!r}"
            )
            return None
        return value

    def decimal(
        self,
        name: str,
        *,
        above: Decimal | None = None,
        most: Decimal | None = None,
        required: bool = True,
        hint: str = "",
    ) -> Decimal | None:
        value = self.take(name)
        if value is None and not required:
            return None
        return self._number(name, value, above, most, hint)

    def decimals(self, name: str, *, least: int = 0, above: Decimal | None = None) -> tuple[Decimal, ...]:
        """A list of numbers, none negative; one alone may stand without the brackets."""
        values = self.take(name)
        if isinstance(values, str):
            values = [values]
        if not isinstance(values, list):
            self.complain(name, 'missing: a list of numbers is needed: ["90", "160"]')
            return ()
        if len(values) < least:
            self.complain(name, "at least one number is needed")
        found = [self._number(f"{name}[{index}]", value, above) for index, value in enumerate(values)]
        return tuple(number for number in found if number is not None)

    def _number(
        self, name: str, value: Any, above: Decimal | None, most: Decimal | None = None, hint: str = ""
    ) -> Decimal | None:
        number = _decimal(value)
        if number is None:
            kind = 'a number is written as a string, as in "16.65"' if _is_number(value) else "no number"
            self.complain(
                name, f"{kind}: {value!r}{f' ({hint})' if hint else ''}" if value is not None else "missing"
            )
            return None
        if number < 0 or (above is not None and number <= above) or (most is not None and number > most):
            bounds = [f"above {above}" if above is not None else "0 or more", f"up to {most}" if most else ""]
            self.complain(name, f"is to be {', '.join(part for part in bounds if part)}, not {value}")
            return None
        return number

    def rows(self, name: str, *, least: int = 0) -> Iterator["Table"]:
        """The tables of a list; whoever takes one finishes it."""
        values = self.take(name)
        if values is None:
            values = []
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            self.complain(name, "a list of tables is needed")
            return
        if len(values) < least:
            self.complain(name, "missing: at least one is needed")
        for index, value in enumerate(values):
            key = f"{self._key}.{name}[{index}]" if self._key else f"{name}[{index}]"
            row = Table(value, key, self._wrong)
            yield row
            row.finish()


def _decimal(value: Any) -> Decimal | None:
    if not isinstance(value, str) or not NUMBER.fullmatch(value):
        return None
    return Decimal(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
