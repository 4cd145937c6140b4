"""The picture with characters: drawn anew, labelled, and answered by the field it belongs to."""

import pytest
from captcha.fields import CaptchaField
from captcha.models import CaptchaStore
from django import forms
from django.conf import LazySettings
from django.test import Client

from tests.interfaces.ui.conftest import render
from tests.interfaces.ui.markup import faults, parse

SOURCE = '{% from "ui/field.html" import field %}{{ field(form["picture"]) }}'


class Asked(forms.Form):
    picture = CaptchaField(label="Введите символы")


@pytest.mark.django_db
def test_the_picture_is_drawn_and_its_answer_taken(ui: LazySettings, client: Client) -> None:
    html = render(SOURCE, form=Asked())
    page = parse(html)
    assert faults(html) == []
    key = page.all("input", name_="picture_0")[0].attrs["value"]
    store = CaptchaStore.objects.get(hashkey=key)
    image = page.all("img")[0].attrs
    assert image["alt"]
    answer = client.get(str(image["src"]))
    assert answer["Content-Type"] == "image/png"
    assert Asked({"picture_0": key, "picture_1": store.response}).is_valid()


@pytest.mark.django_db
def test_a_wrong_answer_gets_another_picture_and_an_empty_field(ui: LazySettings) -> None:
    store = CaptchaStore.objects.get(hashkey=CaptchaStore.generate_key())
    html = render(SOURCE, form=Asked({"picture_0": store.hashkey, "picture_1": "нет"}))
    page = parse(html)
    answer = page.all("input", name_="picture_1")[0].attrs
    assert page.all("input", name_="picture_0")[0].attrs["value"] != store.hashkey
    assert answer.get("value") is None
    assert (answer["aria-invalid"], answer["autocomplete"]) == ("true", "off")
    another = page.all("button", name_="another_picture")[0]
    assert "formnovalidate" in another.attrs
    assert another.text.strip() == "Показать другую картинку"
