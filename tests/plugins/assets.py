"""A pytest plugin: static files are looked for once in a process, not by each of its thousands of clients.

WhiteNoise finds them, and reads when each was changed, whenever it is made: for every test client.
"""

from typing import Any

import pytest


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    from django.conf import settings
    from whitenoise.middleware import WhiteNoiseMiddleware

    look = WhiteNoiseMiddleware.add_files_from_finders
    found: dict[str, dict[str, Any]] = {}

    def look_once(self: Any) -> None:
        asked = repr([self.static_prefix, self.max_age, self.allow_all_origins, settings.STATICFILES_DIRS])
        if asked not in found:
            look(self)
            found[asked] = dict(self.files)
        self.files |= found[asked]

    WhiteNoiseMiddleware.add_files_from_finders = look_once
