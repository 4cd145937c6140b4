"""What is wrong with what a person typed or attached, and what to do. Codes are stable; the words are in the
active language when they are read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

#: Each says what is wrong and what to do. Facts are named as in `Problem.facts`.
PROBLEMS = {
    "required": _("Fill this in: without it the request cannot be worked on."),
    "choose": _("Choose one of these."),
    "tick": _("Tick this box: without it the request cannot be sent."),
    "too_long": _("Write at most %(most)s characters; now there are %(now)s."),
    "too_short": _("Write at least %(least)s characters."),
    "not_a_number": _("Type a whole number in digits, without a point or a comma."),
    "too_small": _("The number is at least %(least)s."),
    "too_large": _("The number is at most %(most)s."),
    "not_a_date": _("Type the day as day, month and year: 25.11.2026."),
    "day_past": _("This day has passed. Choose today or a later day."),
    "day_future": _("This day has not come yet. Choose today or an earlier day."),
    "day_far": _("This day is too far away. Check the year."),
    "day_off": _("Nobody works on this day. The next working day is %(next)s."),
    "not_a_phone": _("Type the phone with its code: +7 701 234-56-78."),
    "not_an_email": _("Type the e-mail address like this: name@example.kz."),
    "no_such_meter": _("Choose one of the meters of this account."),
    "files_required": _("Attach a document: without it the request cannot be worked on."),
    "files_none": _("No files are taken with this request. Remove them."),
    "too_many_files": _("At most %(most)s files go along. Remove some."),
    "file_empty": _("This file is empty. Choose it once more."),
    "file_too_heavy": _(
        "The file is larger than %(megabytes)s MB. Choose a smaller one, or photograph it anew."
    ),
    "drafts_full": _(
        "You have attached too much that was not sent. Send what is ready or remove files, then attach this"
        " one."
    ),
    "too_often": _("You have attached many files within an hour. Attach this one an hour later."),
    "unknown_file": _("Files of this kind are not taken. Attach a photo (JPEG, PNG, WebP) or a PDF."),
    "heic": _(
        "Photos in the format HEIC are not taken. Choose «Most compatible» in the camera's settings, or send"
        " the photo as JPEG."
    ),
    "svg": _(
        "Drawings (SVG) and web pages are not taken. Save it as a PDF or a picture (PNG) and attach that."
    ),
    "office_document": _(
        "Documents of Word, Excel and the like are not taken. Save the document as a PDF and attach that."
    ),
    "archive": _("Archives are not taken. Unpack it and attach the photos or the PDF themselves."),
    "plain_text": _("Text files are not taken. Write the text into the message itself, or attach a PDF."),
    "program": _("Programs are not taken. Attach a photo (JPEG, PNG, WebP) or a PDF."),
    "picture_too_large": _(
        "The picture has more than %(megapixels)s million dots. Make it smaller, or photograph it at a lower"
        " quality."
    ),
    "not_a_picture": _("The picture is damaged and cannot be read. Attach another one."),
    "pdf_damaged": _(
        "The PDF is damaged, or there is something else in the file. Save or print it to PDF anew."
    ),
    "pdf_locked": _("The PDF is protected by a password. Save it without one and attach that."),
    "pdf_active": _(
        "The PDF holds programs, forms that send something, or other files. Print it to PDF anew and attach"
        " that."
    ),
    "pdf_too_many_pages": _("The PDF has more than %(most)s pages. Attach only those that are needed."),
    "pdf_busy": _("Many documents are being read at this moment. Attach this one once more in a minute."),
    "pdf_too_large": _("The PDF is too large inside. Print it to PDF anew, or attach photos of its pages."),
}


@dataclass(frozen=True)
class Problem:
    """Why a field or a file is not taken."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        shown = {
            name: f"{value:%d.%m.%Y}" if isinstance(value, date) else value
            for name, value in self.facts.items()
        }
        return str(PROBLEMS[self.code]) % shown


#: Why a request may not be filed at all.
REFUSALS = {
    "kind": _("There is no such request any more. Choose one from the list."),
    "section": _("This is done in a section of its own."),
    "limited": _(
        "Your access to this account is not confirmed yet, and this request would change the account. Confirm"
        " the access with the code from a bill, or ask the contact centre."
    ),
    "closed": _("This account is closed; no requests are taken for it. Ask the contact centre."),
    "open": _(
        "There are %(most)s open requests for this account already. Wait until one of them is done, cancel"
        " one, or write into it."
    ),
    "often": _(
        "You have filed %(most)s requests today. File the next one tomorrow, or call the contact centre."
    ),
    "form": _("This form is out of date. Open it anew."),
    "line": _("The bill has no such line any more. Open the bill and ask from there."),
}
