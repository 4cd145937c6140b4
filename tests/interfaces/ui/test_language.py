"""Switching language keeps what was typed, without JavaScript."""

from urllib.parse import urlencode

import pytest
from django.conf import LazySettings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.views.generic import FormView

from abonent.interfaces.ui.gallery import SampleForm
from abonent.interfaces.ui.language import KeepsTyped, LanguageOfFormMiddleware, typed_initial
from tests.interfaces.ui.markup import parse

FORM = "application/x-www-form-urlencoded"
TYPED = {
    "number": "0012345",
    "email": "asel@example.kz",
    "password": "тайна",
    "letters": ["bill", "debt"],
    "agreed": "on",
}


def test_a_page_without_a_form_comes_back_in_the_other_language(ui: LazySettings, client: Client) -> None:
    answer = client.post("/language/", {"switch_language": "kk", "next": "/ui/cabinet/?from=2026-01"})
    assert (answer.status_code, answer["Location"]) == (302, "/ui/cabinet/?from=2026-01")
    cookie = client.cookies[ui.LANGUAGE_COOKIE_NAME]
    assert (cookie.value, cookie["samesite"], cookie["path"]) == ("kk", "Lax", "/")
    assert parse(client.get("/ui/cabinet/").content.decode()).all("html")[0].attrs["lang"] == "kk"


def test_a_language_the_portal_has_not_is_not_taken(ui: LazySettings, client: Client) -> None:
    client.post("/language/", {"switch_language": "de"})
    assert ui.LANGUAGE_COOKIE_NAME not in client.cookies


def test_what_was_typed_is_kept_and_nothing_is_sent(client: Client) -> None:
    html = client.post(
        "/ui/", urlencode({**TYPED, "switch_language": "kk"}, doseq=True), FORM
    ).content.decode()
    page = parse(html)
    assert page.all("html")[0].attrs["lang"] == "kk"
    assert page.all("input", id_="id_number")[0].attrs["value"] == "0012345"
    assert page.all("input", id_="id_email")[0].attrs["value"] == "asel@example.kz"
    checked = [one.attrs["id"] for one in page.all("input") if "checked" in one.attrs]
    assert checked == ["id_letters_0", "id_letters_1", "id_agreed"]
    assert "тайна" not in html
    form = page.all("form", id_="page-form")[0]
    inside = [one.attrs.get("class") or "" for one in page.elements if form in one.inside]
    assert not [name for name in inside if "field-error" in name]


def test_the_switch_belongs_to_the_pages_form(client: Client) -> None:
    page = parse(client.get("/ui/entrance/").content.decode())
    buttons = [one for one in page.all("button") if one.attrs.get("name") == "switch_language"]
    assert [one.attrs["value"] for one in buttons] == ["kk", "ru", "en"]
    for one in buttons:
        assert (one.attrs["form"], one.attrs["formaction"], one.attrs["formenctype"]) == (
            "page-form",
            "/ui/entrance/",
            FORM,
        )
        assert "formnovalidate" in one.attrs
    assert [one.attrs["aria-pressed"] for one in buttons] == ["false", "true", "false"]


def test_enter_in_a_field_does_what_the_form_is_for(client: Client) -> None:
    """The browser presses the first button of the form: it must not be the one that switches language."""
    page = parse(client.get("/ui/entrance/").content.decode())
    first = next(one for one in page.all("button") if one.attrs.get("form") == "page-form")
    assert "name" not in first.attrs
    assert "formaction" not in first.attrs
    assert first.attrs["tabindex"] == "-1"


def _seen(ui: LazySettings, data: dict[str, str], path: str = "/page/") -> HttpRequest:
    seen: list[HttpRequest] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return HttpResponse()

    LanguageOfFormMiddleware(view)(RequestFactory().post(path, urlencode(data), FORM))
    return seen[0]


def test_the_view_sees_a_get_with_nothing_posted(ui: LazySettings) -> None:
    request = _seen(
        ui, {"switch_language": "kk", "payment_code": "1", "code": "123456", "csrfmiddlewaretoken": "t"}
    )
    assert (request.method, dict(request.POST)) == ("GET", {})
    assert typed_initial(request) == {"payment_code": "1"}
    assert request.COOKIES[ui.LANGUAGE_COOKIE_NAME] == "kk"


def test_another_picture_keeps_what_was_typed_too(ui: LazySettings) -> None:
    request = _seen(ui, {"another_picture": "1", "login": "a", "captcha_1": "x"})
    assert (request.method, typed_initial(request)) == ("GET", {"login": "a"})
    assert ui.LANGUAGE_COOKIE_NAME not in request.COOKIES


@pytest.mark.parametrize("data", [{"login": "a"}, {"language": "kk"}])
def test_an_ordinary_form_is_left_alone(ui: LazySettings, data: dict[str, str]) -> None:
    request = _seen(ui, data)
    assert (request.method, request.POST.dict()) == ("POST", data)
    assert typed_initial(request) == {}


def test_a_form_view_takes_it_by_a_mixin(ui: LazySettings) -> None:
    class View(KeepsTyped, FormView):  # type: ignore[type-arg]
        form_class = SampleForm
        initial = {"number": "7", "email": "a@example.kz"}

    view = View()
    view.setup(_seen(ui, {"switch_language": "ru", "number": "8"}))
    assert view.get_initial() == {"number": "8", "email": "a@example.kz"}
