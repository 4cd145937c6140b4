"""«Расчёт оплаты за электроэнергию»: readings in, every line of the amount out, nothing kept."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from abonent.accounts.models import Account
from abonent.metering.models import Meter, Reading, Submission, SubmittedReading
from tests.interfaces.resident.test_cabinet_pages import public_id, see, words
from tests.interfaces.ui.markup import faults, parse


def field(serial: str, scale: str) -> str:
    return f"reading-{Meter.objects.get(serial=serial).pk}-{scale}"


def send(person: Any, key: str, typed: dict[str, Any], language: str = "ru") -> str:
    type(person).objects.filter(pk=person.pk).update(language=language)
    client = Client()
    client.force_login(person)
    answer = client.post(reverse("calculator", args=[public_id(key)]), typed)
    assert answer.status_code == 200
    html = answer.content.decode()
    assert faults(html) == []
    return html


def read(day: int, night: int, on: str = "2026-11-20") -> dict[str, str]:
    return {field("A-1", "day"): str(day), field("A-1", "night"): str(night), "taken_on": on}


def test_the_form_shows_the_previous_readings_and_the_tariff(cast: dict[str, Any]) -> None:
    page = see(cast["alice"], "calculator", "100")
    assert page.startswith("Расчёт оплаты за электроэнергию")
    assert "Дата последних показаний" in page
    assert "Электроэнергия счётчик № A-1 Тариф: По зонам суток" in page
    assert "День , кВт·ч Предыдущее показание: 3 280 31.10.2026" in page
    assert "Ночь , кВт·ч Предыдущее показание: 1 240 31.10.2026" in page


def test_every_line_is_explained_and_they_add_up(cast: dict[str, Any]) -> None:
    page = words(send(cast["alice"], "100", read(3360, 1270)).encode())
    assert "Электроэнергия, счётчик № A-1 1 900,00 ₸ 01.11.2026 – 20.11.2026, 20 дней" in page
    assert "Расчёт оплаты по счётчику Шкала Уровень или диапазон Дней Объём, кВт·ч Тариф Сумма" in page
    assert "День Единый тариф на любой объём 20 80 20 1 600,00 ₸" in page
    assert "Ночь Единый тариф на любой объём 20 30 10 300,00 ₸ Итого 1 900,00 ₸" in page
    assert "День 3 280 3 360 80 Ночь 1 240 1 270 30" in page


def test_the_same_in_kazakh_in_the_manuals_words(cast: dict[str, Any]) -> None:
    page = words(send(cast["alice"], "100", read(3360, 1270), language="kk").encode())
    assert page.startswith("Электр энергиясы бойынша төлемдерді есептеу")
    assert "Есептегіш бойынша төлемнің есебі" in page
    assert "1 900,00 ₸ 01.11.2026 – 20.11.2026, 20 күн" in page


def test_nothing_is_stored(cast: dict[str, Any]) -> None:
    readings = Reading.objects.count()
    with CaptureQueriesContext(connection) as seen:
        send(cast["alice"], "100", read(3360, 1270))
    written = [one["sql"] for one in seen if str(one["sql"]).startswith(("INSERT", "UPDATE", "DELETE"))]
    assert [sql for sql in written if "metering" in sql or "ledger" in sql] == []
    assert Reading.objects.count() == readings
    assert not Submission.objects.exists()
    assert not SubmittedReading.objects.exists()


@pytest.mark.parametrize(
    ("day", "night", "on", "message"),
    [
        ("abc", "1270", "2026-11-20", "Это не число"),
        ("3360", "", "2026-11-20", "Заполните и эту шкалу"),
        ("3000", "1270", "2026-11-20", "рассчитано на 31.10.2026"),
        ("3360", "1270", "2099-01-01", "ещё не наступил"),
        ("3360", "1270", "", "Выберите день"),
        ("3360", "1270", "2026-10-31", "Выберите более поздний день"),
        ("1234567", "1270", "2026-11-20", "цифр: 5"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_above(
    cast: dict[str, Any], day: str, night: str, on: str, message: str
) -> None:
    html = send(
        cast["alice"], "100", {**read(0, 0, on), field("A-1", "day"): day, field("A-1", "night"): night}
    )
    page = parse(html)
    summary = next(one for one in page.elements if "error-summary" in one.attrs.get("class", ""))
    ids = {one.attrs["id"] for one in page.elements if "id" in one.attrs}
    links = [
        one.attrs["href"][1:] for one in page.all("a") if one.attrs.get("href", "").startswith("#reading")
    ]
    links += [one.attrs["href"][1:] for one in page.all("a") if one.attrs.get("href") == "#id_taken_on"]
    assert message in summary.text
    assert words(html.encode()).count(message) == 2
    assert links
    assert set(links) <= ids
    assert f'value="{day}"' in html, "what was typed stays"
    assert "Итого" not in html


def test_an_empty_form_asks_for_readings(cast: dict[str, Any]) -> None:
    html = send(cast["alice"], "100", {"taken_on": "2026-11-20"})
    assert "Введите показания хотя бы одного" in html


def test_a_rollover_is_asked_and_then_counted(cast: dict[str, Any]) -> None:
    Account.objects.filter(key="200").update(residents=1)
    Reading.objects.filter(meter__serial="B-1", taken_on="2026-10-31").update(value="99990")
    typed = {field("B-1", "total"): "20", "taken_on": "2026-11-20"}
    asked = words(send(cast["charlie"], "200", typed).encode())
    assert "с нуля" in asked
    assert "Итого" not in asked
    key = field("B-1", "total").removeprefix("reading-")
    page = words(send(cast["charlie"], "200", typed | {"confirm": f"{key}:rollover"}).encode())
    assert "99 990 20 30" in page
    assert "Итого 300,00 ₸" in page


def test_the_number_of_residents_is_asked_where_the_account_does_not_say(cast: dict[str, Any]) -> None:
    assert "Сколько человек здесь живёт" in see(cast["charlie"], "calculator", "200")
    assert "Сколько человек здесь живёт" not in see(cast["alice"], "calculator", "100")
    typed = {field("B-1", "total"): "4440", "taken_on": "2026-11-20"}
    assert "Число проживающих" in send(cast["charlie"], "200", typed)
    assert "Введите, сколько человек здесь живёт" in send(
        cast["charlie"], "200", typed | {"residents": "много"}
    )
    page = words(send(cast["charlie"], "200", typed | {"residents": "2"}).encode())
    assert "Расчёт оплаты по счётчику" in page


def test_a_language_switch_keeps_what_was_typed_and_its_answer(cast: dict[str, Any]) -> None:
    html = send(cast["alice"], "100", read(3360, 1270) | {"switch_language": "kk"})
    assert 'lang="kk"' in html
    assert "1 900,00" in words(html.encode()).replace("\u00a0", " ")
    assert 'value="3360"' in html


def test_an_account_without_a_meter_is_told_so(cast: dict[str, Any]) -> None:
    assert "На этом лицевом счёте нет счётчиков" in see(cast["charlie"], "calculator", "300")


def test_a_meter_without_a_tariff_says_why_and_asks_nothing(cast: dict[str, Any]) -> None:
    Meter.objects.filter(serial="A-1").update(tariff="unknown")
    html = send(cast["alice"], "100", {})
    assert "По этому счётчику расчёта здесь нет" in html
    assert field("A-1", "day") not in html


def test_the_number_of_queries_is_constant(cast: dict[str, Any]) -> None:
    """As many for a meter of two scales as for one of one scale; reckoning reads the same once more."""
    Account.objects.filter(key="200").update(residents=1)
    counts = set()
    for key, person, typed in (
        ("100", "alice", read(3360, 1270)),
        ("200", "charlie", {field("B-1", "total"): "4440", "taken_on": "2026-11-20"}),
    ):
        client = Client()
        client.force_login(cast[person])
        address = reverse("calculator", args=[public_id(key)])
        client.get(address)
        with CaptureQueriesContext(connection) as opened:
            client.get(address)
        with CaptureQueriesContext(connection) as reckoned:
            assert "Итого" in client.post(address, typed).content.decode()
        counts.add((len(opened), len(reckoned)))
    assert counts == {(7, 11)}
