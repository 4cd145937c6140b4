"""What `abonent check` says of one thing."""

from dataclasses import dataclass

OK, WARN, FAIL = "ok", "warn", "FAIL"


@dataclass(frozen=True)
class Finding:
    state: str
    subject: str
    text: str
    remedy: str = ""

    def __str__(self) -> str:
        remedy = f"\n{'':22}-> {self.remedy}" if self.remedy else ""
        return f"{self.state:<5} {self.subject:<15} {self.text}{remedy}"
