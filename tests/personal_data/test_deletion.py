"""Forgetting a person: the thirty days, the letters, and that nothing of name, mailbox and phone stays."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from abonent.accounts.models import AccountLink
from abonent.metering.models import SubmittedReading
from abonent.notices.models import Letter
from abonent.notices.operations import deliver
from abonent.payments.models import Payment
from abonent.personal_data.models import Deletion, RetentionRun
from abonent.personal_data.operations import (
    NothingToCancel,
    StaffFirst,
    ask_deletion,
    cancel_deletion,
    forget_due,
    forget_person,
    warn_of_due,
)
from abonent.personal_data.operations.deletion import forget_now
from abonent.personal_data.operations.retention import forget_old
from abonent.service_requests.models import RequestEvent, ServiceRequest
from abonent.users.models import AuditEvent, Consent, StaffMembership, User
from abonent.users.operations import add_person
from abonent.users.personal import StillStaff
from tests.payments.crashing import crash_everywhere
from tests.personal_data.dina import MAILBOX, NEEDLES, live, where
from tests.users.cast import NOW, PASSWORD

DUE = NOW + timedelta(days=30)
Letters = Callable[[], list[Letter]]


def _ask(user: User, now: object = NOW) -> Deletion:
    return ask_deletion(user=user, address="203.0.113.5", now=now)  # type: ignore[arg-type]


def test_dina_stands_everywhere(dina: User) -> None:
    """The search below would find nothing that was never there."""
    tables = {table for needle in NEEDLES for table in where(needle)}
    assert tables >= {
        "account_emailaddress",
        "announcements_announcementletter",
        "bills_receiptsubscription",
        "notices_letter",
        "payments_payment",
        "service_requests_requestdraftfile",
        "service_requests_requestevent",
        "service_requests_requestfile",
        "service_requests_servicerequest",
        "users_user",
    }


def test_nothing_of_the_persons_name_mailbox_and_phone_stays_anywhere(dina: User, letters: Letters) -> None:
    _ask(dina)
    warn_of_due(now=DUE - timedelta(days=2))
    assert forget_due(now=DUE) == 1
    [last] = [one for one in letters() if one.to == MAILBOX]
    assert last.kind == "deletion_done"
    assert deliver(letter_id=last.pk, now=DUE)
    forget_old(now=DUE + timedelta(days=2))
    assert {needle: where(needle) for needle in NEEDLES} == {needle: [] for needle in NEEDLES}


def test_what_the_law_keeps_stays_without_the_person(dina: User) -> None:
    _ask(dina)
    forget_due(now=DUE)
    dina.refresh_from_db()
    assert dina.login.startswith("deleted-")
    assert (dina.email, dina.full_name, dina.phone, dina.is_active) == ("", "", "", False)
    assert not dina.has_usable_password()
    payment = Payment.objects.get()
    assert (str(payment.amount), payment.state, payment.email, payment.address) == (
        "100.00",
        "booked",
        "",
        None,
    )
    assert (payment.parts.count(), payment.steps.count()) == (1, 1)
    assert SubmittedReading.objects.count() == 1
    request = ServiceRequest.objects.get()
    assert request.phone == ""
    assert RequestEvent.objects.filter(request=request).exists()
    link = AccountLink.objects.get()
    assert (link.ended_at, link.end_reason) == (DUE, "deleted")
    assert Consent.objects.filter(user=dina).exists(), "the proof that the data were lawfully kept"
    assert AuditEvent.objects.filter(action="person_forgotten", subject=f"user:{dina.pk}").exists()


def test_login_and_mailbox_are_free_again(dina: User) -> None:
    _ask(dina)
    forget_due(now=DUE)
    again = add_person(login="dina-login", email=MAILBOX, password=PASSWORD, now=DUE)
    assert again.pk != dina.pk


def test_a_wish_is_one_wish_and_says_when(dina: User, letters: Letters) -> None:
    first, again = _ask(dina), _ask(dina, NOW + timedelta(days=5))
    assert first.pk == again.pk
    assert first.due_at == DUE
    dina.refresh_from_db()
    assert dina.deletion_due_at == DUE
    [letter] = [one for one in letters() if one.kind.startswith("deletion")]
    assert letter.kind == "deletion_asked"
    assert "21.12.2026" in letter.text
    assert "/my-data/deletion/" in letter.text


def test_it_is_taken_back(dina: User, letters: Letters) -> None:
    _ask(dina)
    cancel_deletion(user=dina, address=None, now=NOW + timedelta(days=29))
    dina.refresh_from_db()
    assert dina.deletion_due_at is None
    assert forget_due(now=DUE) == 0
    assert [one.kind for one in letters() if one.kind.startswith("deletion")] == [
        "deletion_asked",
        "deletion_cancelled",
    ]
    with pytest.raises(NothingToCancel):
        cancel_deletion(user=dina, address=None, now=DUE)


def test_a_letter_three_days_before_and_only_one(dina: User, letters: Letters) -> None:
    _ask(dina)
    assert warn_of_due(now=DUE - timedelta(days=3, minutes=1)) == 0
    assert warn_of_due(now=DUE - timedelta(days=3)) == 1
    assert warn_of_due(now=DUE - timedelta(days=2)) == 0
    assert [one.kind for one in letters()].count("deletion_soon") == 1


def test_not_a_second_before_it_is_due(dina: User) -> None:
    deletion = _ask(dina)
    assert not forget_person(deletion_id=deletion.pk, now=DUE - timedelta(seconds=1))
    assert forget_person(deletion_id=deletion.pk, now=DUE)
    assert not forget_person(deletion_id=deletion.pk, now=DUE), "safe to repeat"


def test_staff_lose_their_place_first(charlie: User) -> None:
    with pytest.raises(StaffFirst):
        _ask(charlie)


def test_who_became_staff_meanwhile_holds_up_nobody(dina: User, bob: User) -> None:
    hindered = _ask(dina)
    StaffMembership.objects.create(user=dina, role="operator")
    _ask(bob)
    assert forget_due(now=DUE) == 1
    hindered.refresh_from_db()
    assert (hindered.done_at, hindered.hindrance) == (None, "StillStaff")
    with pytest.raises(StillStaff):
        forget_now(dina.pk, now=DUE)
    dina.refresh_from_db()
    assert dina.is_active
    StaffMembership.objects.filter(user=dina).delete()
    assert forget_due(now=DUE) == 1


@pytest.mark.django_db
def test_killed_at_any_statement_it_is_done_wholly_or_not_at_all() -> None:
    """The program ends at each of its statements: the person is whole afterwards; the next run does it."""
    dina = live()
    deletion = _ask(dina)
    places = 0
    for _place in crash_everywhere(lambda: forget_person(deletion_id=deletion.pk, now=DUE)):
        places += 1
        dina.refresh_from_db()
        assert dina.email == MAILBOX
        assert Letter.objects.filter(user=dina).exists()
        assert AccountLink.objects.filter(user=dina, ended_at=None).exists()
        assert Payment.objects.get().email == MAILBOX
    assert places > 30
    dina.refresh_from_db()
    assert dina.email == ""


def test_the_next_run_goes_on_where_a_killed_one_stopped(dina: User, alice: User, bob: User) -> None:
    for person in (alice, bob, dina):
        _ask(person)
    done = []
    for _place in crash_everywhere(lambda: forget_due(now=DUE)):
        done.append(Deletion.objects.exclude(done_at=None).count())
    assert done == sorted(done)
    assert {0, 1, 2} <= set(done), "a kill costs one person's work, not the others'"
    assert not User.objects.filter(is_active=True).exists()
    assert RetentionRun.objects.count() == 0


def test_the_check_says_whom_nobody_has_forgotten(dina: User) -> None:
    from abonent.interfaces.cli.check_personal_data import finding

    _ask(dina)
    assert finding(now=DUE + timedelta(hours=23)).state == "ok"
    late = finding(now=DUE + timedelta(hours=25))
    assert (late.state, late.text) == ("FAIL", "1 deletions are overdue")
    forget_due(now=DUE + timedelta(hours=25))
    assert finding(now=DUE + timedelta(hours=25)).state == "ok"
