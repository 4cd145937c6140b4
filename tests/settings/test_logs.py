"""An entry of the log is one line, in UTC, whatever strangers send."""

import logging
import sys

import pytest

from abonent.settings.logs import LOGGING, UtcFormatter

FORMAT = LOGGING["formatters"]["line"]["format"]  # type: ignore[index]


def _shown(message: str, *, error: bool = False) -> str:
    trace = None
    if error:
        try:
            raise ValueError("inside")
        except ValueError:
            trace = sys.exc_info()
    record = logging.LogRecord("django.request", logging.ERROR, "", 1, message, (), trace)
    record.created, record.msecs = 0.0, 0.0
    return UtcFormatter(FORMAT, "%Y-%m-%dT%H:%M:%S").format(record)


def test_a_line_says_when_in_utc_how_bad_and_where() -> None:
    assert _shown("Not Found: /x") == "1970-01-01T00:00:00Z ERROR django.request Not Found: /x"


def test_nobody_forges_an_entry_or_colours_the_terminal() -> None:
    assert _shown("/x\r\n2026 ERROR root\x1b[31m").endswith(r"/x\r\n2026 ERROR root\x1b[31m")


def test_a_failure_keeps_its_trace() -> None:
    assert "ValueError: inside" in _shown("Internal Server Error: /", error=True)


@pytest.mark.parametrize("path", ["/r/", "/accounts/not-me/", "/confirm-email/", "/password/reset/key/"])
def test_what_a_letters_link_carries_is_not_written_down(path: str) -> None:
    shown = _shown(f"Gone: {path}WzEsMTc5XQ:Cxvz7juiibd0-NK8_RdBNW/ and more")
    assert shown.endswith(f"Gone: {path}…/ and more")
    assert _shown("Not Found: /a/x/readings/").endswith("/a/x/readings/")
