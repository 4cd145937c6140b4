"""The field that finds customers, and the first page of an account."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from abonent.accounts.models import Account, AccountLink
from abonent.metering.models import Meter, Submission
from abonent.payments.models import Payment, PaymentPart
from abonent.portal.models import Service
from abonent.users.models import AuditEvent, Session, StaffMembership, User
from tests.interfaces.office.test_office import account, chief, link, page, strange, text
from tests.users.cast import _quick_hashes, alice, bob, charlie, clock, signed_in

__all__ = ["_quick_hashes", "account", "alice", "bob", "charlie", "chief", "clock", "strange"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _doors(clock: Callable[[timedelta], datetime], settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False


def found(client: Client, words: str) -> str:
    return text(page(client, "office_find", post={"words": words}))


def test_the_words_are_posted_and_say_why_an_account_was_found(
    client: Client, charlie: User, account: Account
) -> None:
    signed_in(client, charlie)
    shown = found(client, "Ивнаов")
    for words in ("000700", "Иванов Иван Иванович", "ФИО (одна опечатка)", "Алматы, Абая, 1, 12"):
        assert words in shown
    assert "адрес" in found(client, "абая 1 кв 12")
    assert "введите" in text(page(client, "office_find", post={"words": ""})).lower()
    assert "не меньше трёх букв" in found(client, "И.")
    assert "Среди ваших абонентов никто не найден" in found(client, "Жумабаевский")
    assert 'method="post"' in text(page(client, "office_find"))
    assert "700" not in page(client, "office_find", post={"words": "000700"}).headers["Location"]


def test_the_page_speaks_three_languages(client: Client, charlie: User, account: Account) -> None:
    for language, words in {"ru": "Совпало", "kk": "Сәйкестігі", "en": "Matched by"}.items():
        signed_in(client, charlie, language)
        assert words in found(client, "Иванов")


def test_one_event_for_the_search_and_one_for_opening(
    client: Client, charlie: User, account: Account
) -> None:
    signed_in(client, charlie)
    found(client, "Иванов")
    page(client, "office_account", account.public_id)
    actions = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
    assert actions[-2:] == ["staff_searched", "staff_read_account"]
    assert AuditEvent.objects.filter(action="staff_searched").count() == 1


def test_only_the_portals_own_staff_are_told_whose_account_it_is(
    client: Client, charlie: User, account: Account, strange: Account
) -> None:
    signed_in(client, charlie)
    assert strange.public_id not in found(client, "Чужой Алматы")
    assert "Организация" not in found(client, "Иванов")
    StaffMembership.objects.update(organisation=None)
    shown = found(client, "Чужой Алматы")
    assert "Другая" in shown
    assert strange.public_id in shown


@pytest.fixture
def busy(account: Account, alice: User) -> Account:
    """An account with a bit of everything."""
    account.contact_phone, account.contact_email = "+7 (701) 123-45-67", "ivanov@mail.kz"
    account.save()
    service = Service.objects.create(
        code="power", organisation=account.organisation, name_ru="Электроэнергия"
    )
    Meter.objects.create(account=account, service=service, serial="СЕ-101")
    link(alice, account)
    grow(account, alice, "1")
    return account


def grow(account: Account, person: User, key: str) -> None:
    now = timezone.now()
    Submission.objects.create(account=account, user=person, way="cabinet", key=key, submitted_at=now)
    moments = {"created_at": now, "expires_at": now, "next_question_at": now}
    made = Payment.objects.create(
        user=person, method="card", amount=10, currency="KZT", form_key=key, state="sent", **moments
    )
    PaymentPart.objects.create(payment=made, account=account, amount=Decimal("1500.00"), position=0)


def test_the_account_tells_what_a_counter_asks_first(client: Client, charlie: User, busy: Account) -> None:
    signed_in(client, charlie)
    shown = text(page(client, "office_account", busy.public_id))
    for words in (
        "СЕ-101",
        "Электроэнергия",
        "+7 (701) ***-**-67",
        "i***v@mail.kz",
        "1 500,00",
        "alice@example.kz",
    ):
        assert words in shown
    for words in ("123-45", "ivanov@mail.kz"):
        assert words not in shown, "contacts are masked"
    assert reverse("office_look", args=[busy.public_id]) in shown


def test_queries_of_the_account_do_not_grow_with_it(
    client: Client, charlie: User, alice: User, bob: User, busy: Account
) -> None:
    signed_in(client, charlie)

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert page(client, "office_account", busy.public_id).status_code == 200
        return len(seen)

    before = asked()
    link(bob, busy)
    for key in ("2", "3", "4", "5", "6", "7"):
        grow(busy, alice, key)
    assert asked() <= before <= 17


def test_accountants_are_not_shown_what_they_may_not_do(
    client: Client, charlie: User, alice: User, busy: Account
) -> None:
    StaffMembership.objects.update(role="accountant")
    signed_in(client, charlie)
    shown = text(page(client, "office_account", busy.public_id))
    assert "Последние онлайн-платежи" in shown
    for words in ("Последние заявки", "Напечатать код", "Завершить все сеансы", "Закрыть доступ"):
        assert words not in shown


def test_all_sessions_of_a_linked_person_are_ended_after_a_question(
    client: Client, charlie: User, alice: User, account: Account
) -> None:
    linked, hers = link(alice, account), signed_in(Client(), alice)
    signed_in(client, charlie)
    where = (account.public_id, linked.public_id)
    assert "на всех устройствах" in text(page(client, "office_sessions_end", *where))
    assert hers.get(reverse("settings")).status_code == 200
    answer = page(client, "office_sessions_end", *where, post={}, follow=True)
    assert "Завершён 1 сеанс" in text(answer)
    assert hers.get(reverse("settings")).status_code == 302
    assert not Session.objects.filter(user=alice).exists()
    event = AuditEvent.objects.get(action="staff_ended_sessions")
    assert (event.actor, event.subject) == (charlie, f"account:{account.pk}")
    assert AuditEvent.objects.filter(action="sessions_ended", subject=f"user:{alice.pk}").exists()


def test_sessions_of_strangers_and_of_colleagues_stay(
    client: Client, charlie: User, alice: User, account: Account, strange: Account
) -> None:
    theirs = link(alice, strange)
    colleague = User.objects.create(login="boss", email="boss@example.kz")
    StaffMembership.objects.create(user=colleague, role="administrator")
    own = link(colleague, account)
    signed_in(client, charlie)
    for where in ((strange.public_id, theirs.public_id), (account.public_id, own.public_id)):
        assert page(client, "office_sessions_end", *where, post={}).status_code == 404
    ended = AccountLink.objects.filter(pk=own.pk)
    ended.update(ended_at=timezone.now())
    assert page(client, "office_sessions_end", account.public_id, own.public_id, post={}).status_code == 404
