"""What is wrong with a bundle, in the reader's language: `exchange` says it in English, sentence by sentence.

A sentence that is not among these is shown as it is.
"""

import re
from functools import cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as said

_SENTENCES = (
    said("is required but empty"),
    said("holds a control character"),
    said("is longer than %(many)s characters"),
    said("is longer than %(many)s bytes"),
    said("is none of %(these)s"),
    said("holds no letter or digit"),
    said("is no time zone: names are those of the IANA database"),
    said("is not a number: leave an unknown value empty"),
    said("has an exponent: write all digits, 100000 for 1e5"),
    said("has its thousands parted: write 1234567.89"),
    said("has a decimal comma: write a point, 1234.56"),
    said("is not a number written like 1234.56"),
    said("is negative"),
    said("has more than %(many)s digits before the point"),
    said("has more than %(many)s digits behind the point"),
    said("is not a whole number"),
    said("is not between %(first)s and %(last)s"),
    said("is not a date written like 2026-10-31"),
    said("is a day that does not exist"),
    said("lies in the future"),
    said("is before %(other)s"),
    said("is not words of a to z and _, parted by a space"),
    said("is not a month written like 2026-10"),
    said("is later than next month"),
    said("is an empty line"),
    said("has an unpaired quotation mark; a value on several lines is not possible"),
    said("has %(many)s values where the header names %(columns)s columns"),
    said("is empty: the first line must name the columns"),
    said("is not UTF-8 (%(byte)s): save the file as UTF-8"),
    said("begins with a byte order mark (BOM): save it as UTF-8 without one"),
    said("is in UTF-16: save it as UTF-8"),
    said("ends with CR (as Windows writes): lines must end with LF alone"),
    said("stands twice among the columns"),
    said("is required, but the file has no such column"),
    said("is not a column: values are parted by commas"),
    said("is not a column: write %(name)s"),
    said("is not a column of this file; those are %(these)s"),
    said("stands twice: first in line %(line)s"),
    said("stands without %(other)s"),
    said("makes the service a part of itself"),
    said("was booked before with other particulars: correct it by a payment with an id of its own"),
    said("was booked by the portal with another day, bank or service, which stay"),
    said("is not mentioned any more"),
    said("residents jump from %(before)s for account %(account)s"),
    said("does not add up: opening + accrued + corrections - paid is %(right)s"),
    said("is accrued in %(month)s for %(service)s of %(supplier)s, %(times)s times last month's %(before)s"),
    said("opens %(month)s for account %(account)s, %(service)s; last month closed with %(closing)s"),
    said("is an account nobody knows"),
    said("is a meter nobody knows for this account"),
    said("is an organisation nobody knows"),
    said("is a service nobody knows"),
    said("is not the number of a reading that went to billing"),
    said("holds a space"),
    said("is not an e-mail address"),
    said("%(file)s: is damaged or not whole"),
    said("%(file)s: cannot be unpacked"),
    said("%(file)s: goes on after the end of its files"),
    said("%(file)s: holds %(many)s files; a bundle has eight"),
    said("%(file)s: holds more than %(many)s files; a bundle has eight"),
    said("%(file)s: holds more than %(many)s bytes"),
    said("%(file)s: holds %(name)s twice"),
    said("%(file)s: %(name)s is a link or a device, not a file"),
    said("%(file)s: the name %(name)s has no place in a bundle"),
    said("%(file)s: is neither a folder nor a .zip nor a .tar.gz"),
    said("%(file)s: holds none of the files of a bundle (%(these)s)"),
    said("%(file)s: %(name)s is not a file of a bundle; those are %(these)s"),
    said("%(file)s: unpacks to more than %(times)s times its size, as no bundle does"),
    said("%(file)s: unpacks to more than %(many)s bytes"),
    said("%(file)s: its files lie in different folders"),
    said("%(file)s: %(name)s is locked with a password"),
    said("the data have changed since the plan was made"),
    said("parts of the bundle are missing: send it again"),
    said("there is no room left on the server's disk"),
)
#: What a library says after these is English, and helps nobody who sends bundles.
_LIBRARYS = re.compile(r"(: is damaged or not whole|: cannot be unpacked): .*", re.DOTALL)
_KIND = re.compile(r"[A-Z]\w+")


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    named = ((one, re.sub(r"%\\\((\w+)\\\)s|%\((\w+)\)s", _group, re.escape(one))) for one in _SENTENCES)
    return tuple((one, re.compile(f"^{pattern}$", re.DOTALL)) for one, pattern in named)


def _group(found: re.Match[str]) -> str:
    return f"(?P<{found[1] or found[2]}>.*?)"


def problem_words(reason: str) -> str:
    """A reason of `exchange` in the reader's language."""
    reason = _LIBRARYS.sub(r"\1", reason)
    if _KIND.fullmatch(reason):
        return _("an error of the portal itself (%(kind)s)") % {"kind": reason}
    for sentence, pattern in _patterns():
        if found := pattern.match(reason):
            return _(sentence) % found.groupdict() if found.groupdict() else _(sentence)
    return reason
