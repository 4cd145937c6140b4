"""What letters carry besides their text: drawn at delivery, and headers of their own."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from abonent.notices import attachments
from abonent.notices.attachments import Attachment, Made, NothingToSend
from abonent.notices.models import Letter
from abonent.notices.operations import deliver, queue_waiting, send_letter
from abonent.notices.subscribed import A_DAY, Wanted, send_wanted
from abonent.users.models import User

pytestmark = pytest.mark.django_db
UNSUBSCRIBE = {
    "List-Unsubscribe": "<https://lk.example.kz/mail/x/>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}


@pytest.fixture
def drawn() -> Iterator[list[dict[str, Any]]]:
    """A maker called `test.paper`; what it was called with."""
    calls: list[dict[str, Any]] = []

    def maker(*, now: datetime, **arguments: Any) -> Made:
        calls.append(arguments)
        if arguments.get("over"):
            raise NothingToSend("the subscription has ended")
        if arguments.get("broken"):
            with connection.cursor() as cursor:
                cursor.execute("SELECT no_such_column FROM notices_letter")
        return Made("receipt-2026-10.pdf", b"%PDF-1.7 drawn")

    attachments.make_with("test.paper", maker)
    yield calls
    del attachments._makers["test.paper"]


def _letter(now: datetime, **facts: Any) -> Letter:
    usual: dict[str, Any] = {"kind": "receipt", "to": "alice@example.kz", "subject": "Квитанция"}
    return send_letter(**{**usual, "text": "Здравствуйте!\n", "language": "ru", **facts}, now=now)


def test_it_is_drawn_when_it_is_delivered_and_never_stored(
    now: datetime, drawn: list[dict[str, Any]]
) -> None:
    letter = _letter(now, attachment=Attachment("test.paper", {"account": 7}), headers=UNSUBSCRIBE)
    assert drawn == []
    assert deliver(letter_id=letter.pk, now=now)
    assert drawn == [{"account": 7}]
    [message] = mail.outbox
    assert message.attachments == [("receipt-2026-10.pdf", b"%PDF-1.7 drawn", "application/pdf")]
    for name, value in UNSUBSCRIBE.items():
        assert message.message()[name] == value
    letter.refresh_from_db()
    assert letter.attachment == {"maker": "test.paper", "arguments": {"account": 7}}
    assert letter.headers is None, "a link of the reader does not lie about"


def test_what_cannot_be_drawn_now_is_tried_again(now: datetime, drawn: list[dict[str, Any]]) -> None:
    letter = _letter(now, attachment=Attachment("test.paper", {"broken": True}))
    assert not deliver(letter_id=letter.pk, now=now)
    letter.refresh_from_db()
    assert letter.next_attempt_at == now + timedelta(minutes=1)
    assert letter.last_error.startswith("ProgrammingError")
    assert letter.text
    assert mail.outbox == []


def test_an_unknown_maker_is_a_failed_attempt(now: datetime) -> None:
    letter = _letter(now, attachment=Attachment("test.nobody"))
    assert not deliver(letter_id=letter.pk, now=now)
    letter.refresh_from_db()
    assert letter.next_attempt_at is not None


def test_a_letter_without_a_reason_any_more_is_given_up(now: datetime, drawn: list[dict[str, Any]]) -> None:
    letter = _letter(now, attachment=Attachment("test.paper", {"over": True}))
    assert not deliver(letter_id=letter.pk, now=now)
    letter.refresh_from_db()
    assert (letter.next_attempt_at, letter.sent_at, letter.text) == (None, None, "")
    assert letter.last_error == "not sent: the subscription has ended"
    assert not deliver(letter_id=letter.pk, now=now)
    assert len(drawn) == 1
    assert mail.outbox == []


def test_a_room_adds_no_header_of_the_houses(now: datetime) -> None:
    with pytest.raises(ValueError, match="Bcc"):
        _letter(now, headers={"Bcc": "all@example.kz"})
    assert not Letter.objects.exists()


def _wanted(user: User, number: int, to: str = "") -> Wanted:
    return Wanted(
        kind="receipt",
        to=to or user.email,
        user_id=user.pk,
        language="ru",
        subject=f"Квитанция {number}",
        text="Здравствуйте!\n",
        attachment=Attachment("test.paper", {"account": number}),
        headers=UNSUBSCRIBE,
    )


def test_subscribed_letters_stand_outside_the_ten_a_day(
    now: datetime, alice: User, drawn: list[dict[str, Any]]
) -> None:
    made = send_wanted([_wanted(alice, number) for number in range(12)], now=now)
    assert [deliver(letter_id=letter.pk, now=now) for letter in made] == [True] * 12
    assert [call["account"] for call in drawn] == list(range(12))
    for _ in range(10):
        assert _letter(now).next_attempt_at == now, "a new password is not held back by receipts"
    assert _letter(now).next_attempt_at is None
    assert send_wanted([_wanted(alice, 12)], now=now)[0].next_attempt_at == now


def test_a_mailbox_gets_fifty_of_them_a_day_and_loses_none(now: datetime, alice: User) -> None:
    first = send_wanted([_wanted(alice, number) for number in range(A_DAY - 1)], now=now)
    more = send_wanted(
        [_wanted(alice, number, "ALICE@example.kz") for number in range(A_DAY + 2)]
        + [_wanted(alice, 0, "bob@example.kz")],
        now=now,
    )
    waits = [(letter.next_attempt_at or now) - now for letter in (*first, *more)]
    days = [wait.days for wait in waits]
    assert days == [0] * A_DAY + [1] * A_DAY + [2] + [0]
    queued = ProcrastinateJob.objects.filter(task_name="notices.deliver_letter").count()
    assert queued == A_DAY + 1, "a later one is queued when its day comes"
    assert queue_waiting(now=now) == 0
    assert queue_waiting(now=now + timedelta(days=1)) == A_DAY


def test_they_wait_behind_other_letters(now: datetime, alice: User) -> None:
    send_wanted([_wanted(alice, 1)], now=now)
    _letter(now, kind="password")
    jobs = ProcrastinateJob.objects.filter(task_name="notices.deliver_letter").order_by("pk")
    assert [job.priority for job in jobs] == [-10, 0]


def test_a_lost_password_letter_is_not_behind_a_thousand_receipts_in_the_sweep(
    now: datetime, alice: User
) -> None:
    send_wanted([_wanted(alice, number, f"r{number}@example.kz") for number in range(1001)], now=now)
    late = _letter(now + timedelta(minutes=1))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert queue_waiting(now=now + timedelta(minutes=1)) == 1000
    assert ProcrastinateJob.objects.filter(args={"letter_id": late.pk}).exists()
    assert queue_waiting(now=now + timedelta(minutes=1)) == 2, "what is queued is not looked at again"


def test_many_cost_as_many_statements_as_one(
    now: datetime, alice: User, django_assert_num_queries: Any
) -> None:
    for many in (1, 40):
        with django_assert_num_queries(3):  # count the mailboxes, write, queue
            send_wanted(
                [_wanted(alice, number, f"m{many}{number}@example.kz") for number in range(many)], now=now
            )
