"""What every format of a bank's registry gives: rows of payments, or a named error. Pure, standard library
only.

A format (`exchange/formats/<name>.py`) is bytes in, rows out; `operations.registries` takes the rows.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from abonent.base.errors import DomainError

#: As wide as the columns that keep them.
LONGEST_OPERATION = 60
LONGEST_REFERENCE = 64
LONGEST_ACCOUNT = 60
LONGEST_PAYER = 200
LONGEST_PURPOSE = 500
#: Values are shown, not kept.
_LONGEST_SHOWN = 100


class BadRegistry(DomainError):  # noqa: N818 - named after what is the matter
    """A registry that cannot be taken: file, line (from 1; 0: the whole file), field, value, why, what to
    do."""

    def __init__(
        self,
        reason: str,
        *,
        line: int = 0,
        field: str = "",
        value: str = "",
        remedy: str = "",
        file: str = "",
    ) -> None:
        super().__init__(reason)
        self.reason, self.line, self.field, self.remedy, self.file = reason, line, field, remedy, file
        self.value = value[:_LONGEST_SHOWN]

    def __str__(self) -> str:
        place = f"line {self.line}" if self.line else ""
        about = f"{self.field} {self.value!r}".strip() if self.field or self.value else ""
        text = ": ".join(one for one in (", ".join(filter(None, [self.file, place])), about) if one)
        said = f"{text} {self.reason}" if about else ": ".join(filter(None, [text, self.reason]))
        return f"{said}; {self.remedy}" if self.remedy else said

    def of(self, file: str) -> "BadRegistry":
        """The same, of a file with a name."""
        return BadRegistry(
            self.reason,
            line=self.line,
            field=self.field,
            value=self.value,
            remedy=self.remedy,
            file=file,
        )


@dataclass(frozen=True, slots=True)
class RowGiven:
    """A line of a registry. Amounts have two places at most; a negative one is a refund of `parent`."""

    line: int
    operation: str
    """Unique for ever among the bank's operations."""
    paid_on: date
    amount: Decimal
    """What goes to the account."""
    account: str = ""
    """As the bank wrote it; empty: the row names none."""
    reference: str = ""
    """May name a payment of the portal: by its gateway id, or by our own name of it."""
    parent: str = ""
    """Of a refund: the operation that it gives back."""
    payer: str = ""
    purpose: str = ""
    commission: Decimal | None = None

    def fitting(self) -> "RowGiven":
        """Texts for people cut to what is kept of them; what names something is never cut: BadRegistry."""
        for field, longest in _NAMING.items():
            if len(getattr(self, field)) > longest:
                raise BadRegistry(
                    f"is longer than {longest} characters",
                    line=self.line,
                    field=field,
                    value=getattr(self, field),
                    remedy="look whether it is the right format",
                )
        payer, purpose = self.payer[:LONGEST_PAYER].strip(), self.purpose[:LONGEST_PURPOSE].strip()
        if (payer, purpose) == (self.payer, self.purpose):
            return self
        return replace(self, payer=payer, purpose=purpose)


_NAMING = {
    "operation": LONGEST_OPERATION,
    "account": LONGEST_ACCOUNT,
    "reference": LONGEST_REFERENCE,
    "parent": LONGEST_REFERENCE,
}
