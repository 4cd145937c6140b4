"""Which format a registry has: named by its loader, or told by its first bytes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from abonent.exchange.formats import acquirer, client_bank, gorod, sberbank
from abonent.exchange.registries.values import RegistryFile
from abonent.payments.registry_file import BadRegistry, RowGiven


@dataclass(frozen=True, slots=True)
class Format:
    """A format of registries; `bank` is whose list it is when nobody says."""

    name: str
    bank: str
    looks_like: Callable[[bytes], bool]
    rows: Callable[[RegistryFile], Iterator[RowGiven]]


FORMATS = {
    one.name: one
    for one in (
        Format(client_bank.NAME, "bank", client_bank.looks_like, client_bank.rows),
        Format(gorod.NAME, "gorod", gorod.looks_like, gorod.rows),
        Format(acquirer.NAME, "acquirer", acquirer.looks_like, acquirer.rows),
        Format(sberbank.NAME, "sberbank", sberbank.looks_like, sberbank.rows),
    )
}


def recognise(data: bytes) -> str:
    """The name of the one format that the content looks like. Raises BadRegistry."""
    found = [one.name for one in FORMATS.values() if one.looks_like(data)]
    if len(found) != 1:
        reason = f"could be {' or '.join(found)}" if found else "is in no format that is known here"
        raise BadRegistry(reason, remedy=f"name it: --format {' | '.join(FORMATS)}")
    return found[0]
