"""Why staff reject a reading: ready reasons in the customer's language, and words of their own."""

from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from abonent.portal.current import portal

LONGEST = 300

#: What the customer reads; each says what to do.
REASONS = {
    "too_high": gettext_noop(
        "the reading is much higher than usual; check the digits and leave out those after the comma"
    ),
    "too_low": gettext_noop("the reading is lower than expected; look at the meter again"),
    "other_meter": gettext_noop("the reading seems to be of another meter; compare the serial number"),
    "swapped": gettext_noop("day and night seem to have changed places"),
    "photo_differs": gettext_noop("the photo shows another reading"),
    "photo_unclear": gettext_noop("the photo cannot be read; send a clear one"),
    "photo_needed": gettext_noop("send the reading again with a photo of the meter"),
}


def in_every_language(code: str, words: str) -> dict[str, str]:
    """The reason by the portal's languages: the ready one, then the words (as they are). Empty where there is
    neither."""
    words = " ".join(words.split())
    if code not in REASONS and not words:
        return {}
    said: dict[str, str] = {}
    for language in portal().languages:
        with translation.override(language):
            ready = gettext(REASONS[code]) if code in REASONS else ""
        said[language] = "; ".join(part for part in (ready, words) if part)[:LONGEST]
    return said
