"""Registries of banks on their way in: opened, recognised, read, taken."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from pathlib import Path

from abonent.exchange.registries.opening import contents
from abonent.exchange.registries.recognition import FORMATS, recognise
from abonent.exchange.registries.values import RegistryFile
from abonent.payments.operations.registries import RegistryReport, take_registry
from abonent.payments.registry_file import BadRegistry, RowGiven
from abonent.portal.queries import bank_accounts

_BANK = re.compile(r"[a-z][a-z0-9_]{0,19}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the loader says of files; empty: told by their content, or by the format."""

    format: str = ""
    bank: str = ""
    """A code: of a bank or method of the profile, or another that stays the same for ever."""
    day: date | None = None
    own_accounts: frozenset[str] = frozenset()
    account_pattern: str = ""


def load_file(
    path: Path, asked: Asked = Asked(), *, loaded_by: str = "", dry_run: bool = False, now: datetime
) -> Iterator[RegistryReport]:
    """Take a registry, or each of a zip: every one whole or not at all, in a transaction of its own.

    Safe to repeat: one that was taken before says so. Raises BadRegistry with the file's name; those of a zip
    that came before it stay taken.
    """
    for name, data in contents(path):
        try:
            yield _load(name, data, asked, loaded_by=loaded_by, dry_run=dry_run, now=now)
        except BadRegistry as error:
            raise (error if error.file else error.of(name)) from error


def _load(
    name: str, data: bytes, asked: Asked, *, loaded_by: str, dry_run: bool, now: datetime
) -> RegistryReport:
    format_ = FORMATS[asked.format or recognise(data)]
    bank = asked.bank or format_.bank
    if not _BANK.fullmatch(bank):
        raise BadRegistry("is no code of a bank: a to z, digits and _", field="bank", value=bank)
    file = RegistryFile(
        data=data,
        name=name,
        day=asked.day,
        own_accounts=asked.own_accounts | bank_accounts(),
        account_pattern=asked.account_pattern,
    )
    rows = format_.rows(file)
    first = next(rows, None)
    return take_registry(
        source=f"registry:{bank}",
        format=format_.name,
        name=name,
        checksum=_checksum(file, first),
        day=asked.day,
        rows=chain([first] if first else [], rows),
        loaded_by=loaded_by,
        dry_run=dry_run,
        now=now,
    )


def _checksum(file: RegistryFile, first: RowGiven | None) -> str:
    """Of the content. Files of days without payments are all alike: there the name counts too."""
    return hashlib.sha256(file.data if first else file.data + file.name.encode()).hexdigest()
