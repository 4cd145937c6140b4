"""Filing a request: once, within bounds, with its deadline, files and letter."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from abonent.accounts.models import Account, AccountLink
from abonent.base.months import Month
from abonent.metering.models import Meter
from abonent.notices.models import Letter
from abonent.portal.models import Service
from abonent.service_requests import operations
from abonent.service_requests.invariants import broken
from abonent.service_requests.models import RequestDraftFile, ServiceRequest
from abonent.service_requests.operations import MayNotFile, NotFiled
from abonent.service_requests.operations.filing import MOST_A_DAY, MOST_OPEN
from abonent.service_requests.problems import REFUSALS
from abonent.users.models import AuditEvent, User
from tests.service_requests.conftest import NOW, Desk, charge, fresh, jpeg, kinds, new_account


def refused(desk: Desk, user: User, kind: str = "other", **facts: Any) -> str:
    with pytest.raises(MayNotFile) as told:
        desk.file(user, kind, **facts)
    assert told.value.reason in REFUSALS
    assert "%(" not in told.value.message
    return told.value.reason


def test_a_request_has_a_deadline_a_history_and_a_letter(desk: Desk, alice: User, account: Account) -> None:
    request = fresh(desk.file(alice, text="  Нет света  "))
    assert (request.state, request.text, request.organisation) == (
        "received",
        "Нет света",
        account.organisation,
    )
    assert request.kind_label["en"] == "Other"
    assert request.due_on == date(2026, 12, 4)
    assert kinds(request) == ["filed"]
    (letter,) = Letter.objects.all()
    assert letter.kind == "request_filed"
    assert request.number in letter.subject
    assert "04.12.2026" in letter.text
    assert request.public_id in letter.text
    (event,) = AuditEvent.objects.all()
    assert (event.action, event.actor, event.subject) == ("request_filed", alice, f"account:{account.pk}")
    assert broken() == {}


def test_answers_are_kept_in_every_language(desk: Desk, alice: User, meter: Meter) -> None:
    answers = {"meter": str(meter.pk), "day": "23.11.2026"}
    request = fresh(desk.file(alice, "sealing", answers=answers, phone="+7 701 234-56-78"))
    meter_, day = request.answers
    assert meter_["shown"] == {
        "kk": "Электр, № A-1",
        "ru": "Электроэнергия, № A-1",
        "en": "Электроэнергия, № A-1",
    }
    assert (day["value"], day["label"]["kk"]) == ("2026-11-23", "Day (kk)")
    assert (request.team, request.phone, request.due_on) == ("field", "+7 701 234-56-78", date(2026, 11, 25))
    assert "The master will call you. (ru)" in Letter.objects.get().text


def test_a_phone_that_is_an_answer_is_where_to_call(desk: Desk, alice: User, meter: Meter) -> None:
    answers = {"meter": str(meter.pk), "day": "23.11.2026", "call": "8 701 111-22-33"}
    assert desk.file(alice, "sealing", answers=answers).phone == "8 701 111-22-33"
    assert desk.file(alice, "sealing", answers=answers, phone="2-34-56-78").phone == "2-34-56-78"


def test_the_letter_is_in_the_readers_language(desk: Desk, bob: User) -> None:
    with translation.override("ru"):
        request = desk.file(bob)
    letter = Letter.objects.get()
    assert letter.language == "kk"
    assert letter.subject == f"№ {request.number} өтінім қабылданды"


@pytest.mark.parametrize("change", [{"email_confirmed": False}, {"email": ""}])
def test_nobody_is_written_to_at_an_address_that_is_not_confirmed(
    desk: Desk, alice: User, change: dict[str, Any]
) -> None:
    User.objects.filter(pk=alice.pk).update(**change)
    alice.refresh_from_db()
    desk.file(alice)
    assert not Letter.objects.exists()


def test_the_day_is_that_of_the_organisation(desk: Desk, alice: User) -> None:
    """Half past midnight of the 24th in Almaty, the 23rd in London."""
    late = datetime(2026, 11, 23, 19, 30, tzinfo=UTC)
    assert desk.file(alice, now=late).due_on == date(2026, 12, 8)
    assert desk.file(alice, now=late - timedelta(hours=1)).due_on == date(2026, 12, 7)


def test_one_form_is_one_request(desk: Desk, alice: User) -> None:
    first = desk.file(alice, form_key="one", text="First")
    again = desk.file(alice, "no_files", form_key="one", text="Second")
    assert again.pk == first.pk
    assert ServiceRequest.objects.count() == Letter.objects.count() == 1


def test_the_key_of_another_person_is_no_key(desk: Desk, alice: User, bob: User) -> None:
    desk.file(alice, form_key="one")
    assert refused(desk, bob, form_key="one") == "form"
    assert refused(desk, bob, form_key="") == "form"
    assert refused(desk, bob, form_key="k" * 65) == "form"


def test_what_is_wrong_is_said_by_field_and_nothing_is_kept(desk: Desk, alice: User) -> None:
    with pytest.raises(NotFiled) as told:
        desk.file(alice, "residents", answers={"how_many": "many", "since": "21.11.2030"}, phone="no")
    assert {name: problem.code for name, problem in told.value.problems.items()} == {
        "answer-how_many": "not_a_number",
        "answer-since": "day_future",
        "phone": "not_a_phone",
        "files": "files_required",
    }
    assert not ServiceRequest.objects.exists()


def test_files_of_the_form_come_along(desk: Desk, alice: User, bob: User) -> None:
    for user, key in ((alice, "one"), (alice, "two"), (bob, "one")):
        operations.keep_draft_file(user=user, form_key=key, name="a.png", content=jpeg(), now=NOW)
    answers = {"how_many": "3", "since": "01.11.2026"}
    request = desk.file(alice, "residents", answers=answers, form_key="one")
    (file,) = request.events.get().files.all()
    assert (file.name, file.media_type) == ("a.jpg", "image/jpeg")
    assert sorted(RequestDraftFile.objects.values_list("user__login", "form_key")) == [
        ("alice", "two"),
        ("bob", "one"),
    ]
    assert broken() == {}


def test_a_kind_without_files_takes_none_along(desk: Desk, alice: User) -> None:
    operations.keep_draft_file(user=alice, form_key="one", name="a.jpg", content=jpeg(), now=NOW)
    request = desk.file(alice, "no_files", form_key="one")
    assert not request.events.get().files.exists()
    assert not RequestDraftFile.objects.exists()


def test_what_may_not_be_filed(desk: Desk, alice: User, account: Account) -> None:
    assert refused(desk, alice, "unknown") == "kind"
    assert refused(desk, alice, "old") == "kind"
    assert refused(desk, alice, "readings") == "section"
    Account.objects.update(closed_on=date(2026, 11, 21))
    assert refused(desk, alice) == "closed"
    Account.objects.update(closed_on=date(2026, 11, 22))
    assert desk.file(alice).pk


def test_a_limited_link_changes_no_account(desk: Desk, alice: User) -> None:
    AccountLink.objects.update(limited_until=NOW + timedelta(days=3))
    assert refused(desk, alice, "residents") == "limited"
    assert desk.file(alice, "other").pk


def test_an_account_has_so_many_open_requests(desk: Desk, alice: User, bob: User, account: Account) -> None:
    for place in range(MOST_OPEN):
        ServiceRequest.objects.create(
            account=account,
            organisation=account.organisation,
            form_key=f"old {place}",
            kind="other",
            kind_label={},
            language="ru",
            created_at=NOW - timedelta(days=9),
            due_on=NOW.date(),
            last_customer_event_at=NOW,
        )
    assert refused(desk, bob) == "open"
    ServiceRequest.objects.filter(form_key="old 0").update(state="done", closed_at=NOW)
    assert desk.file(bob).pk


def test_a_person_files_so_many_a_day(
    desk: Desk, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("abonent.service_requests.operations.filing.MOST_OPEN", 99)
    for _ in range(MOST_A_DAY):
        desk.file(alice)
    assert refused(desk, alice) == "often"
    assert desk.file(bob).pk
    assert desk.file(alice, now=NOW + timedelta(days=1, seconds=1)).pk


def test_a_question_takes_the_line_of_the_bill_along(
    desk: Desk, alice: User, account: Account, power: Service
) -> None:
    charge(account, power, accrued="1500.50", opening="100")
    request = fresh(desk.file(alice, "question", bill=(Month(2026, 10), power.pk)))
    assert request.bill_line is not None
    assert (str(request.bill_month), request.bill_service_id) == ("2026-10", power.pk)
    assert (request.bill_line["accrued"], request.bill_line["to_pay"]) == ("1500.50", "1600.50")
    assert request.bill_line["name"]["kk"] == "Электр"
    assert refused(desk, alice, "question", bill=(Month(2026, 9), power.pk)) == "line"
    assert desk.file(alice, "other", bill=(Month(2026, 10), power.pk)).bill_line is None


def test_another_accounts_line_is_not_taken(
    desk: Desk, alice: User, account: Account, power: Service
) -> None:
    other = new_account("000900", account.organisation)
    charge(other, power, accrued="5", opening="0")
    assert refused(desk, alice, "question", bill=(Month(2026, 10), power.pk)) == "line"


def test_a_profile_that_loses_a_kind_keeps_its_requests(
    desk: Desk, alice: User, ruled: Callable[..., None]
) -> None:
    request = desk.file(alice)
    ruled(kinds=[])
    assert fresh(request).kind_label["en"] == "Other"
    assert refused(desk, alice) == "kind"
