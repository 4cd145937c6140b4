"""A form of readings as a person typed it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class TypedForm:
    """What came with a form, judged by nobody yet."""

    values: Mapping[str, str] = field(default_factory=dict)
    """Texts by `<meter id>-<scale>`; a meter whose fields are all empty is not submitted."""
    taken_on: date | None = None
    """The day of the readings; None when it could not be read."""
    confirmed: Collection[str] = ()
    """What was answered: `<meter id>-<scale>:unusual`."""
    photos: Mapping[int, bytes] = field(default_factory=dict)
    """Files by meter."""
    key: str = ""
    """The form's own mark: one key is one submission. Without one each sending is a submission of its own."""
    seen: int = 0
    """`ReadingForm.seen` of the form that was shown."""
