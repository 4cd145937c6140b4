"""What is done with announcements: written, scheduled, called back, sent; and people's wishes about them."""

from abonent.announcements.operations.drafts import (
    Draft,
    HoursOutOfOrder,
    NoSuchAnnouncement,
    NotADraft,
    NotYours,
    edit,
    write,
)
from abonent.announcements.operations.going_out import (
    NobodyThere,
    NotPossible,
    OverAlready,
    TextMissing,
    cancel,
    end,
    schedule,
)
from abonent.announcements.operations.wishes import want_notices, want_notices_by_letter

__all__ = [
    "Draft",
    "HoursOutOfOrder",
    "NoSuchAnnouncement",
    "NobodyThere",
    "NotADraft",
    "NotPossible",
    "NotYours",
    "OverAlready",
    "TextMissing",
    "cancel",
    "edit",
    "end",
    "schedule",
    "want_notices",
    "want_notices_by_letter",
    "write",
]
