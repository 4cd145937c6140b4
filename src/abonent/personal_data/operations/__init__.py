"""What is done with a person's data as a whole: taken out, forgotten, and old data that go by themselves."""

from abonent.personal_data.operations.deletion import (
    THINK_AGAIN,
    NothingToCancel,
    StaffFirst,
    ask_deletion,
    cancel_deletion,
    forget_due,
    forget_person,
    warn_of_due,
)
from abonent.personal_data.operations.exports import (
    TooManyExports,
    ask_export,
    fetch_export,
    go_on_with_exports,
    make_export,
)
from abonent.personal_data.operations.staff import (
    NoSuchPerson,
    PersonFile,
    ask_deletion_for,
    ask_export_for,
    cancel_deletion_for,
    read_person,
)

__all__ = [
    "THINK_AGAIN",
    "NoSuchPerson",
    "NothingToCancel",
    "PersonFile",
    "StaffFirst",
    "TooManyExports",
    "ask_deletion",
    "ask_deletion_for",
    "ask_export",
    "ask_export_for",
    "cancel_deletion",
    "cancel_deletion_for",
    "fetch_export",
    "forget_due",
    "forget_person",
    "go_on_with_exports",
    "make_export",
    "read_person",
    "warn_of_due",
]
