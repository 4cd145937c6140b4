"""The error pages: clear, with somebody to call, and never broken themselves."""

import pytest
from django.conf import LazySettings
from django.test import RequestFactory
from django.utils import translation

from abonent.interfaces.ui import errors
from tests.interfaces.ui.markup import faults

PAGES = [
    (errors.bad_request, 400),
    (errors.forbidden, 403),
    (errors.not_found, 404),
    (errors.csrf_failure, 403),
    (errors.too_many_requests, 429),
    (errors.server_error, 500),
]


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
@pytest.mark.parametrize(("view", "status"), PAGES)
def test_it_says_what_happened_and_whom_to_call(
    ui: LazySettings, view: object, status: int, language: str
) -> None:
    with translation.override(language):
        answer = view(RequestFactory().get("/x"))  # type: ignore[operator]
    html = answer.content.decode()
    assert answer.status_code == status
    assert answer["Cache-Control"] == "no-store"
    assert str(status) in html
    assert ui.PORTAL.contact_centre.phones[0] in html
    assert faults(html) == []


def test_the_last_resort_needs_nothing(ui: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> object:
        raise RuntimeError("no templates today")

    monkeypatch.setattr(errors, "get_template", broken)
    answer = errors.server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    for language in ("временно недоступен", "уақытша қолжетімсіз", "unavailable"):
        assert language in answer.content.decode()
