"""Every component in every state, and each layout: for the eye, for axe, for whoever builds a page."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from abonent.base.months import Month
from abonent.interfaces.ui import formatting
from abonent.interfaces.ui.charts import Bar, Group, bar_chart
from abonent.interfaces.ui.errors import not_found
from abonent.interfaces.ui.frames import AccountLine, Cabinet, MenuGroup, MenuItem, Office, OutageLine
from abonent.interfaces.ui.language import typed_initial
from abonent.interfaces.ui.tables import column

FIRST, LAST = Month(2024, 1), Month(2026, 10)


class SampleForm(forms.Form):
    """A field of every type; sent empty or wrongly it shows every error."""

    number = forms.CharField(
        label="Номер лицевого счёта", help_text="Ведущий ноль можно не указывать", max_length=20
    )
    amount = forms.DecimalField(label="Сумма последней оплаты", help_text="Например, 1234,56")
    email = forms.EmailField(label="Эл. почта (e-mail)")
    password = forms.CharField(label="Пароль", widget=forms.PasswordInput)
    phone = forms.CharField(label="Телефон", required=False, widget=forms.TextInput(attrs={"type": "tel"}))
    paid_on = forms.DateField(label="Дата последнего платежа", required=False, help_text="ДД.ММ.ГГГГ")
    service = forms.ChoiceField(
        label="Услуга", choices=[("", "—"), ("electricity", "Электр энергиясы"), ("water", "Холодная вода")]
    )
    language = forms.ChoiceField(
        label="Тіл", choices=[("kk", "Қазақша"), ("ru", "Русский")], widget=forms.RadioSelect, required=False
    )
    letters = forms.MultipleChoiceField(
        label="Что присылать",
        choices=[("bill", "Квитанции"), ("debt", "Напоминания")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    comment = forms.CharField(label="Комментарий", widget=forms.Textarea, required=False)
    agreed = forms.BooleanField(label="Я согласен с условиями лицензионного соглашения")


def _menu(current: str) -> list[MenuItem]:
    gallery_url = reverse("ui:gallery")
    lines = [
        ("accounts", "Доступные лицевые счета", "house"),
        ("account", "Информация по лицевому счёту", "file-user"),
        ("services", "Информация по услугам", "chart-column"),
        ("payments", "Платежи", "wallet"),
        ("receipts", "Квитанции", "receipt-text"),
        ("password", "Изменить пароль", "key-round"),
        ("email", "Изменение E-mail", "at-sign"),
        ("settings", "Персональные настройки", "settings"),
    ]
    return [MenuItem(gallery_url, label, symbol, key == current) for key, label, symbol in lines]


def _accounts() -> list[AccountLine]:
    here = reverse("ui:gallery")
    return [
        AccountLine("1002345", "Алматы, ул. Абая, д. 150, кв. 42", here, current=True),
        AccountLine("1098761", "Алматы, мкр. Ақсай-4, д. 7, кв. 118", here),
    ]


def _cabinet() -> Cabinet:
    here = reverse("ui:gallery")
    accounts = _accounts()
    return Cabinet(
        full_name="Нұрғалиева Әсел Қанатқызы",
        menu=_menu("services"),
        account=accounts[0],
        accounts=accounts,
        sign_out_url=here,
        receipt_url=here,
        site_map_url=here,
        home_url=here,
        add_account_url=here,
    )


def _rows() -> list[list[Any]]:
    rows: list[list[Any]] = []
    opening = Decimal("0.00")
    for index, one in enumerate(Month(2026, 3).through(LAST)):
        accrued = Decimal(4180 + 731 * (index % 4)) + Decimal("0.45")
        corrected = Decimal("-320.10") if index == 3 else Decimal("0.00")
        paid = opening if index else Decimal("0.00")
        closing = opening + accrued + corrected - paid
        rows.append([one, opening, accrued, corrected, paid, closing])
        opening = closing
    return rows


def _services_table() -> dict[str, Any]:
    rows = _rows()
    return {
        "columns": [
            column("Месяц/год", kind="month", head=True),
            column("Начальное сальдо", kind="money"),
            column("Начислено", kind="money"),
            column("Корректировки", kind="money"),
            column("Оплачено", kind="money"),
            column("Конечное сальдо", kind="money", strong=True),
        ],
        "rows": rows,
        "totals": [
            "Итого",
            rows[0][1],
            *(sum(row[index] for row in rows) for index in (2, 3, 4)),
            rows[-1][5],
        ],
    }


def _bill_table() -> dict[str, Any]:
    return {
        "bill_columns": [
            column("Наименование", head=True),
            column("Ед. изм."),
            column("Объём", kind="quantity"),
            column("Тариф", kind="quantity"),
            column("Начислено", kind="money"),
        ],
        "bill_rows": [
            ["Отопление", "кв.м", Decimal("17.2"), Decimal("26.14"), Decimal("449.61")],
            ["Подогрев воды", None, None, None, Decimal("768.08")],
            [
                "в т.ч. холодная вода для нужд ГВС",
                "куб.м",
                Decimal("10.16"),
                Decimal("13.03"),
                Decimal("132.38"),
            ],
            ["в т.ч. подогрев воды", "куб.м", Decimal("10.16"), Decimal("62.57"), Decimal("635.71")],
        ],
        "bill_levels": [0, 0, 1, 1],
    }


def _charts() -> dict[str, Any]:
    """A two-scale meter of twelve months beside the year before, with a month estimated; and one of costs."""
    days = (151, 140, 132, 118, 96, 88, 79, 84, 102, 121, 139, 158)
    groups = [
        Group(
            label=formatting.month_label(one, "ru"),
            title=f"{formatting.month(one, 'ru')}: {day + day // 3} кВт·ч",
            now=Bar((Decimal(day), Decimal(day // 3)), estimated=index == 4),
            before=Bar((Decimal(day + 40 - 7 * (index % 5)),)) if index else None,
        )
        for index, (one, day) in enumerate(zip((LAST - 11).through(LAST), days, strict=True))
    ]
    costs = [
        Group(formatting.month_label(LAST - 2 + index, "ru"), f"{cost} ₸", Bar((Decimal(cost),)))
        for index, cost in enumerate((4180, -731, 5642))
    ]
    return {
        "volumes": bar_chart(groups, formatting.quantity, ("main", "second")),
        "costs": bar_chart(costs, formatting.quantity),
    }


def _outages() -> list[OutageLine]:
    """One of a day, and one over night with a long text."""
    begins = datetime(2026, 11, 21, 14, tzinfo=UTC)
    long = "Аварийный ремонт трубопровода.\nПодвоз воды: у дома 5, с 18:00."
    return [
        OutageLine("Нет электроэнергии", "Плановые работы на подстанции.", begins, begins.replace(hour=18)),
        OutageLine("Суық су жоқ", long, begins, begins.replace(day=22, hour=6)),
    ]


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component. A POST of the sample form shows its errors."""
    form = (
        SampleForm(request.POST) if request.method == "POST" else SampleForm(initial=typed_initial(request))
    )
    if form.is_valid():
        form.add_error(None, _("The form is only a sample."))
    context = {
        "office": Office(
            _("Components"),
            "Abonent",
            [MenuGroup(_("Components"), _menu("")[:3])],
            home_url=reverse("ui:gallery"),
        ),
        "form": form,
        "wrong": SampleForm({"number": "", "email": "нет", "amount": "1e5"}, prefix="wrong"),
        "debt": Decimal("12480.55"),
        "overpaid": Decimal("-1250.00"),
        "zero": Decimal("0.00"),
        "more": Decimal("731.40"),
        "less": Decimal("-320.10"),
        "first": Month(2026, 3),
        "last": LAST,
        "earliest": FIRST,
        "page": Paginator(range(230), 20).page(4),
        "outages": _outages(),
        **_services_table(),
        **_bill_table(),
        **_charts(),
    }
    return render(request, "ui/gallery.html", context)


def layout(request: HttpRequest, name: str) -> HttpResponse:
    """A layout as a page of it looks: `cabinet`, `entrance`, `confirm`, or the error page."""
    shared = {"cabinet": _cabinet(), "form": SampleForm(initial=typed_initial(request)), **_services_table()}
    shared |= {"first": Month(2026, 3), "last": LAST, "earliest": FIRST}
    if name == "error":
        return not_found(request)
    if name not in ("cabinet", "entrance", "confirm", "accounts"):
        raise Http404
    return render(request, f"ui/gallery/{name}.html", shared)
