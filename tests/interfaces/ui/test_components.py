"""What the components draw: sound HTML, labels bound, states said in words."""

import re
from decimal import Decimal

import jinja2
import pytest
from django import forms
from django.conf import LazySettings
from django.core.paginator import Paginator
from django.http import QueryDict
from django.test import Client, RequestFactory
from django.utils import translation
from markupsafe import Markup

from abonent.base.months import Month
from abonent.interfaces.ui import tables
from tests.interfaces.ui.conftest import PORTALS, profile, render
from tests.interfaces.ui.markup import faults, parse

LAYOUTS = ("", "cabinet/", "accounts/", "entrance/", "confirm/", "error/")


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("path", LAYOUTS)
def test_a_page_is_sound(client: Client, path: str, language: str) -> None:
    answer = client.get(f"/ui/{path}", headers={"Accept-Language": language})
    html = answer.content.decode()
    assert faults(html) == []
    page = parse(html)
    assert page.all("html")[0].attrs["lang"] == language
    assert len(page.all("h1")) == 1
    assert page.all("title")[0].text.strip()
    assert len(page.all("main")) == 1
    assert "{{" not in html
    assert "None" not in re.sub(r"<[^>]*>", "", html)


@pytest.mark.parametrize("code", PORTALS)
def test_each_portal_draws_its_own_brand_and_contacts(ui: LazySettings, client: Client, code: str) -> None:
    ui.PORTAL = profile(ui, code)
    html = client.get("/ui/cabinet/").content.decode()
    assert ui.PORTAL.brand.short_name["ru"] in html
    assert ui.PORTAL.linking.number_label["ru"] in html
    assert ui.PORTAL.currency_symbol in html
    for phone in ui.PORTAL.contact_centre.phones:
        assert phone.replace(" ", "\u00a0") in html
    for office in ui.PORTAL.offices:
        assert office.address["ru"] in html


def test_the_menu_marks_the_page_being_read(client: Client) -> None:
    page = parse(client.get("/ui/cabinet/").content.decode())
    current = [one.text.strip() for one in page.elements if one.attrs.get("aria-current") == "page"]
    assert current == ["Информация по услугам"]


def test_every_form_that_posts_carries_the_token(client: Client) -> None:
    for path in LAYOUTS:
        html = client.get(f"/ui/{path}").content.decode()
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", html, re.DOTALL):
            switched = 'form="page-form"' in form
            assert ("csrfmiddlewaretoken" in form) or switched, form[:200]


def test_an_error_is_said_twice_in_the_same_words_and_linked(client: Client) -> None:
    client.get("/ui/")
    html = client.post("/ui/", {"number": "", "email": "нет", "amount": "12,5"}).content.decode()
    page = parse(html)
    summary = page.all("div", class_="error-summary")[0]
    assert (summary.attrs["role"], summary.attrs["tabindex"]) == ("alert", "-1")
    assert "autofocus" in summary.attrs
    links = [one for one in page.all("a") if summary in one.inside]
    assert "Заполните поле «Номер лицевого счёта»" in [one.text for one in links]
    for link in links:
        target = (link.attrs["href"] or "")[1:]
        field = next(one for one in page.elements if one.attrs.get("id") == target)
        assert field.attrs.get("aria-invalid") == "true"
        described = (field.attrs["aria-describedby"] or "").split()[-1]
        beside = next(one for one in page.elements if one.attrs.get("id") == described)
        assert beside.text.strip().endswith(link.text), link.text
    assert 'value="нет"' in html


class AllKinds(forms.Form):
    secret = forms.CharField(label="Пароль", widget=forms.PasswordInput)
    when = forms.DateField(label="Дата")
    many = forms.MultipleChoiceField(
        label="Что", choices=[("a", "А"), ("Группа", [("b", "Б")])], widget=forms.CheckboxSelectMultiple
    )
    one = forms.ChoiceField(label="Одно", choices=[("a", "А"), ("b", "Б")], widget=forms.RadioSelect)
    pick = forms.ChoiceField(label="Выбор", choices=[("1", "Один"), ("2", "Два")])
    yes = forms.BooleanField(label="Согласен")
    hidden = forms.CharField(widget=forms.HiddenInput)
    file = forms.FileField(label="Файл", required=False)
    text = forms.CharField(
        label="Текст", widget=forms.Textarea(attrs={"rows": 3, "style": "x", "maxlength": 9})
    )


TYPED = {
    "secret": "тайна",
    "when": "31.12.2025",
    "many": ["b"],
    "one": "b",
    "pick": "2",
    "yes": "on",
    "hidden": "<h>",
    "text": "<b>",
}
ALL_FIELDS = '{% from "ui/field.html" import fields %}{{ fields(form) }}'


@pytest.fixture
def typed(ui: LazySettings) -> str:
    posted = QueryDict(mutable=True)
    for key, value in TYPED.items():
        posted.setlist(key, value if isinstance(value, list) else [value])
    return render(ALL_FIELDS, form=AllKinds(posted))


def test_every_kind_of_field_keeps_what_was_typed(typed: str) -> None:
    page = parse(typed)
    assert faults(typed) == []
    assert "тайна" not in typed, "a password is never sent back"
    assert page.all("input", id_="id_when")[0].attrs["value"] == "31.12.2025"
    checked = {
        one.attrs["name"]: one.attrs.get("value") for one in page.all("input") if "checked" in one.attrs
    }
    assert checked == {"many": "b", "one": "b", "yes": None}
    assert [one.attrs["value"] for one in page.all("option") if "selected" in one.attrs] == ["2"]
    assert page.all("input", id_="id_hidden")[0].attrs["value"] == "<h>"
    assert page.all("textarea")[0].text.strip() == "<b>"
    assert page.all("input", id_="id_file")[0].attrs["type"] == "file"


def test_groups_have_a_legend_and_required_fields_a_star(typed: str) -> None:
    page = parse(typed)
    assert [one.text.strip() for one in page.all("legend")] == ["Что *", "Одно *"]
    labels = {one.attrs["for"]: one.text.strip() for one in page.all("label")}
    assert labels["id_secret"] == "Пароль *"
    assert labels["id_file"] == "Файл"


def test_a_widgets_own_attributes_come_along_but_no_style(typed: str) -> None:
    area = parse(typed).all("textarea")[0].attrs
    assert (area["rows"], area["maxlength"]) == ("3", "9")
    assert "style" not in area


def test_a_field_takes_what_the_page_says(ui: LazySettings) -> None:
    html = render(
        '{% from "ui/field.html" import field %}'
        '{{ field(form["when"], hint="ДД.ММ.ГГГГ", inputmode="numeric", autocomplete="bday", width=8) }}',
        form=AllKinds(),
    )
    one = parse(html).all("input")[0].attrs
    assert (one["inputmode"], one["autocomplete"], one["aria-describedby"]) == (
        "numeric",
        "bday",
        "id_when-hint",
    )
    assert "aria-invalid" not in one
    assert faults(html) == []


@pytest.mark.parametrize(
    ("amount", "words", "shown"),
    [("12480.55", "К оплате", "12 480,55"), ("-1250", "Переплата", "1 250,00"), ("0", "Долга нет", "0,00")],
)
def test_the_balance_is_told_in_words(ui: LazySettings, amount: str, words: str, shown: str) -> None:
    html = render('{% from "ui/money.html" import balance %}{{ balance(amount) }}', amount=Decimal(amount))
    assert words in html
    assert shown.replace(" ", "\u00a0") in html
    assert "−" not in html


TABLE = (
    '{% from "ui/data_table.html" import data_table %}'
    '{{ data_table("Платежи", columns, rows, totals, nested=nested) }}'
)


def columns() -> list[tables.Column]:
    return [
        tables.column("Месяц", kind="month", head=True),
        tables.column("Банк <b>"),
        tables.column("Сумма", kind="money", strong=True),
        tables.column("", kind="html"),
    ]


def test_a_table_is_a_table_and_a_card(ui: LazySettings) -> None:
    rows = [
        [Month(2026, 10), "Банк «А» <i>", Decimal("1234.5"), Markup("<a href='/x'>ок</a>")],
        [Month(2026, 9), None, None, ""],
    ]
    html = render(
        TABLE, columns=columns(), rows=rows, totals=["Итого", None, Decimal("1234.5"), None], nested=[0, 1]
    )
    page = parse(html)
    assert faults(html) == []
    assert page.all("caption")[0].text == "Платежи"
    assert [one.text for one in page.all("th", scope="row")] == ["октябрь 2026", "сентябрь 2026", "Итого"]
    assert "&lt;i&gt;" in html
    assert "<a href='/x'>ок</a>" in html
    assert [one.attrs.get("data-label") for one in page.all("td")][:3] == ["Банк <b>", "Сумма", None]
    assert html.count("—") == 2
    assert len(page.all("tr", class_="level-1")) == 1
    empty = Markup("\n")  # an action that this row does not have
    html = render(
        TABLE, columns=columns(), rows=[[Month(2026, 9), "", None, empty]], totals=None, nested=None
    )
    assert [one.attrs.get("class") for one in parse(html).all("td")] == ["none", "num key", "none"]


def test_the_totals_of_a_table(ui: LazySettings) -> None:
    html = render(
        TABLE,
        columns=columns(),
        rows=[[Month(2026, 9), "", None, ""]],
        totals=["Итого", None, Decimal("1234.5"), None],
        nested=None,
    )
    assert "1\u00a0234,50\u00a0₸" in parse(html).all("tfoot")[0].text


def test_a_row_of_a_wrong_length_is_an_error(ui: LazySettings) -> None:
    with pytest.raises(ValueError, match="zip"):
        render(TABLE, columns=columns(), rows=[[Month(2026, 1)]], totals=None, nested=None)


def test_a_table_without_rows_says_so(ui: LazySettings) -> None:
    html = render(TABLE, columns=columns(), rows=[], totals=None, nested=None)
    assert "<table" not in html
    assert "За этот период ничего нет." in html


def test_the_months_of_a_range(ui: LazySettings) -> None:
    html = render(
        '{% from "ui/month_range.html" import month_range %}{{ month_range(first, last, earliest, last) }}',
        first=Month(2026, 3),
        last=Month(2026, 10),
        earliest=Month(2025, 11),
    )
    page = parse(html)
    assert faults(html) == []
    assert page.all("form")[0].attrs["method"] == "get"
    chosen = [one.attrs["value"] for one in page.all("option") if "selected" in one.attrs]
    assert chosen == ["2026-03", "2026-10"]
    assert len(page.all("option")) == 24
    assert page.all("option")[0].attrs["value"] == "2026-10", "the newest first"


@pytest.mark.parametrize(
    ("language", "yes", "no"), [("ru", "ОК", "Отмена"), ("kk", "Иә", "Жоқ"), ("en", "OK", "Cancel")]
)
def test_a_question_is_asked_in_the_manuals_words(ui: LazySettings, language: str, yes: str, no: str) -> None:
    request = RequestFactory().get("/")
    with translation.override(language):
        html = render(
            '{% from "ui/confirm.html" import confirm %}'
            '{{ confirm(request, "Удалить?", back="/b", fields={"key": "<7>"}) }}',
            request=request,
        )
    page = parse(html)
    assert page.all("button")[0].text == yes
    assert (page.all("a")[0].text, page.all("a")[0].attrs["href"]) == (no, "/b")
    assert page.all("input", name_="key")[0].attrs["value"] == "<7>"
    assert page.all("input", name_="confirmed")[0].attrs["value"] == "yes"


def test_a_notice_is_announced(ui: LazySettings) -> None:
    source = '{% from "ui/notice.html" import notice %}{{ notice("Готово <b>", kind) }}'
    assert 'role="status"' in render(source, kind="success")
    assert 'role="alert"' in render(source, kind="error")
    assert "Готово &lt;b&gt;" in render(source, kind="info")


def test_pages_of_a_list(ui: LazySettings) -> None:
    source = (
        '{% from "ui/pagination.html" import pagination %}{% macro address(n) %}?page={{ n }}{% endmacro %}'
        "{{ pagination(page, address) }}"
    )
    html = render(source, page=Paginator(range(230), 20).page(4))
    assert faults(html) == []
    assert [one.text.strip() for one in parse(html).elements if one.attrs.get("aria-current") == "page"] == [
        "4"
    ]
    assert 'rel="prev" href="?page=3"' in html
    assert render(source, page=Paginator(range(5), 20).page(1)).strip() == ""


def test_a_file_or_page_that_is_not_there(client: Client) -> None:
    assert client.get("/ui/nothing/").status_code == 404


def test_an_unknown_name_in_a_template_is_an_error_not_a_blank(ui: LazySettings) -> None:
    with pytest.raises(jinja2.UndefinedError):
        render("{{ nobody_gave_this }}")
