"""What the tests of reminders share: an organisation with a window, its accounts, people who see them."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from abonent.accounts.models import Account, AccountLink
from abonent.base.identifiers import account_key
from abonent.base.months import Month
from abonent.metering.models import Meter, ReadingLink, ReminderWish, Submission, SubmittedReading
from abonent.metering.operations.link_submissions import submit_by_link
from abonent.metering.typed_form import TypedForm
from abonent.notices.models import Letter
from abonent.portal.models import Organisation, Service
from abonent.users.models import User

#: Long before: when people linked their accounts.
BEFORE = datetime(2026, 6, 1, tzinfo=UTC)
PERIOD = Month(2026, 12)
#: Half past nine in the morning in Almaty (UTC+5): of the day the window opens, of the day before its last.
OPENED = datetime(2026, 12, 10, 4, 30, tzinfo=UTC)
CLOSING = datetime(2026, 12, 24, 4, 30, tzinfo=UTC)


def new_organisation(code: str = "power", **facts: Any) -> Organisation:
    usual = {"name_ru": "Горэлектро", "readings_from": 10, "readings_to": 25, "time_zone": "Asia/Almaty"}
    return Organisation.objects.create(code=code, **{**usual, **facts})


def new_account(
    organisation: Organisation, number: str = "000700", *, meters: int = 1, **facts: Any
) -> Account:
    usual = {"payer": "Иванов Иван Иванович", "address": "Алматы, Абая, 1", "flat": "12"}
    account = Account.objects.create(
        number=number, key=account_key(number), organisation=organisation, **{**usual, **facts}
    )
    service, _ = Service.objects.get_or_create(
        code=f"service-{organisation.code}",
        defaults={"organisation": organisation, "name_ru": "Электроэнергия", "unit_ru": "кВт·ч"},
    )
    for index in range(meters):
        Meter.objects.create(account=account, service=service, serial=f"M-{index}")
    return account


def new_person(login: str = "alice", **facts: Any) -> User:
    usual = {"email": f"{login}@example.kz", "email_confirmed": True, "language": "ru"}
    return User.objects.create(login=login, **{**usual, **facts})


def link(user: User, account: Account, *, at: datetime = BEFORE) -> AccountLink:
    return AccountLink.objects.create(user=user, account=account, method="payment", created_at=at)


def wish(user: User, account: Account, **facts: Any) -> ReminderWish:
    usual = {
        "organisation": account.organisation,
        "wished_at": BEFORE,
        "opening_told_for": (PERIOD - 1).first_day,
        "closing_told_for": (PERIOD - 1).first_day,
    }
    return ReminderWish.objects.create(user=user, account=account, **{**usual, **facts})


def sent(account: Account, state: str = "received", period: Month = PERIOD) -> None:
    """Something was submitted for the period, by anybody."""
    submission = Submission.objects.create(
        account=account, way="cabinet", key=uuid4().hex, submitted_at=OPENED
    )
    SubmittedReading.objects.create(
        submission=submission,
        meter=Meter.objects.filter(account=account).first(),
        scale="total",
        period=period.first_day,
        taken_on=OPENED.date(),
        value=Decimal(100),
        state=state,
        used_in=period.first_day if state == "used" else None,
    )


def kinds() -> list[str]:
    """The letters of reminders that were written, oldest first."""
    letters = Letter.objects.filter(kind__startswith="reading_window").order_by("pk")
    return list(letters.values_list("kind", flat=True))


def new_link(user: User, account: Account, *, expires_at: datetime, **facts: Any) -> ReadingLink:
    usual = {"period": PERIOD.first_day, "created_at": OPENED, "expires_at": expires_at}
    return ReadingLink.objects.create(user=user, account=account, **{**usual, **facts})


def send(
    token: str, account: Account, value: str = "100", *, key: str = "form", now: datetime = OPENED
) -> Submission:
    """Submit `value` for the account's only meter by its link."""
    meter = Meter.objects.get(account=account)
    return submit_by_link(
        token=token,
        typed=TypedForm({f"{meter.pk}-total": value}, now.date(), key=key),
        now=now,
    )
