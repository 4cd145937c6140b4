"""Theme, size, contrast and pictures: a cookie, drawn by the server, no JavaScript."""

import pytest
from django.conf import LazySettings
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from abonent.interfaces.ui.display import CHOICES, COOKIE, Display, display
from tests.interfaces.ui.markup import parse

displays = st.builds(Display, **{key: st.sampled_from(values) for key, values in CHOICES.items()})


@given(displays)
def test_a_choice_is_read_back(chosen: Display) -> None:
    assert Display.parse(chosen.cookie()) == chosen


@given(st.text())
def test_any_cookie_is_survived(cookie: str) -> None:
    read = Display.parse(cookie)
    assert all(getattr(read, key) in values for key, values in CHOICES.items())
    assert "<" not in read.attributes()


def _html(client: Client) -> dict[str, str | None]:
    return parse(client.get("/ui/").content.decode()).all("html")[0].attrs


def test_without_a_choice_nothing_is_said(client: Client) -> None:
    assert set(_html(client)) == {"lang"}
    assert display(None) == Display()
    assert display(RequestFactory().get("/")) == Display()


@pytest.mark.parametrize(
    ("name", "value"), [("theme", "dark"), ("size", "huge"), ("contrast", "high"), ("pictures", "off")]
)
def test_a_choice_is_drawn_by_the_server(client: Client, name: str, value: str) -> None:
    answer = client.post("/display/", {name: value, "next": "/ui/?page=2"})
    assert (answer.status_code, answer["Location"]) == (302, "/ui/?page=2")
    assert _html(client)[f"data-{name}"] == value


def test_the_version_for_the_visually_impaired_goes_on_and_off(client: Client) -> None:
    client.post("/display/", {"theme": "dark"})
    client.post("/display/", {"special": "on"})
    shown = _html(client)
    assert (shown["data-size"], shown["data-contrast"], shown["data-theme"]) == ("large", "high", "dark")
    page = parse(client.get("/ui/").content.decode())
    assert page.all("button", class_="special")[0].attrs["value"] == "off"
    assert "Обычная версия" in page.all("button", class_="special")[0].text
    client.post("/display/", {"special": "off"})
    assert set(_html(client)) == {"lang", "data-theme"}


def test_the_pressed_button_is_the_one_chosen(client: Client) -> None:
    client.post("/display/", {"size": "large"})
    page = parse(client.get("/ui/").content.decode())
    buttons = [one.attrs for one in page.all("button")]
    pressed = [(one.get("name"), one.get("value")) for one in buttons if one.get("aria-pressed") == "true"]
    assert ("size", "large") in pressed
    assert ("theme", "auto") in pressed


def test_nonsense_changes_nothing(client: Client) -> None:
    client.post("/display/", {"size": "enormous", "font": "x"})
    assert client.cookies[COOKIE].value == ""


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_nobody_is_sent_elsewhere(client: Client, target: str) -> None:
    for path in ("/display/", "/language/"):
        assert client.post(path, {"next": target})["Location"] == "/"


def test_only_a_post_changes_anything(ui: LazySettings, client: Client) -> None:
    assert client.get("/display/").status_code == client.get("/language/").status_code == 405
