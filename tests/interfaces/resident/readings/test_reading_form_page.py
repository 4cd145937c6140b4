"""The form: all meters on a page; a bad field keeps the good ones; questions, closed windows, two people."""

import io
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from abonent.accounts.models import Account
from abonent.metering.models import KeptForm, Meter, Photo, Submission, SubmittedReading
from abonent.users.models import User
from tests.interfaces.resident.readings.conftest import (
    CLOSED,
    NOW,
    OPENED_AGAIN,
    SetClock,
    Visit,
    add_meter,
    fields_of,
    words,
)
from tests.interfaces.ui.markup import faults, parse

Meters = tuple[Meter, Meter, Meter]


def names(meters: Meters) -> list[str]:
    one, two, three = (meter.pk for meter in meters)
    scales = {one: ["total"], two: ["day", "night"], three: ["peak", "half_peak", "night"]}
    return [f"reading-{meter}-{scale}" for meter, of in scales.items() for scale in of]


def all_of(meters: Meters, value: str = "1500") -> dict[str, str]:
    return dict.fromkeys(names(meters), value)


def test_every_meter_is_on_one_page_with_a_field_for_each_scale(desk: Visit, meters: Meters) -> None:
    answer = desk.get("new/")
    assert faults(answer.content.decode()) == []
    assert [name for name in fields_of(answer) if name.startswith("reading-")] == names(meters)
    page = words(answer)
    assert "Показания приборов учёта" in page
    assert "Период ввода показаний открыт до 25 ноября." in page
    for said in (
        "Электроэнергия счётчик № A-1",
        "Следующая поверка: 12.05.2031",
        "Плановая замена: 04.02.2027",
        "Пик , кВт·ч Предыдущее показание: 1 400 21.10.2026, от абонента",
        "Полупик , кВт·ч",
        "Ночь , кВт·ч",
        "После отправки показания можно исправить до 21.11.2026, 20:00.",
    ):
        assert said in page
    assert fields_of(answer)["taken_on"] == "2026-11-21"
    assert answer.content.decode().count('type="submit"') >= 1
    assert len(re.findall(r'inputmode="decimal"', answer.content.decode())) == 6
    photos = r'type="file"[^>]*accept="image/jpeg,image/png,image/webp"'
    assert len(re.findall(photos, answer.content.decode())) == 3


def test_what_scripts_look_for_is_there(desk: Visit, meters: Meters) -> None:
    page = parse(desk.get("new/").content.decode())
    form = next(one for one in page.elements if one.attrs.get("id") == "page-form")
    assert form.attrs["data-account"] == desk.account.public_id
    night = next(one for one in page.elements if one.attrs.get("name") == f"reading-{meters[1].pk}-night")
    found = {name: night.attrs[f"data-{name}"] for name in ("meter", "scale", "previous")}
    assert found == {"meter": str(meters[1].pk), "scale": "night", "previous": "1400"}


def test_one_button_sends_all_and_leads_to_the_confirmation(desk: Visit, meters: Meters) -> None:
    answer = desk.send(all_of(meters, "1 500,5"))
    made = Submission.objects.get()
    assert answer.status_code == 302
    assert answer.headers["Location"] == desk.address(f"{made.number}/")
    assert set(SubmittedReading.objects.values_list("value", flat=True)) == {Decimal("1500.500")}
    assert made.readings.count() == 6
    assert (made.user, made.way) == (desk.user, "cabinet")


def test_a_bad_field_keeps_the_good_ones_and_says_what_to_do(desk: Visit, meters: Meters) -> None:
    typed = {**all_of(meters), names(meters)[0]: "12x", names(meters)[2]: ""}
    answer = desk.send(typed)
    page = parse(answer.content.decode())
    assert answer.status_code == 200
    assert not Submission.objects.exists()
    assert {name: fields_of(answer)[name] for name in typed} == typed
    summary = page.all("div", class_="error-summary")[0]
    links = [one for one in page.all("a") if summary in one.inside]
    assert len(links) == 2
    for link in links:
        target = (link.attrs["href"] or "")[1:]
        field = next(one for one in page.elements if one.attrs.get("id") == target)
        assert field.attrs["aria-invalid"] == "true"
        beside = next(one for one in page.elements if one.attrs.get("id") == f"{target}-error")
        said = beside.text.replace("Ошибка: ", "").strip()
        assert link.text.endswith(said)
        assert f"{target}-error" in (field.attrs["aria-describedby"] or "").split()
    assert links[0].text.startswith("Электроэнергия, №\u00a0A-1: Это не число")
    assert links[1].text.startswith("Электроэнергия, №\u00a0B-2, ночь: ")
    assert "Заполните и эту шкалу" in links[1].text
    assert faults(answer.content.decode()) == []


def test_an_unusual_reading_is_asked_about_and_taken_once_confirmed(desk: Visit, meters: Meters) -> None:
    name = names(meters)[0]
    answer = desk.send({name: "9400"})
    page = words(answer)
    assert "Проверьте, пожалуйста, показания" in page
    assert 'class="error-summary asks"' in answer.content.decode(), "nothing is wrong yet"
    assert "8 000 кВт·ч" in page
    assert "около 102 кВт·ч" in page, "the customer's own usual"
    assert fields_of(answer)[name] == "9400"
    assert not Submission.objects.exists()
    box = re.search(r'<input type="checkbox" name="confirm"[^>]*value="([^"]+)"', answer.content.decode())
    assert box
    assert box[1] == f"{meters[0].pk}-total:unusual"
    done = desk.send({"confirm": box[1]}, form=fields_of(answer))
    assert done.status_code == 302
    assert SubmittedReading.objects.get().unusual


def test_a_rollover_is_asked_never_assumed(account: Account, alice: User) -> None:
    meter = add_meter(account, "A-1", 1, digits=3, months=1)
    meter.readings.update(value=990)
    desk, name = Visit(alice, account), f"reading-{meter.pk}-total"
    answer = desk.send({name: "7"})
    assert "Да, " in words(answer)
    assert not Submission.objects.exists()
    assert desk.send({"confirm": f"{meter.pk}-total:rollover"}, form=fields_of(answer)).status_code == 302
    assert SubmittedReading.objects.get().rolled_over


def test_an_empty_form_says_what_to_type(desk: Visit, meters: Meters) -> None:
    answer = desk.send({})
    said = "Введите показания хотя бы одного прибора учёта."
    assert words(answer).count(said) == 2, "above and at the first field"
    assert f'href="#{names(meters)[0]}"' in answer.content.decode()


@pytest.mark.parametrize(
    ("day", "said"),
    [("", "Выберите день"), ("yesterday", "Выберите день"), ("2026-11-22", "Этот день ещё не наступил")],
)
def test_a_bad_day_is_said_at_its_field(desk: Visit, meters: Meters, day: str, said: str) -> None:
    answer = desk.send({**all_of(meters), "taken_on": day})
    assert said in words(answer)
    assert 'href="#id_taken_on"' in answer.content.decode()
    assert fields_of(answer)["taken_on"] == day


def test_a_day_as_people_write_it(desk: Visit, meters: Meters) -> None:
    assert desk.send({**all_of(meters), "taken_on": "20.11.2026"}).status_code == 302
    assert SubmittedReading.objects.first().taken_on == date(2026, 11, 20)  # type: ignore[union-attr]


def test_a_closed_window_keeps_what_was_typed(desk: Visit, meters: Meters, clock: SetClock) -> None:
    form = desk.form()
    clock(CLOSED)
    answer = desk.client.post(desk.address("new/"), {**form, names(meters)[0]: "1515"}, follow=True)
    page = words(answer)
    assert "Период ввода показаний закрыт" in page
    assert "Откроется 10 декабря и продлится до 25 декабря включительно." in page
    assert "Введённые Вами показания сохранены." in page
    assert "1515" in page
    assert 'id="page-form"' not in answer.content.decode()
    assert KeptForm.objects.get().values == {f"{meters[0].pk}-total": "1515"}
    assert not Submission.objects.exists()
    assert "Период ввода показаний закрыт" in desk.reads()
    clock(OPENED_AGAIN)
    desk.client.force_login(desk.user)  # three weeks later
    again = desk.get("new/")
    assert fields_of(again)[names(meters)[0]] == "1515"
    assert "Вы ввели эти показания 27.11.2026" in words(again)
    assert desk.send({"taken_on": "2026-12-12"}, form=fields_of(again)).status_code == 302
    assert not KeptForm.objects.exists()


def test_a_null_character_breaks_nothing(desk: Visit, meters: Meters, clock: SetClock) -> None:
    form = desk.form()
    clock(CLOSED)
    assert desk.send({names(meters)[0]: "15\0", "key": "\0"}, form=form).status_code == 302
    assert KeptForm.objects.get().values == {f"{meters[0].pk}-total": "15"}


def test_what_was_sent_is_corrected_until_billing_takes_it(desk: Visit, meters: Meters) -> None:
    name = names(meters)[0]
    desk.send({name: "1500", "taken_on": "2026-11-20"})
    again = desk.get("new/")
    assert (fields_of(again)[name], fields_of(again)["taken_on"]) == ("1500", "2026-11-20")
    assert "Исправить их можно до 21.11.2026, 20:00." in words(again)
    assert "Вы уже передали 1 500 (снято 20.11.2026)." in words(again)
    assert desk.send({name: "1510"}).status_code == 302
    states = dict(SubmittedReading.objects.values_list("value", "state"))
    assert states == {Decimal(1500): "corrected", Decimal(1510): "received"}
    SubmittedReading.objects.filter(state="received").update(state="sent", batch=1, sent_at=NOW)
    taken = desk.get("new/")
    assert name not in fields_of(taken)
    assert "1 510 кВт·ч Передано в расчёт" in words(taken)
    assert names(meters)[1] in fields_of(taken), "the other meters are still asked for"


def test_what_billing_took_meanwhile_is_said_at_the_meter(desk: Visit, meters: Meters) -> None:
    name = names(meters)[0]
    desk.send({name: "1500"})
    form = desk.form()
    SubmittedReading.objects.update(state="sent", batch=1, sent_at=NOW)
    answer = desk.send({name: "1510"}, form=form)
    assert "1 500" in words(answer)
    assert f'href="#meter-{meters[0].pk}"' in answer.content.decode()
    assert faults(answer.content.decode()) == []
    assert SubmittedReading.objects.count() == 1


def test_when_all_is_taken_there_is_nothing_to_send(desk: Visit, meters: Meters) -> None:
    desk.send(all_of(meters))
    SubmittedReading.objects.update(state="accepted", batch=1, sent_at=NOW)
    answer = desk.get("new/")
    assert "передавать сейчас нечего" in words(answer)
    assert "taken_on" not in fields_of(answer)


def test_two_people_at_once_the_second_is_told(desk: Visit, bob: User, meters: Meters) -> None:
    name = names(meters)[0]
    slow = Visit(bob, desk.account)
    form = slow.form()
    desk.send({name: "1500"})
    answer = slow.send({name: "1501"}, form=form)
    assert "Показания уже передали" in words(answer)
    assert "Другой пользователь этого счёта уже передал 1 500" in words(answer)
    assert fields_of(answer)[name] == "1501"
    assert SubmittedReading.objects.filter(state="received").get().value == 1500
    assert slow.send({}, form=fields_of(answer)).status_code == 302
    assert SubmittedReading.objects.filter(state="received").get().value == 1501


def test_a_mended_form_still_tells_of_what_was_sent_meanwhile(desk: Visit, bob: User, meters: Meters) -> None:
    name = names(meters)[0]
    slow = Visit(bob, desk.account)
    wrong = slow.send({name: "x"})
    desk.send({name: "1500"})
    answer = slow.send({name: "1501"}, form=fields_of(wrong))
    assert "Показания уже передали" in words(answer)


def test_a_double_click_is_one_submission(desk: Visit, meters: Meters) -> None:
    form = {**desk.form(), **all_of(meters)}
    answers = [desk.client.post(desk.address("new/"), form) for _ in range(2)]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert Submission.objects.count() == 1


def picture(name: str = "meter.jpg") -> SimpleUploadedFile:
    made = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(made, "JPEG")
    return SimpleUploadedFile(name, made.getvalue(), "image/jpeg")


def test_a_photo_goes_along_and_only_people_of_the_account_see_it(
    desk: Visit, meters: Meters, new_person: Callable[..., User]
) -> None:
    answer = desk.send({names(meters)[0]: "1500", f"photo-{meters[0].pk}": picture()})
    seen = desk.client.get(f"{answer.headers['Location']}photo/{meters[0].pk}/")
    assert seen.headers["Content-Type"] == "image/jpeg"
    assert "no-store" in seen.headers["Cache-Control"]
    assert seen.content == bytes(Photo.objects.get().jpeg)
    assert f'{answer.headers["Location"]}photo/{meters[0].pk}/"' in words_and_marks(desk, answer)
    assert desk.client.get(f"{answer.headers['Location']}photo/{meters[1].pk}/").status_code == 404
    stranger = Client()
    stranger.force_login(new_person("charlie"))
    assert stranger.get(f"{answer.headers['Location']}photo/{meters[0].pk}/").status_code == 404


def words_and_marks(desk: Visit, answer: Any) -> str:
    return desk.client.get(answer.headers["Location"]).content.decode()


def test_a_photo_cannot_be_kept_over_an_error_and_the_field_says_so(desk: Visit, meters: Meters) -> None:
    answer = desk.send({names(meters)[0]: "x", f"photo-{meters[0].pk}": picture()})
    said = "Фото не сохранилось: выберите его, пожалуйста, ещё раз."
    assert words(answer).count(said) == 1
    assert '<details class="disclosure photo-field" open>' in answer.content.decode()


def test_a_file_that_is_no_picture_is_said_at_its_field(desk: Visit, meters: Meters) -> None:
    file = SimpleUploadedFile("meter.jpg", b"no picture", "image/jpeg")
    answer = desk.send({names(meters)[0]: "1500", f"photo-{meters[0].pk}": file})
    assert f'href="#photo-{meters[0].pk}"' in answer.content.decode()
    assert fields_of(answer)[names(meters)[0]] == "1500"
    assert faults(answer.content.decode()) == []


def test_switching_the_language_keeps_what_was_typed(desk: Visit, meters: Meters) -> None:
    form = desk.form()
    photo = {f"photo-{meters[0].pk}": "meter.jpg", f"photo-{meters[1].pk}": ""}
    typed = {**form, **photo, names(meters)[0]: "15x", "taken_on": "2026-11-19", "switch_language": "kk"}
    answer = desk.client.post(desk.address("new/"), urlencode(typed), "application/x-www-form-urlencoded")
    assert "Алдыңғы көрсеткіш:" in words(answer)
    assert words(answer).count("Фото сақталмады: оны қайта таңдаңыз.") == 1
    found = fields_of(answer)
    assert (found[names(meters)[0]], found["taken_on"], found["key"]) == ("15x", "2026-11-19", form["key"])
    assert not Submission.objects.exists()


def test_an_overdue_meter_is_refused_or_warned_of_as_the_supplier_says(account: Account, alice: User) -> None:
    meter = add_meter(account, "A-1", 1, next_verification_on=date(2026, 10, 12))
    desk = Visit(alice, account)
    assert "Срок поверки этого прибора истёк 12.10.2026. Показания пока принимаются" in desk.reads("new/")
    assert "Срок поверки этого прибора истёк 12.10.2026." in desk.reads()
    account.organisation.overdue_readings = "refuse"
    account.organisation.save()
    refused = desk.get("new/")
    assert f"reading-{meter.pk}-total" not in fields_of(refused)
    assert "12.10.2026" in words(refused)


def test_an_account_without_meters_says_so(account: Account, alice: User) -> None:
    assert "По этому лицевому счёту нет приборов учёта" in Visit(alice, account).reads("new/")
    assert "По этому лицевому счёту нет приборов учёта" in Visit(alice, account).reads()


def test_an_unconfirmed_address_sends_nothing(desk: Visit, meters: Meters) -> None:
    form = {**desk.form(), **all_of(meters)}
    User.objects.update(email_confirmed=False)
    answer = desk.client.post(desk.address("new/"), form)
    assert answer.headers["Location"] == "/settings/"
    assert not Submission.objects.exists()


def test_every_string_is_there_in_kazakh(desk: Visit, meters: Meters) -> None:
    User.objects.update(language="kk")
    page = desk.reads("new/")
    assert "Көрсеткіштерді енгізу кезеңі ашық, соңғы күні — 25 қараша." in page
    assert not re.search(r"(?<![№ ])\b[A-Za-z]{4,}", page.replace("A-1", ""))
