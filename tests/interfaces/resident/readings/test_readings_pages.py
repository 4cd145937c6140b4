"""The section of the meters with their past, and the page of what was sent."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from abonent.accounts.models import Account, AccountLink
from abonent.base.kept import forget_everything
from abonent.interfaces.resident.readings.history import months_asked
from abonent.interfaces.resident.readings.words import masked, until
from abonent.metering.models import Meter, Reading, Submission, SubmittedReading
from abonent.notices.models import Letter
from abonent.portal.profile import load
from abonent.users.models import User
from tests import billed
from tests.interfaces.resident.readings.conftest import CLOSED, NOW, SetClock, Visit, add_meter
from tests.interfaces.resident.test_cabinet import PORTALS
from tests.interfaces.ui.markup import faults

Meters = tuple[Meter, Meter, Meter]
LATER = NOW + timedelta(days=1)


def sent(desk: Visit, meter: Meter, value: str = "1500") -> Submission:
    assert desk.send({f"reading-{meter.pk}-total": value}).status_code == 302
    return Submission.objects.latest("id")


def becomes(state: str, **facts: Any) -> None:
    """Billing has answered about everything that was not corrected."""
    told = {"sent_at": NOW, "answered_at": None if state == "sent" else LATER, "batch": 1, **facts}
    SubmittedReading.objects.exclude(state="corrected").update(state=state, **told)


def test_the_section_says_whether_readings_are_taken_and_what_is_known(desk: Visit, meters: Meters) -> None:
    answer = desk.get()
    assert faults(answer.content.decode()) == []
    page = desk.reads()
    for said in (
        "Период ввода показаний открыт до 25 ноября Показания за этот период ещё не переданы.",
        "Передать показания",
        "Электроэнергия счётчик № A-1 Показание 1 400 кВт·ч 21.10.2026, от абонента",
        "Следующая поверка: 12.05.2031",
        "Плановая замена: 04.02.2027",
        "Напоминать по эл. почте",
        "Добавить в календарь",
        "октябрь 2026 21.10.2026 Электроэнергия счётчик № C-3 Пик: 1 400 кВт·ч Полупик: 1 400 кВт·ч",
    ):
        assert said in page
    assert f'href="{desk.address("new/")}"' in answer.content.decode()


def test_each_portal_calls_the_way_in_and_the_button_as_its_manual_does(desk: Visit, settings: Any) -> None:
    settings.LANGUAGE_CODE = "ru"
    for portal, way, button in (
        ("pes", "Добавить", "Сохранить"),
        ("housing", "Ввести значения", "Сохранить"),
        ("aes", "Передать показания", "Передать показания"),
    ):
        settings.PORTAL = load(PORTALS / f"{portal}.toml")
        assert f"переданы. {way} " in desk.reads(), portal
        assert f" {button} Отмена" in desk.reads("new/"), portal
    settings.PORTAL = load(PORTALS / "pes.toml")
    assert "<h1>Показания прибора учёта</h1>" in desk.get().content.decode()


def test_what_was_sent_stands_with_its_state_and_number(desk: Visit, meters: Meters) -> None:
    made = sent(desk, meters[0])
    page = desk.reads()
    assert "По одним приборам показания переданы, по другим ещё нет." in page
    assert "Показание 1 500 кВт·ч 21.11.2026, передано Вами" in page
    assert f"Получено № {made.number}" in page
    assert "ноябрь 2026 21.11.2026 Электроэнергия счётчик № A-1 1 500 кВт·ч передано Вами Получено" in page


def test_when_all_is_sent_the_way_leads_to_correcting(account: Account, alice: User) -> None:
    desk = Visit(alice, account)
    sent(desk, add_meter(account, "A-1", 1))
    said = "Показания за этот период переданы. Исправить переданное можно до 21.11.2026, 20:00."
    assert f"{said} Исправить показания" in desk.reads()
    becomes("sent")
    taken = desk.reads()
    assert "Показания за этот период переданы." in taken
    assert "Исправить" not in taken


def test_a_closed_window_says_when_it_opens(desk: Visit, clock: SetClock) -> None:
    clock(CLOSED)
    page = desk.reads()
    assert (
        "Период ввода показаний закрыт Откроется 10 декабря и продлится до 25 декабря включительно." in page
    )
    assert "Передать показания" not in page


def test_the_registry_keeps_every_source_and_what_became_of_it(account: Account, alice: User) -> None:
    meter, desk = add_meter(account, "A-1", 1, months=1), Visit(alice, account)
    first = sent(desk, meter, "1410")
    second = sent(desk, meter, "1420")
    Reading.objects.create(
        meter=meter, scale="total", taken_on=date(2026, 11, 21), source="inspector", value=1415
    )
    Reading.objects.create(
        meter=meter, scale="total", taken_on=date(2026, 9, 30), source="estimate", value=990
    )
    becomes("rejected", reason="Контролёр снял меньшее")
    page = desk.reads()
    assert "21.11.2026 1 415 кВт·ч от контролёра" in page
    assert f"1 420 кВт·ч передано Вами Отклонено Контролёр снял меньшее № {second.number}" in page
    assert f"1 410 кВт·ч от абонента Исправлено № {first.number}" in page
    assert "30.09.2026 990 кВт·ч расчётное" in page
    becomes("used", used_in=date(2026, 11, 1), reason="")
    assert f"передано Вами В счёте за ноябрь 2026 № {second.number}" in desk.reads()


def test_years_are_a_link_away(account: Account, alice: User) -> None:
    desk = Visit(alice, account)
    add_meter(account, "A-1", 1, months=20)
    page = desk.get().content.decode()
    assert 'href="?year=2025#history"' in page
    assert "21.05.2026" not in page
    year = desk.reads("?year=2025")
    assert "Все показания за 2025 год" in year
    assert "21.03.2025" in year
    assert "21.10.2026, от абонента" in year, "the meters stand as ever"
    assert "январь 2026" not in year


@pytest.mark.parametrize("asked", ["", "0", "1999", "2027", "²⁰²⁵", "x" * 200, "9" * 200, "-2025"])
def test_a_year_that_makes_no_sense_is_the_last_months(asked: str) -> None:
    months = months_asked(asked, date(2026, 11, 21))
    assert (str(months.first), str(months.last), months.year) == ("2026-06", "2026-11", None)


def test_the_confirmation_has_number_time_values_and_what_comes(desk: Visit, meters: Meters) -> None:
    made = sent(desk, meters[0])
    answer = desk.get(f"{made.number}/")
    assert faults(answer.content.decode()) == []
    page = desk.reads(f"{made.number}/")
    for said in (
        f"Показания № {made.number} Показания получены 21.11.2026, 14:00",
        "Письмо об этом отправлено на a•••@example.kz.",
        "Показания на 21.11.2026",
        "Электроэнергия счётчик № A-1 1 500 1 400 100 кВт·ч",
        "Что будет дальше Получено 21.11.2026, 14:00 Передано в расчёт 21.11.2026, 20:00 Принято",
        "Исправить переданное можно до 21.11.2026, 20:00.",
        "Печать",
    ):
        assert said in page
    assert Letter.objects.get().to == "alice@example.kz"


@pytest.mark.parametrize(
    ("state", "facts", "said"),
    [
        (
            "sent",
            {},
            "Передано в расчёт 21.11.2026, 14:00 Показания проверяют, ответ появится здесь.",
        ),
        ("accepted", {}, "Принято 22.11.2026, 14:00 Учтено в счёте"),
        ("used", {"used_in": date(2026, 11, 1)}, "Учтено в счёте 22.11.2026, 14:00 В счёте за ноябрь 2026"),
        ("rejected", {"reason": "Снято не то"}, "Отклонено 22.11.2026, 14:00 Снято не то"),
    ],
)
def test_the_way_through_billing(
    desk: Visit, meters: Meters, state: str, facts: dict[str, Any], said: str
) -> None:
    made = sent(desk, meters[0])
    becomes(state, **facts)
    page = desk.reads(f"{made.number}/")
    assert said in page
    assert "Исправить переданное" not in page
    assert ("Показания не приняты" in page) == (state == "rejected")


def test_meters_that_stand_apart_have_a_way_each(desk: Visit, meters: Meters) -> None:
    one, two = f"reading-{meters[0].pk}-total", f"reading-{meters[1].pk}-"
    desk.send({one: "1500", f"{two}day": "1500", f"{two}night": "1500"})
    SubmittedReading.objects.filter(meter=meters[0]).update(state="sent", sent_at=NOW, batch=1)
    page = desk.get(f"{Submission.objects.get().number}/").content.decode()
    assert page.count('<ol class="timeline"') == 2
    assert "<h3>Электроэнергия, счётчик №\u00a0A-1</h3>" in page


def test_an_old_submission_leads_to_the_one_that_took_its_place(desk: Visit, meters: Meters) -> None:
    first, second = sent(desk, meters[0]), sent(desk, meters[0], "1510")
    page = desk.get(f"{first.number}/").content.decode()
    assert "Эти показания исправлены" in page
    assert desk.address(f"{second.number}/") in page


def test_another_person_of_the_account_sees_it_without_the_address(
    desk: Visit, bob: User, meters: Meters
) -> None:
    made = sent(desk, meters[0])
    page = Visit(bob, desk.account).reads(f"{made.number}/")
    assert "Показания получены" in page
    assert "@example.kz" not in page
    assert "21.11.2026, передано другим пользователем счёта" in Visit(bob, desk.account).reads()


def test_a_number_of_another_account_is_not_found(
    desk: Visit, meters: Meters, supplier: Any, new_person: Callable[..., User]
) -> None:
    made = sent(desk, meters[0])
    theirs = Account.objects.create(
        number="0018", key="18", organisation=supplier, payer="Ли", address="Абая 2"
    )
    charlie = Visit(new_person("charlie", theirs), theirs)
    assert charlie.client.get(charlie.address(f"{made.number}/")).status_code == 404
    assert charlie.client.get(desk.address(f"{made.number}/")).status_code == 404
    for number in ("9999-9999", "999999999999-9999"):
        assert desk.client.get(desk.address(f"{number}/")).status_code == 404


def test_a_limited_link_says_so_and_sends_all_the_same(desk: Visit, meters: Meters) -> None:
    AccountLink.objects.update(limited_until=NOW + timedelta(days=1))
    assert "Подключение этого лицевого счёта ещё не подтверждено" in desk.reads()
    assert sent(desk, meters[0])


def _queries(desk: Visit, page: str) -> int:
    forget_everything()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        desk.get(page)
    return len(asked)


@pytest.mark.parametrize("page", ["", "new/", "?year=2025"])
def test_queries_do_not_grow_with_meters_and_years(account: Account, alice: User, page: str) -> None:
    desk = Visit(alice, account)
    add_meter(account, "A-1", 1, months=3)
    few = _queries(desk, page)
    for number in range(6):
        add_meter(account, f"B-{number}", 3, months=30)
    sent(desk, Meter.objects.get(serial="A-1"))
    assert _queries(desk, page) == few
    assert few <= 12


def test_the_account_leads_to_its_readings_first(db: None, tmp_path: Path) -> None:
    billed.load(tmp_path, billed.files(months=1))
    alice = billed.people(linked={"alice": ["100"]})["alice"]
    desk = Visit(alice, Account.objects.get(key="100"))
    page = desk.client.get(f"/a/{desk.account.public_id}/account/").content.decode().split("<main")[1]
    assert f'<a class="button primary" href="{desk.address()}">' in page
    assert "<span>Передать показания</span>" in page


@pytest.mark.parametrize(
    ("email", "shown"),
    [("alice@example.kz", "a•••@example.kz"), ("я@почта.рф", "я•••@почта.рф"), ("", "•••@")],
)
def test_an_address_is_masked(email: str, shown: str) -> None:
    assert masked(email) == shown


@pytest.mark.parametrize(
    ("hour", "day", "says"),
    [(0, 26, "25.11.2026, 24:00"), (0, 1, "31.10.2026, 24:00"), (20, 21, "21.11.2026, 20:00")],
)
def test_midnight_ends_the_day_before(hour: int, day: int, says: str) -> None:
    assert until(datetime(2026, 11, day, hour)) == says


def test_moments_are_the_suppliers(desk: Visit, meters: Meters, clock: Callable[[datetime], None]) -> None:
    desk.account.organisation.time_zone = "Europe/Moscow"
    desk.account.organisation.save()
    made = sent(desk, meters[0])
    assert "Показания получены 21.11.2026, 12:00" in desk.reads(f"{made.number}/")
