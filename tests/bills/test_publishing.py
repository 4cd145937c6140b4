"""Publishing a month: a letter with the receipt for every subscriber, nothing twice, whatever is killed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.core import mail
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from abonent.accounts.models import Account, AccountLink
from abonent.base.months import Month
from abonent.bills import jobs, publishing, receipt_letters
from abonent.bills.models import Publication, ReceiptLetter, ReceiptSubscription
from abonent.bills.publishing import NothingCharged, left_alone, publish, publish_batch, start
from abonent.bills.recipients import count_recipients
from abonent.notices.bounces import take_report
from abonent.notices.message_ids import message_id
from abonent.notices.models import Letter
from abonent.notices.operations import deliver
from abonent.notices.subscribed import send_wanted
from abonent.portal.models import Organisation
from abonent.users.models import AuditEvent, User
from tests.billed import LATEST, NOW, files, load, people

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(transactional_db: None, tmp_path: Path) -> dict[str, User]:
    """alice holds 100 and 200, bob 100, charlie 300 and the never charged 500: all subscribed."""
    load(tmp_path, files(months=1))
    linked = {"alice": ["100", "200"], "bob": ["100"], "charlie": ["300", "500"]}
    made = people(linked=linked)
    for name, keys in linked.items():
        for key in keys:
            _subscribed(made[name], Account.objects.get(key=key))
    return made


def _subscribed(user: User, account: Account) -> ReceiptSubscription:
    return ReceiptSubscription.objects.create(
        user=user, account=account, email=user.email, started_at=NOW, asked_at=NOW, confirmed_at=NOW
    )


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "BATCH", 2)


def _publish(now: datetime = NOW, organisation: Organisation | None = None) -> Any:
    begun = start(month=LATEST, organisation=organisation, by=None, now=now)
    return publish(begun.id, clock=lambda: now)


def _letters() -> list[tuple[str, str]]:
    rows = ReceiptLetter.objects.select_related("letter", "account").order_by("pk")
    return sorted((row.letter.to if row.letter else "", row.account.key) for row in rows)


EVERYBODY = [
    ("alice@example.kz", "100"),
    ("alice@example.kz", "200"),
    ("bob@example.kz", "100"),
    ("charlie@example.kz", "300"),
]


def test_every_confirmed_subscriber_of_a_charged_account_gets_one(town: dict[str, User]) -> None:
    done = _publish()
    assert (done.total, done.written, done.finished_at) == (4, 4, NOW)
    assert _letters() == EVERYBODY
    assert Letter.objects.filter(kind="receipt", subscribed=True).count() == 4
    again = _publish(NOW + timedelta(hours=1))
    assert (again.total, again.written) == (0, 0)
    assert Letter.objects.count() == 4
    late = User.objects.get(login="bob")
    AccountLink.objects.create(
        user=late, account=Account.objects.get(key="200"), method="payment", created_at=NOW
    )
    _subscribed(late, Account.objects.get(key="200"))
    assert _publish(NOW + timedelta(hours=2)).written == 1
    assert [event.action for event in AuditEvent.objects.filter(action="receipts_published")] == [
        "receipts_published"
    ] * 3


def test_the_letter_says_what_is_to_pay_and_carries_the_receipt(town: dict[str, User]) -> None:
    _publish()
    for letter in Letter.objects.all():
        assert deliver(letter_id=letter.pk, now=NOW)
    [message] = [one for one in mail.outbox if one.to == ["bob@example.kz"]]
    assert message.subject == "Квитанция за октябрь 2026, лицевой счёт 000100"
    headers = message.message()
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = headers["List-Unsubscribe"].strip("<>")
    assert "/receipts/unsubscribe/" in link
    assert link in message.body
    [(name, content, kind)] = message.attachments
    assert (name, kind) == ("receipt-2026-10.pdf", "application/pdf")
    pages = pypdfium2.PdfDocument(content)
    text = "".join(page.get_textpage().get_text_range() for page in pages).replace("\u00a0", " ")
    assert "Ахметова Айгүл Ерланқызы" in text
    assert "79,57" in message.body.replace("\u00a0", " ")
    assert "79,57" in text, "the letter and its receipt ask for the same"


def test_nothing_is_sent_by_a_subscription_that_ended_after_publishing(town: dict[str, User]) -> None:
    _publish()
    letter = Letter.objects.get(to="bob@example.kz")
    ReceiptSubscription.objects.filter(user=town["bob"]).update(ended_at=NOW, ended_why="letter")
    assert not deliver(letter_id=letter.pk, now=NOW)
    letter.refresh_from_db()
    assert letter.last_error == "not sent: the subscription has ended"
    assert letter.next_attempt_at is None
    assert mail.outbox == []


def test_nor_of_charges_that_billing_took_back(town: dict[str, User]) -> None:
    _publish()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_charge")
    letter = Letter.objects.get(to="bob@example.kz")
    assert not deliver(letter_id=letter.pk, now=NOW)
    letter.refresh_from_db()
    assert letter.last_error == "not sent: nothing is charged in 2026-10 any more"


def test_an_organisation_publishes_its_own(town: dict[str, User]) -> None:
    heat = Organisation.objects.get(code="heat")
    Account.objects.filter(key="300").update(organisation=heat)
    assert _publish(organisation=heat).written == 1
    assert _letters() == [("charlie@example.kz", "300")]
    assert _publish().written == 3
    assert _letters() == EVERYBODY


@pytest.mark.parametrize("month", [Month(2026, 11), Month(2020, 1)])
def test_a_month_that_was_not_charged_is_refused(town: dict[str, User], month: Month) -> None:
    with pytest.raises(NothingCharged):
        start(month=month, organisation=None, by=None, now=NOW)
    assert not Publication.objects.exists()


class Killed(BaseException):
    """As SIGKILL: nothing after it runs, and the open transaction is gone."""


@pytest.fixture(params=["compose", "send_wanted", "cursor", "save", "after"])
def dies_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The publication is killed at this step of its second batch."""
    where, seen = request.param, []

    def dying(function: Any, *, after: bool = False) -> Any:
        def call(*args: Any, **facts: Any) -> Any:
            seen.append(where)
            if after and len(seen) == 2:
                function(*args, **facts)
            if len(seen) == 2:
                raise Killed
            return function(*args, **facts)

        return call

    if where == "compose":
        monkeypatch.setattr(receipt_letters, "compose", dying(receipt_letters.compose))
    elif where == "send_wanted":
        monkeypatch.setattr(publishing, "send_wanted", dying(send_wanted))
    elif where == "cursor":
        monkeypatch.setattr(publishing, "_write", dying(publishing._write, after=True))
    elif where == "save":
        monkeypatch.setattr(Publication, "save", dying(Publication.save, after=True))
    else:
        monkeypatch.setattr(publishing, "publish_batch", dying(publish_batch, after=True))
    yield where
    assert len(seen) >= 2, "it was killed"


def test_killed_anywhere_it_goes_on_and_writes_nothing_twice(
    town: dict[str, User], small_batches: None, dies_once: str
) -> None:
    begun = start(month=LATEST, organisation=None, by=None, now=NOW)
    with suppress(Killed):
        publish(begun.id, clock=lambda: NOW)
    assert Publication.objects.get().finished_at is None
    assert len(_letters()) == Letter.objects.count() < 5
    assert start(month=LATEST, organisation=None, by=None, now=NOW).id == begun.id, "it is joined"
    done = publish(begun.id, clock=lambda: NOW)
    assert (done.written, done.total) == (4, 4)
    assert _letters() == EVERYBODY
    assert Letter.objects.count() == 4
    assert ProcrastinateJob.objects.filter(task_name="notices.deliver_letter").count() == 4


def test_two_at_once_share_the_work(town: dict[str, User], monkeypatch: pytest.MonkeyPatch) -> None:
    from threading import Barrier

    monkeypatch.setattr(publishing, "BATCH", 1)
    together = Barrier(2, timeout=10)

    def run(_: int) -> int:
        together.wait()
        try:
            return int(_publish().written)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))
    assert _letters() == EVERYBODY
    assert Letter.objects.count() == 4


def test_two_publications_that_overlap_write_nothing_twice(
    town: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody's, and an organisation's: the row of account, person and month decides."""
    ours = Organisation.objects.get(code="ours")
    both = [start(month=LATEST, organisation=one, by=None, now=NOW) for one in (None, ours)]
    composed = receipt_letters.compose

    def slowly(*args: Any, **facts: Any) -> Any:
        found = composed(*args, **facts)
        monkeypatch.setattr(receipt_letters, "compose", composed)
        with ThreadPoolExecutor(1) as pool:  # the other one commits between our reading and our writing
            pool.submit(_other, both[1].id).result()
        return found

    def _other(publication_id: int) -> None:
        publish_batch(publication_id, now=NOW)
        connections.close_all()

    monkeypatch.setattr(receipt_letters, "compose", slowly)
    assert publish(both[0].id, clock=lambda: NOW).written == 0
    assert Publication.objects.get(pk=both[1].id).written == 4
    assert _letters() == EVERYBODY
    assert Letter.objects.count() == 4


def test_the_worker_goes_on_with_what_was_left(
    town: dict[str, User], small_batches: None, clock_stopped: None
) -> None:
    begun = start(month=LATEST, organisation=None, by=None, now=NOW)
    publish_batch(begun.id, now=NOW)
    assert left_alone(now=NOW + timedelta(minutes=1)) == []
    assert left_alone(now=NOW + timedelta(minutes=3)) == [begun.id]
    for _ in range(2):
        publishing.queue(begun.id)
    assert ProcrastinateJob.objects.filter(task_name="bills.publish").count() == 1
    jobs.publish(publication_id=begun.id)
    assert Publication.objects.get().finished_at is not None
    assert _letters() == EVERYBODY
    assert left_alone(now=NOW + timedelta(days=1)) == []


@pytest.fixture
def clock_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def test_a_run_of_the_worker_is_short(
    town: dict[str, User], monkeypatch: pytest.MonkeyPatch, clock_stopped: None
) -> None:
    monkeypatch.setattr(publishing, "BATCH", 1)
    monkeypatch.setattr(jobs, "_BATCHES", 2)
    begun = start(month=LATEST, organisation=None, by=None, now=NOW)
    jobs.publish(publication_id=begun.id)
    assert Publication.objects.get().finished_at is None
    assert ProcrastinateJob.objects.filter(task_name="bills.publish").count() == 1, "what is left is queued"


def test_a_batch_costs_the_same_whatever_its_size(town: dict[str, User]) -> None:
    counts = []
    for size in (1, 1, 2):  # the first also reads what is kept: the services
        begun = start(month=LATEST, organisation=None, by=None, now=NOW)
        publishing.BATCH, before = size, publishing.BATCH
        try:
            with CaptureQueriesContext(connection) as context, transaction.atomic():
                publish_batch(begun.id, now=NOW)
        finally:
            publishing.BATCH = before
        counts.append(len(context.captured_queries))
    assert counts[1] == counts[2] <= 20


def test_counting_them_is_what_will_be_written(town: dict[str, User]) -> None:
    assert count_recipients(month=LATEST, organisation_id=None, now=NOW) == 4
    User.objects.filter(login="alice").update(email_confirmed=False)
    assert count_recipients(month=LATEST, organisation_id=None, now=NOW) == 2


def test_counting_them_asks_once_however_many_there_are(town: dict[str, User]) -> None:
    with CaptureQueriesContext(connection) as context:
        assert count_recipients(month=LATEST, organisation_id=None, now=NOW) == 4
    assert len(context) == 1


def test_a_letter_that_comes_back_ends_the_subscriptions_of_its_mailbox(town: dict[str, User]) -> None:
    _publish()
    letter = Letter.objects.filter(to="alice@example.kz").earliest("pk")
    deliver(letter_id=letter.pk, now=NOW)
    report = Path(__file__).parents[1] / "notices" / "reports" / "postfix_no_such_user.eml"
    raw = report.read_text("utf-8").replace("MESSAGE-ID", message_id(letter)).encode()
    assert take_report(raw, now=NOW).outcome == "mailbox"
    ended = ReceiptSubscription.objects.filter(user=town["alice"])
    assert {(row.ended_why, "User unknown" in row.refusal) for row in ended} == {("refused", True)}
    assert count_recipients(month=LATEST, organisation_id=None, now=NOW) == 0
    other = Letter.objects.filter(to="alice@example.kz").latest("pk")
    assert not deliver(letter_id=other.pk, now=NOW), "and the second letter is not sent there any more"
