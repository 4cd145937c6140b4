"""POST /api/gateways/<method>/notice/: kept before it is answered; it wakes a question, and tells strangers
nothing."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from abonent.interfaces.api.gateways import LARGEST
from abonent.payments import connections, jobs
from abonent.payments.gateway import GatewayUnavailable, Notice
from abonent.payments.models import GatewayNotice, Payment
from abonent.payments.operations import due_questions, notices
from tests.payments.conftest import MINUTE, Till, ledger
from tests.payments.fake_gateway import FakeGateway
from tests.payments.test_paying import BOTH

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("invariants_hold")]

CARD = "/api/gateways/card/notice/"


def tell(raw: bytes, headers: Mapping[str, str], to: str = CARD) -> Any:
    client = Client(enforce_csrf_checks=True)
    return client.post(to, raw, content_type="application/json", headers=headers)


def signed(till: Till, payment: Payment, **others: Any) -> tuple[bytes, dict[str, str]]:
    return till.bank.notice(payment.public_id, **{"at": datetime.now(UTC), **others})


def queued() -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'payments.ask' ORDER BY id")
        return [json.loads(args) for (args,) in cursor.fetchall()]


def test_a_notice_is_kept_and_wakes_a_question_that_books(till: Till) -> None:
    payment = till.pay()
    till.bank.pay(payment.public_id)
    answer = tell(*signed(till, payment))
    assert (answer.status_code, answer.content) == (200, b"")
    assert not answer.cookies
    kept = GatewayNotice.objects.get()
    assert (kept.payment, kept.gateway_id, kept.method) == (payment, payment.gateway_id, "card")
    assert queued() == [{"payment_id": payment.pk, "cause": "notice"}]
    assert ledger() == {}  # the notice itself says nothing

    jobs.ask(**queued()[0])
    assert ledger() == BOTH


def test_a_lie_in_a_signed_notice_is_not_believed(till: Till) -> None:
    """It says that something happened; nothing did."""
    payment = till.pay()
    tell(*signed(till, payment))
    jobs.ask(**queued()[0])
    assert ledger() == {}


def test_nothing_of_a_card_is_kept(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gateways tell more than is asked: the first and last digits, the mailbox, the telephone number."""
    payment = till.pay()
    told = Notice("e-7", gateway_id=payment.gateway_id)
    monkeypatch.setattr(till.bank, "read_notice", lambda *_, **__: told)
    raw = b'{"card": {"first6": "555555", "last4": "4477"}, "phone": "+77010000000"}'
    assert tell(raw, {}).status_code == 200
    kept = bytes(GatewayNotice.objects.get().body)
    assert json.loads(kept) == {
        "event": "e-7", "id": payment.gateway_id, "key": "", "sha256": sha256(raw).hexdigest()
    }  # fmt: skip


def test_the_same_notice_twice_is_one(till: Till) -> None:
    payment = till.pay()
    told = signed(till, payment, event="e-1")
    assert [tell(*told).status_code for _ in range(3)] == [200, 200, 200]
    assert (GatewayNotice.objects.count(), len(queued())) == (1, 1)


def test_news_of_a_settled_payment_survives_a_silent_gateway(till: Till) -> None:
    """A refund made at the gateway: its notice comes, and then nobody answers."""
    payment = till.paid()
    till.bank.refund_here(payment.public_id, payment.amount)
    tell(*signed(till, payment))
    till.bank.fault("ask", "timeout")
    jobs.ask(**queued()[0])
    assert ledger() == BOTH
    asked = Payment.objects.get(pk=payment.pk)
    assert asked.next_question_at is not None
    till.now = asked.next_question_at
    till.ask(payment)
    assert sum(ledger().values()) == 0
    assert Payment.objects.get(pk=payment.pk).next_question_at is None


def test_a_notice_replayed_after_its_question_wakes_nobody(till: Till) -> None:
    told = signed(till, till.pay(), event="e-1")
    tell(*told)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET queueing_lock = NULL, status = 'succeeded'")
    assert tell(*told).status_code == 200
    assert len(queued()) == 1


def test_reordered_and_days_late_notices_change_nothing_that_is_settled(till: Till) -> None:
    payment = till.paid()
    for event in ("waiting", "succeeded", "waiting-again"):
        assert tell(*signed(till, payment, event=event)).status_code == 200
    for args in queued():
        jobs.ask(**args)
    assert ledger() == BOTH


@pytest.mark.parametrize("others", [{"forged": True}, {"at": datetime.now(UTC) - timedelta(seconds=301)}])
def test_forged_and_replayed_notices_are_refused_without_a_word(till: Till, others: dict[str, Any]) -> None:
    payment = till.pay()
    answer = tell(*signed(till, payment, **others))
    assert (answer.status_code, answer.content) == (400, b"")
    assert (GatewayNotice.objects.count(), queued()) == (0, [])


def test_a_changed_byte_is_forged(till: Till) -> None:
    raw, headers = signed(till, till.pay())
    assert tell(raw + b" ", headers).status_code == 400
    assert tell(raw, {}).status_code == 400


def test_only_posts_of_known_methods_and_of_a_modest_size(till: Till) -> None:
    raw, headers = signed(till, till.pay())
    assert tell(raw, headers, "/api/gateways/nobody/notice/").status_code == 404
    assert Client().get(CARD).status_code == 405
    assert tell(b"x" * (LARGEST + 1), headers).status_code == 413
    assert GatewayNotice.objects.count() == 0


def test_of_a_payment_that_is_not_ours_the_notice_is_kept_and_nobody_is_asked(till: Till) -> None:
    payment = till.pay()
    raw, headers = signed(till, payment)
    Payment.objects.filter(pk=payment.pk).update(next_question_at=till.now)
    with connections.use("free", till.bank):
        assert tell(raw, headers, "/api/gateways/free/notice/").status_code == 200
    assert GatewayNotice.objects.get().payment is None
    assert queued() == []


def test_a_notice_that_overtakes_the_answer_of_create_is_heard(till: Till) -> None:
    """The gateway's name is not known here yet, and the notice carries no other."""
    till.bank.fault("create", "timeout-after")
    payment = till.pay()
    gateway_id = till.bank.books[payment.public_id].gateway_id

    class OnlyItsOwnName(FakeGateway):
        def read_notice(self, *_: Any, **__: Any) -> Notice:
            return Notice(event_id="e-1", gateway_id=gateway_id)

    with connections.use("card", OnlyItsOwnName()):
        assert tell(b"{}", {}).status_code == 200
    assert GatewayNotice.objects.get().payment is None
    till.later(MINUTE)
    sent = till.ask(payment)
    assert GatewayNotice.objects.get().payment == payment
    assert (sent.state, sent.next_question_at) == ("sent", till.now)


def test_long_names_of_events_stay_apart_and_unprintable_ones_are_refused(till: Till) -> None:
    payment = till.pay()
    long = "e" * 120
    assert [tell(*signed(till, payment, event=f"{long}{tail}")).status_code for tail in "aab"] == [200] * 3
    assert GatewayNotice.objects.count() == 2
    assert tell(*signed(till, payment, event="e\x00")).status_code == 400


def test_a_gateway_that_cannot_be_asked_whether_it_is_its_own_is_told_to_come_again(till: Till) -> None:
    class Silent(FakeGateway):
        def read_notice(self, *_: Any, **__: Any) -> Notice:
            raise GatewayUnavailable("no answer")

    with connections.use("card", Silent()):
        assert tell(b"{}", {}).status_code == 503


def test_a_flood_of_notices_about_one_payment_is_cut_off(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "MOST", 3)
    payment, other = till.pay(), till.pay()
    assert [tell(*signed(till, payment)).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert tell(*signed(till, other)).status_code == 200
    assert GatewayNotice.objects.count() == 4


def test_a_notice_costs_the_same_number_of_queries_however_many_there_were(till: Till) -> None:
    payment = till.pay()
    costs = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as queries:
            tell(*signed(till, payment))
        costs.append(len(queries))
    assert costs[1] == costs[2] <= 12


def test_the_minute_finds_what_is_due_and_queues_each_once(till: Till) -> None:
    payment, later = till.pay(), till.pay(method="free")
    Payment.objects.filter(pk=later.pk).update(next_question_at=till.now + timedelta(hours=1))
    till.later(MINUTE)
    assert [due_questions.queue_due(now=till.now) for _ in range(2)] == [1, 1]
    assert queued() == [{"payment_id": payment.pk, "cause": "question"}]
    with connection.cursor() as cursor:
        cursor.execute("SELECT priority FROM procrastinate_jobs WHERE task_name = 'payments.ask'")
        assert cursor.fetchall() == [(due_questions.BEHIND,)]
    jobs.queue_questions(timestamp=0)
    jobs.ask(**queued()[0])
    assert till.bank.calls.count("ask") == 1
