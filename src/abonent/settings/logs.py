"""Logs: one line an event on standard error, UTC, for journald or a container to keep.

By itself Django writes a failed request nowhere outside DEBUG. Query strings, bodies, cookies are not logged,
nor what a letter's link carries: whoever has that may use it.
"""

import os
import re
import time
from logging import Formatter

SECRET_PATHS = re.compile(
    r"(/r/|/receipts/confirm/|/receipts/unsubscribe/|/accounts/not-me/|/confirm-email/|/password/reset/key/)[^/\s]+"
)


class UtcFormatter(Formatter):
    """ISO time in UTC; line breaks of what strangers sent are shown as such, so that no entry is forged."""

    converter = staticmethod(time.gmtime)

    def formatMessage(self, record: object) -> str:  # noqa: N802 - logging's own name
        line = super().formatMessage(record)  # type: ignore[arg-type]
        line = SECRET_PATHS.sub(r"\1…", line)
        return line.replace("\r", "\\r").replace("\n", "\\n").replace("\x1b", "\\x1b")


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "abonent.settings.logs.UtcFormatter",
            "format": "%(asctime)sZ %(levelname)s %(name)s %(message)s",
            "datefmt": "%Y-%m-%dT%H:%M:%S",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("ABONENT_LOG_LEVEL", "WARNING")},
    "loggers": {"django": {"handlers": [], "propagate": True}},
}
