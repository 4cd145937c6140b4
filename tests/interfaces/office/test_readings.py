"""Readings that need eyes, at the office's door: what the page shows, and what its buttons do once."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from abonent.accounts.models import Account
from abonent.metering.models import Meter, Photo, Reading, Submission, SubmittedReading
from abonent.metering.operations.review import score_waiting
from abonent.portal.models import Organisation, Service
from abonent.users.models import AuditEvent, StaffMembership, User
from tests.interfaces.office.test_office import account, strange, text
from tests.users.cast import _quick_hashes, alice, bob, charlie, clock, signed_in

__all__ = ["_quick_hashes", "account", "alice", "bob", "charlie", "clock", "strange"]
pytestmark = pytest.mark.django_db

SENT = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
JPEG = b"\xff\xd8 a picture"


@pytest.fixture
def desk(client: Client, clock: Any, settings: Any, charlie: User) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    return signed_in(client, charlie)


def submitted(account: Account, sender: User, serial: str, value: int, *, photo: bool = False) -> Submission:
    """A year of a hundred a month, then `value`."""
    supplier = {"organisation": account.organisation, "name_ru": "Электроэнергия", "unit_ru": "кВт·ч"}
    power, _ = Service.objects.get_or_create(code="power", defaults=supplier)
    meter = Meter.objects.create(account=account, service=power, serial=serial)
    for month in range(1, 11):
        Reading.objects.create(
            meter=meter,
            scale="total",
            taken_on=date(2026, month, 20),
            source="customer",
            value=Decimal(100 * month),
        )
    made = Submission.objects.create(
        account=account, user=sender, way="cabinet", key=serial, submitted_at=SENT
    )
    SubmittedReading.objects.create(
        submission=made,
        meter=meter,
        scale="total",
        period=date(2026, 11, 1),
        taken_on=date(2026, 11, 20),
        value=value,
        previous=1000,
    )
    if photo:
        Photo.objects.create(submission=made, meter=meter, jpeg=JPEG, width=4, height=3)
    score_waiting()
    return made


def key(made: Submission) -> str:
    return f"{made.pk}-{made.readings.get().meter_id}"


def decide(desk: Client, *made: Submission, **asked: str) -> Any:
    return desk.post(reverse("office_readings_decide"), {"which": [key(one) for one in made], **asked})


def shown(desk: Client) -> str:
    return text(desk.get(reverse("office_readings")))


def test_the_page_says_why_a_reading_needs_eyes_beside_its_history(
    desk: Client, account: Account, alice: User
) -> None:
    submitted(account, alice, "S-1", 9000)
    page = shown(desk)
    for said in ("000700", "S-1", "обычный расход × 80", "без фото", "9 000", "1 000", "Риск 90"):
        assert said in page, said
    assert page.count("20.10.2026") >= 1


def test_the_riskiest_stands_first_and_an_ordinary_one_nowhere(
    desk: Client, account: Account, alice: User
) -> None:
    for serial, value in (("S-zero", 1000), ("S-jump", 9000), ("S-usual", 1105)):
        submitted(account, alice, serial, value)
    found = re.findall(r"S-\w+", re.sub(r"<(?!h2)[^>]*>", "", shown(desk)))
    assert list(dict.fromkeys(found)) == ["S-jump", "S-zero"]


def test_the_page_takes_the_same_queries_however_much_waits(
    desk: Client, account: Account, alice: User
) -> None:
    submitted(account, alice, "S-1", 9000)
    shown(desk)
    with CaptureQueriesContext(connection) as one:
        shown(desk)
    for number in range(2, 9):
        submitted(account, alice, f"S-{number}", 9000)
    with CaptureQueriesContext(connection) as many:
        shown(desk)
    assert len(many) == len(one)


def test_accepting_leads_to_the_next_card(desk: Client, account: Account, alice: User) -> None:
    first, second = (submitted(account, alice, serial, 9000) for serial in ("S-1", "S-2"))
    answer = decide(desk, first, decision="accept", next=f"reading-{key(second)}", page="1")
    assert answer["Location"] == (
        reverse("office_readings") + f"?accepted={key(first)}#reading-{key(second)}"
    )
    page = shown(desk)
    assert "Принято: 1." in page
    assert "S-1" not in page
    assert "S-2" in page


def test_what_was_accepted_is_taken_back_where_that_is_said(
    desk: Client, account: Account, alice: User
) -> None:
    made = submitted(account, alice, "S-1", 9000)
    there = decide(desk, made, decision="accept")["Location"]
    asked = text(desk.get(there))
    assert "Вернуть в очередь" in asked
    assert f'name="which" value="{key(made)}"' in asked
    assert "Вернуть в очередь" not in text(desk.get(there)), "once, with the words of what was done"
    decide(desk, made, decision="take_back", next=f"reading-{key(made)}")
    page = shown(desk)
    assert "Снова в очереди: 1." in page
    assert "S-1" in page
    forged = text(desk.get(reverse("office_readings"), {"accepted": '1-2,"><b>,9'}))
    assert "<b>" not in forged


def test_the_second_of_two_colleagues_is_told(desk: Client, account: Account, alice: User) -> None:
    made = submitted(account, alice, "S-1", 9000)
    decide(desk, made, decision="accept")
    shown(desk)
    decide(desk, made, decision="too_high")
    assert "Решение уже принял коллега" in shown(desk)
    assert made.readings.get().state == "received"
    assert AuditEvent.objects.filter(action__startswith="reading_").count() == 1


def test_many_are_decided_on_at_once(desk: Client, account: Account, alice: User) -> None:
    made = [submitted(account, alice, f"S-{number}", 9000) for number in range(3)]
    decide(desk, *made, decision="too_high", words="позвоните нам")
    assert "Отклонено: 3; абоненты получат письма." in shown(desk)
    reasons = set(SubmittedReading.objects.values_list("state", "reason"))
    assert len(reasons) == 1
    state, reason = reasons.pop()
    assert (state, reason.endswith("; позвоните нам")) == ("rejected", True)


@pytest.mark.parametrize(
    "asked", [{}, {"decision": "words"}, {"decision": "words", "words": " "}, {"decision": "x"}]
)
def test_without_a_reason_nothing_happens(
    desk: Client, account: Account, alice: User, asked: dict[str, str]
) -> None:
    made = submitted(account, alice, "S-1", 9000)
    answer = decide(desk, made, card=f"reading-{key(made)}", **asked)
    assert answer["Location"].endswith(f"#reading-{key(made)}")
    row = made.readings.get()
    assert (row.state, row.reviewed_at) == ("received", None)


@pytest.mark.parametrize("which", [[], ["1"], ["1-"], ["x-1"], ["999999-1"], ["9" * 30 + "-1"]])
def test_what_names_no_reading_changes_nothing(
    desk: Client, account: Account, alice: User, which: list[str]
) -> None:
    made = submitted(account, alice, "S-1", 9000)
    answer = desk.post(
        reverse("office_readings_decide"),
        {"which": which, "decision": "accept", "next": "//evil.example", "page": "x"},
    )
    assert answer["Location"] == reverse("office_readings")
    assert made.readings.get().reviewed_at is None


def test_another_organisations_readings_are_neither_shown_nor_decided(
    desk: Client, strange: Account, alice: User
) -> None:
    made = submitted(strange, alice, "S-9", 9000, photo=True)
    assert "S-9" not in shown(desk)
    decide(desk, made, decision="accept")
    assert made.readings.get().reviewed_at is None
    assert desk.get(_photo(made)).status_code == 404


def _photo(made: Submission) -> str:
    return reverse("office_reading_photo", args=[made.number, made.readings.get().meter_id])


def test_a_photo_is_shown_to_staff_of_its_organisation_and_each_look_is_written_down(
    desk: Client, account: Account, alice: User
) -> None:
    made = submitted(account, alice, "S-1", 9000, photo=True)
    assert _photo(made) in shown(desk)
    answer = desk.get(_photo(made))
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, JPEG, "image/jpeg")
    assert "no-store" in answer["Cache-Control"]
    assert AuditEvent.objects.get(action="staff_read_photo").subject == f"account:{account.pk}"


def test_an_accountant_has_no_such_page(desk: Client, charlie: User) -> None:
    StaffMembership.objects.filter(user=charlie).update(role="accountant")
    assert desk.get(reverse("office_readings")).status_code == 404
    assert desk.post(reverse("office_readings_decide")).status_code == 404


def test_the_portals_own_staff_see_every_organisations(
    desk: Client, account: Account, strange: Account, alice: User, charlie: User
) -> None:
    StaffMembership.objects.filter(user=charlie).update(organisation=None)
    submitted(account, alice, "S-1", 9000)
    submitted(strange, alice, "S-9", 9000)
    page = shown(desk)
    assert "S-1" in page
    assert "S-9" in page
    assert Organisation.objects.count() >= 2
