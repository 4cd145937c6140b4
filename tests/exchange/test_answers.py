"""Billing answers: the moves of a reading's state, bad rows, the letter after a rejection, the way round."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from abonent.accounts.models import AccountLink
from abonent.base.months import Month
from abonent.exchange.outgoing.readings import export_readings
from abonent.metering.models import Meter, Submission, SubmittedReading
from abonent.metering.operations import submit
from abonent.metering.operations.billing import MOVES
from abonent.metering.operations.rejections import tell_rejected
from abonent.metering.reading_form import reading_form
from abonent.metering.registry import registry
from abonent.metering.typed_form import TypedForm
from abonent.notices.models import Letter
from abonent.portal.models import DataVersion
from abonent.users.models import User
from tests.exchange.conftest import DOCUMENT, NOW
from tests.exchange.submitted import numbers_in, received

HEAD = "reading,state,reason,month\n"
LINES = {"accepted": "accepted,,", "rejected": "rejected,blurred,", "used": "used,,2026-11"}


def table_of_moves() -> list[tuple[str, str, bool]]:
    """(what the reading is, the answer, whether it is taken), from docs/domain/bundle.md."""
    table = DOCUMENT.read_text("utf-8").split("| the reading is |")[1].split("\n\n")[0]
    head, _, *rows = [
        [cell.strip() for cell in line.split("|") if cell.strip()] for line in table.splitlines()
    ]
    return [
        (row[0], answer, cell == "taken") for row in rows for answer, cell in zip(head, row[1:], strict=True)
    ]


def test_the_documents_table_is_the_codes() -> None:
    assert len(table_of_moves()) == 18
    assert {(state, answer) for state, answer, taken in table_of_moves() if taken} == {
        (state, answer) for state, moves in MOVES.items() for answer in moves
    }
    assert set(MOVES) == set(SubmittedReading.State.values)


@pytest.fixture
def _town(bundle: Any, load: Any) -> None:
    load(bundle())


@pytest.fixture
def answer(bundle: Any, load: Any, _town: None) -> Callable[..., Any]:
    """answer("7,accepted,,", …): an import of these answers alone."""

    def take(*lines: str, **options: Any) -> Any:
        text = HEAD + "".join(f"{line}\n" for line in lines)
        return load(bundle(only=True, answers=text), **options)

    return take


def sent(serial: str = "00781235", *, state: str = "sent", batch: int = 1, **values: str) -> list[int]:
    """Readings that went to billing, in `state` since."""
    numbers = received(serial, state="received", **values)
    rows = SubmittedReading.objects.filter(pk__in=numbers)
    extra = {"rejected": {"reason": "blurred"}, "used": {"used_in": date(2026, 11, 1)}}.get(state, {})
    gone = state not in ("received", "corrected")
    rows.update(state=state, **({"batch": batch, "sent_at": NOW} if gone else {}), **extra)
    return numbers


def facts(number: int) -> tuple[str, str, Month | None]:
    row = SubmittedReading.objects.get(pk=number)
    return row.state, row.reason, row.used_in


def version() -> int:
    return DataVersion.objects.get().version


@pytest.mark.django_db
def test_every_move_is_taken_or_refused_as_the_table_says(answer: Any) -> None:
    wrong: list[tuple[str, str]] = []
    for state, to, taken in table_of_moves():
        (number,) = sent(state=state)
        report = answer(f"{number},{LINES[to]}")
        assert (report.outcome == "refused") is not taken, (state, to)
        if taken:
            assert facts(number)[0] == to
        else:
            assert facts(number)[0] == state
            (problem,) = report.problems
            assert (problem.file, problem.line, problem.column, problem.value) == ("answers", 2, "state", to)
            wrong.append((state, problem.reason))
        SubmittedReading.objects.all().delete()
    assert dict(wrong) == {
        "received": "answers a reading that has not gone to billing yet",
        "accepted": "cannot be: the reading is accepted already",
        "rejected": "cannot be: the reading is rejected already, and its customer is told",
        "used": "cannot be: the reading is used already, in 2026-11",
        "corrected": "answers a reading that its customer corrected before it went to billing",
    }


@pytest.mark.django_db
def test_an_answer_for_one_scale_is_the_meters_and_no_others(answer: Any) -> None:
    first = sent("00781234", state="rejected", day="15300", night="7400")
    day, night = sent("00781234", batch=2, day="15310", night="7410")
    (other,) = sent(batch=2)
    before = version()
    report = answer(f"{night},used,,2026-11")
    assert (report.plan.files["answers"].changed, version()) == (1, before + 1)
    assert facts(day) == facts(night) == ("used", "", Month(2026, 11))
    assert [facts(number)[0] for number in (*first, other)] == ["rejected", "rejected", "sent"]
    assert SubmittedReading.objects.get(pk=day).answered_at == NOW


@pytest.mark.django_db
def test_the_same_answer_again_changes_nothing(answer: Any) -> None:
    (number,) = sent()
    answer(f"{number},accepted,,")
    stamp, told = version(), SubmittedReading.objects.get().answered_at
    later = {"now": NOW + timedelta(days=1)}
    assert answer(f"{number:06d},accepted,,", **later).outcome == "nothing to do"
    assert (version(), SubmittedReading.objects.get().answered_at) == (stamp, told)
    assert answer(f"{number},used,,2026-11", **later).outcome == "applied"
    assert answer(f"{number},used,,2026-12", **later).outcome == "applied"
    assert facts(number) == ("used", "", Month(2026, 12))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("line", "column", "value", "reason"),
    [
        ("999999,accepted,,", "reading", "999999", "is not the number of a reading that went to billing"),
        ("seven,accepted,,", "reading", "seven", "is not a whole number"),
        ("{one},lost,,", "state", "lost", "is none of accepted, rejected, used"),
        ("{one},rejected,,", "reason", "", "is required for a rejected reading"),
        ("{one},rejected,  ,", "reason", "", "is required for a rejected reading"),
        ("{one},used,,", "month", "", "is required for a used reading"),
        ("{one},used,,2027-05", "month", "2027-05", "is later than next month"),
        ("{one},accepted,fine,", "reason", "fine", "stands with rejected readings alone"),
        ("{one},accepted,,2026-11", "month", "2026-11", "stands with used readings alone"),
        ("{one},accepted,,\n{one},accepted,,", "reading", "{one}", "stands twice: first in line 2"),
        ("{day},accepted,,\n{night},rejected,no,", "state", "rejected", "differs from line 2, which answers"),
    ],
)
def test_bad_rows_are_named_and_nothing_is_taken(
    answer: Any, line: str, column: str, value: str, reason: str
) -> None:
    (one,) = sent()
    day, night = sent("00781234", day="15300", night="7400")
    names = {"one": one, "day": day, "night": night}
    report = answer(line.format(**names))
    assert report.outcome == "refused"
    (problem,) = report.problems
    assert (problem.file, problem.column, problem.value) == ("answers", column, value.format(**names))
    assert problem.reason.startswith(reason)
    assert problem.line == 1 + len(line.splitlines())
    assert set(SubmittedReading.objects.values_list("state", flat=True)) == {"sent"}


@pytest.mark.django_db
def test_without_the_file_the_import_asks_nothing_of_submitted_readings(bundle: Any, load: Any) -> None:
    with CaptureQueriesContext(connection) as asked:
        load(bundle(answers=None))
    assert not [query["sql"] for query in asked if "submittedreading" in query["sql"]]


@pytest.fixture
def alice(_town: None) -> User:
    """She holds the account of two meters' readings; her mailbox is confirmed."""
    user = User.objects.create(login="alice", email="alice@example.kz", email_confirmed=True, language="ru")
    for meter in Meter.objects.all():
        AccountLink.objects.get_or_create(
            user=user, account_id=meter.account_id, defaults={"method": "code", "created_at": NOW}
        )
    return user


def jobs() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs WHERE task_name = 'metering.tell_rejected'")
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.django_db
def test_after_a_rejection_the_sender_is_told_once(answer: Any, alice: User) -> None:
    day, night = sent("00781234", day="15300.5", night="7400")
    (other,) = sent()
    Submission.objects.update(user=alice)
    while_open = NOW - timedelta(days=2)
    answer(f"{day},rejected,На фото другой счётчик,", f"{other},accepted,,", now=while_open)
    assert jobs() == ["metering.tell_rejected"]
    assert tell_rejected(now=while_open) == 1
    assert tell_rejected(now=while_open) == 0
    (letter,) = Letter.objects.all()
    assert (letter.to, letter.kind, letter.language) == ("alice@example.kz", "reading_rejected", "ru")
    assert letter.subject == "Показания по лицевому счёту 0012345 не приняты"
    text = letter.text.replace("\u00a0", " ").replace("\u202f", " ")
    assert re.search(r"Электроэнергия, 00781234: день 15 300,5, ночь 7 400 кВт·ч", text)
    assert "Причина: На фото другой счётчик" in text
    assert "передайте показания ещё раз: они принимаются до конца дня 25.11.2026" in text
    rows = SubmittedReading.objects.filter(pk__in=[day, night])
    assert set(rows.values_list("told_at", flat=True)) == {while_open}
    answer(f"{night},rejected,Другая причина,")
    assert tell_rejected(now=NOW) == 0, "a corrected reason is no second letter"


@pytest.mark.django_db
def test_when_the_window_is_closed_the_letter_says_when_it_opens(answer: Any, alice: User) -> None:
    (number,) = sent()
    Submission.objects.update(user=alice)
    User.objects.update(language="kk")
    closed = NOW + timedelta(days=10)
    answer(f"{number},rejected,blurred,", now=closed)
    assert tell_rejected(now=closed) == 1
    letter = Letter.objects.get()
    assert "10.12.2026" in letter.text
    assert letter.subject == "0012346 дербес шоты бойынша көрсеткіштер қабылданбады"


@pytest.mark.django_db
def test_when_the_next_window_is_open_already_the_letter_says_until_when(answer: Any, alice: User) -> None:
    (number,) = sent()
    Submission.objects.update(user=alice)
    a_month_later = NOW + timedelta(days=25)
    answer(f"{number},rejected,blurred,", now=a_month_later)
    assert tell_rejected(now=a_month_later) == 1
    assert "они принимаются до конца дня 25.12.2026" in Letter.objects.get().text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        lambda user: User.objects.update(email_confirmed=False),
        lambda user: AccountLink.objects.update(ended_at=NOW),
        lambda user: Submission.objects.update(user=None),
    ],
    ids=["no confirmed mailbox", "no longer linked", "nobody signed in"],
)
def test_who_cannot_be_told_is_not_asked_for_again(
    answer: Any, alice: User, change: Callable[[User], object]
) -> None:
    (number,) = sent()
    Submission.objects.update(user=alice)
    change(alice)
    answer(f"{number},rejected,blurred,")
    assert tell_rejected(now=NOW) == 0
    assert not Letter.objects.exists()
    assert SubmittedReading.objects.get().told_at == NOW


@pytest.mark.django_db
def test_a_letter_that_fails_is_written_by_the_next_run(
    answer: Any, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Letter and mark are one transaction: whatever ends it, neither or both are there."""
    (number,) = sent()
    Submission.objects.update(user=alice)
    answer(f"{number},rejected,blurred,")
    with monkeypatch.context() as broken:
        broken.setattr("abonent.metering.operations.rejections.write_letter", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            tell_rejected(now=NOW)
    assert SubmittedReading.objects.get().told_at is None
    assert tell_rejected(now=NOW) == 1


@pytest.mark.django_db
def test_the_way_round(answer: Any, alice: User, tmp_path: Path) -> None:
    """Submitted, exported, rejected; submitted again, exported, used in a bill: the registry tells it all."""
    while_open = NOW - timedelta(days=2)
    meter = Meter.objects.get(serial="00781234")

    def send(day: str, night: str, key: str) -> Submission:
        with translation.override("ru"):
            form = reading_form(meter.account_id, user_id=alice.pk, language="ru", now=while_open)
            return submit(
                account_id=meter.account_id,
                user=alice,
                way="cabinet",
                typed=TypedForm(
                    {f"{meter.pk}-day": day, f"{meter.pk}-night": night},
                    while_open.date(),
                    key=key,
                    seen=form.seen,
                ),
                now=while_open,
            )

    def export() -> int:
        (file,) = export_readings(directory=tmp_path, everything=True, now=while_open).files
        return min(number for number in numbers_in(tmp_path) if number in batch(file.number))

    def batch(number: int) -> set[int]:
        return set(SubmittedReading.objects.filter(batch=number).values_list("pk", flat=True))

    send("15330", "7350", "first")
    answer(f"{export()},rejected,Показания ниже проверенных,", now=while_open)
    again = send("15331", "7351", "second")
    answer(f"{export()},used,,2026-11", now=while_open)
    month = Month(2026, 11)
    told = registry(meter.account_id, first=month, last=month, language="ru", user_id=alice.pk)
    rows = [row for one in told.months for row in one.rows]
    assert sorted((row.scale, row.state, row.used_in, row.submission_number) for row in rows) == sorted(
        (scale, state, used, number)
        for scale in ("day", "night")
        for state, used, number in [
            ("rejected", None, Submission.objects.earliest("pk").number),
            ("used", month, again.number),
        ]
    )
