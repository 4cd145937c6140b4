"""Bad rows and warnings, gathered to be reported whole."""

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Literal

Severity = Literal["error", "warning"]
#: Values are shown, not kept: a report is no second copy of the bundle.
LONGEST_SHOWN = 100
#: A value names a row of another file that is neither in the bundle nor in the portal.
UNKNOWN = {
    "account": "is an account nobody knows",
    "organisation": "is an organisation nobody knows",
    "parent": "is a service nobody knows",
    "reading": "is not the number of a reading that went to billing",
    "serial": "is a meter nobody knows for this account",
    "service": "is a service nobody knows",
}


@dataclass(frozen=True, order=True)
class Problem:
    """What is wrong in a row: `line` counts from 1, the header's; 0 concerns the file. `column` and `value`
    may be empty."""

    file: str
    line: int
    column: str
    value: str
    reason: str
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"{self.file}.csv" + (f" line {self.line}" if self.line else "")
        about = f", {self.column}" if self.column else ""
        value = f" {self.value!r}" if self.value or self.column else ""
        return f"{place}{about}:{value} {self.reason}"


class Problems:
    """The problems of one run; several threads may add. Beyond `most` of a file and severity they are
    counted but not kept."""

    def __init__(self, most: int = 100_000) -> None:
        self.most = most
        self.kept: list[Problem] = []
        self.counts: Counter[tuple[str, Severity]] = Counter()
        self._lock = Lock()

    def add(
        self,
        file: str,
        line: int,
        column: str,
        value: str,
        reason: str,
        severity: Severity = "error",
    ) -> None:
        with self._lock:
            if self.counts[file, severity] < self.most:
                self.kept.append(Problem(file, line, column, value[:LONGEST_SHOWN], reason, severity))
            self.counts[file, severity] += 1

    def count(self, file: str, severity: Severity, many: int) -> None:
        """Count more of them than are told one by one."""
        with self._lock:
            self.counts[file, severity] += many

    @property
    def errors(self) -> int:
        return sum(many for (_, severity), many in self.counts.items() if severity == "error")

    @property
    def warnings(self) -> int:
        return sum(many for (_, severity), many in self.counts.items() if severity == "warning")

    def sorted(self) -> list[Problem]:
        """Errors before warnings, then by file and line."""
        return sorted(self.kept, key=lambda one: (one.severity, one.file, one.line, one.column))


def write_report(path: Path, problems: Iterable[Problem]) -> None:
    """The report as CSV: severity, file, line, column, value, reason. A value that a spreadsheet would take
    for a formula is written with an apostrophe before it."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["severity", "file", "line", "column", "value", "reason"])
        for one in problems:
            value = f"'{one.value}" if one.value[:1] in {"=", "+", "@", "\t"} else one.value
            writer.writerow([one.severity, f"{one.file}.csv", one.line or "", one.column, value, one.reason])
