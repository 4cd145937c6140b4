"""Dina has used everything: what every table holds of a person, with a name, a mailbox and a phone that can
be found again wherever they stand."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import connection

from abonent.accounts.models import Account, AccountLink, LinkAttempt, UsedCode
from abonent.announcements.models import Announcement, AnnouncementLetter, NoNotices
from abonent.base.months import Month
from abonent.bills.models import Publication, ReceiptLetter, ReceiptSubscription
from abonent.metering.models import (
    KeptForm,
    Meter,
    Photo,
    ReadingLink,
    ReminderWish,
    Submission,
    SubmittedReading,
)
from abonent.notices.operations import send_letter
from abonent.payments.models import Payment, PaymentPart, PaymentStep
from abonent.portal.models import Organisation, Service
from abonent.service_requests.models import RequestDraftFile, RequestEvent, RequestFile, ServiceRequest
from abonent.users import limits
from abonent.users.models import User
from abonent.users.operations import add_person, give_consent, update_settings
from abonent.users.sessions import SessionStore
from tests.users.cast import NOW, PASSWORD

NAME = "Дина Необычайная"
MAILBOX = "dina.neobychainaya@example.kz"
PHONE = "+77019876543"
NEEDLES = ("Необычайная", "neobychainaya", "7019876543", "dina-login")
OCTOBER = Month(2026, 10)
_JPEG = b"\xff\xd8\xff\xe0 a picture"


def live() -> User:
    """One of everything; gives the person."""
    dina = add_person(
        login="dina-login", email=MAILBOX, password=PASSWORD, full_name=NAME, language="ru", now=NOW
    )
    update_settings(user=dina, phone=PHONE, now=NOW)
    give_consent(user=dina, document="agreement", version="2026-01", language="ru", now=NOW)
    Authenticator.objects.create(user=dina, type="totp", data={"secret": "x"})
    session = SessionStore()
    session["_auth_user_id"] = str(dina.pk)
    session.save()
    limits.count_try(name="dina-login", now=NOW)
    account, meter = _account()
    _linked(dina, account)
    _metered(dina, account, meter)
    _billed(dina, account)
    _paid(dina, account)
    _asked(dina, account)
    _told(dina)
    return dina


def _account() -> tuple[Account, Meter]:
    ours = Organisation.objects.create(code="ours", name_ru="Горэлектро")
    power = Service.objects.create(code="power", organisation=ours, name_ru="Электроэнергия", unit_ru="кВт·ч")
    account = Account.objects.create(
        number="000700",
        key="700",
        organisation=ours,
        payer="Иванов Иван",
        address="Алматы, Абая, 1",
        flat="7",
    )
    return account, Meter.objects.create(account=account, service=power, serial="M-1")


def _linked(dina: User, account: Account) -> None:
    AccountLink.objects.create(user=dina, account=account, method="code", created_at=NOW)
    UsedCode.objects.create(account=account, series="2026-10", used_at=NOW, used_by=dina)
    LinkAttempt.objects.create(
        at=NOW, user=dina, method="code", outcome="linked", number_hash="a" * 64, neighbourhood="b" * 64
    )


def _metered(dina: User, account: Account, meter: Meter) -> None:
    later: dict[str, Any] = {"account": account, "user": dina}
    sent = Submission.objects.create(**later, way="cabinet", key="k1", submitted_at=NOW)
    SubmittedReading.objects.create(
        submission=sent,
        meter=meter,
        scale="total",
        period=OCTOBER,
        taken_on=NOW.date(),
        value=Decimal("123.000"),
    )
    Photo.objects.create(submission=sent, meter=meter, jpeg=_JPEG, width=10, height=10)
    KeptForm.objects.create(**later, values={"1-total": "124"}, saved_at=NOW)
    ReminderWish.objects.create(
        **later,
        organisation=account.organisation,
        wished_at=NOW,
        opening_told_for=OCTOBER,
        closing_told_for=OCTOBER,
    )
    ReadingLink.objects.create(**later, period=OCTOBER, created_at=NOW, expires_at=NOW + timedelta(days=9))


def _billed(dina: User, account: Account) -> None:
    ReceiptSubscription.objects.create(
        user=dina, account=account, email=MAILBOX, started_at=NOW, asked_at=NOW, confirmed_at=NOW
    )
    publication = Publication.objects.create(month=OCTOBER, started_at=NOW, total=1, touched_at=NOW)
    ReceiptLetter.objects.create(
        account=account, user=dina, month=OCTOBER, publication=publication, created_at=NOW
    )


def _paid(dina: User, account: Account) -> None:
    payment = Payment.objects.create(
        user=dina,
        form_key="f1",
        method="cards",
        amount=Decimal("100.00"),
        currency="KZT",
        state="booked",
        language="ru",
        email=MAILBOX,
        address="203.0.113.9",
        created_at=NOW,
        expires_at=NOW,
        paid_at=NOW,
        booked_at=NOW,
    )
    PaymentPart.objects.create(payment=payment, position=1, account=account, amount=Decimal("100.00"))
    PaymentStep.objects.create(payment=payment, at=NOW, state="booked", cause="notice")


def _asked(dina: User, account: Account) -> None:
    request = ServiceRequest.objects.create(
        account=account,
        organisation=account.organisation,
        user=dina,
        form_key="r1",
        kind="other",
        kind_label={"ru": "Прочее"},
        answers=[
            {
                "code": "phone",
                "type": "phone",
                "label": {"ru": "Телефон"},
                "value": PHONE,
                "shown": {"ru": "+7(701)987-65-43, или 7019876543"},
            }
        ],
        text=f"Пишите мне: {MAILBOX}. {NAME}",
        phone=PHONE,
        language="ru",
        created_at=NOW,
        due_on=NOW.date(),
        last_customer_event_at=NOW,
    )
    event = RequestEvent.objects.create(
        request=request,
        at=NOW,
        kind="message",
        state="received",
        by=dina,
        by_staff=False,
        text=f"Звоните: 7019876543, {NAME}",
    )
    RequestFile.objects.create(
        event=event,
        name="Необычайная.jpg",
        media_type="image/jpeg",
        size=len(_JPEG),
        checksum="c" * 64,
        content=_JPEG + MAILBOX.encode(),
    )
    RequestDraftFile.objects.create(
        user=dina,
        form_key="r2",
        name="Необычайная.jpg",
        media_type="image/jpeg",
        size=3,
        checksum="d" * 64,
        content=NAME.encode(),
        created_at=NOW,
    )


def _told(dina: User) -> None:
    letter = send_letter(
        kind="notice",
        to=MAILBOX,
        subject=f"Здравствуйте, {NAME}",
        text=NAME,
        language="ru",
        user=dina,
        now=NOW,
    )
    send_letter(kind="notice", to=MAILBOX.upper(), subject="x", text=NAME, language="ru", now=NOW)
    announcement = Announcement.objects.create(**_announcement())
    AnnouncementLetter.objects.create(
        announcement=announcement, user=dina, mailbox=MAILBOX.upper(), written_at=NOW, letter=letter
    )
    NoNotices.objects.create(user=dina, since=NOW)


def _announcement() -> dict[str, Any]:
    return {
        "kind": "notice",
        "audience": "all",
        "scheduled_at": NOW,
        "texts": {"ru": {"title": "Работы", "text": "Завтра"}},
        "created_at": NOW,
        "state": "sent",
    }


def where(needle: str) -> list[str]:
    """Tables in which the text stands, whatever the column: text, JSON, a file's bytes."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        return [table for table, files in cursor.fetchall() if _stands(cursor, table, files or [], needle)]


_TABLES = """
SELECT table_name, array_agg(column_name::text) FILTER (WHERE data_type = 'bytea')
  FROM information_schema.columns WHERE table_schema = 'public' GROUP BY 1 ORDER BY 1
"""


def _stands(cursor: Any, table: str, files: list[str], needle: str) -> bool:
    inside = "".join(f" OR position(convert_to(%(needle)s, 'UTF8') IN \"{one}\") > 0" for one in files)
    cursor.execute(
        f'SELECT EXISTS (SELECT FROM "{table}" AS row'
        f" WHERE strpos(lower(row::text), lower(%(needle)s)) > 0{inside})",
        {"needle": needle},
    )
    return bool(cursor.fetchone()[0])
