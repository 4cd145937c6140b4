"""What the office of a town finds in the morning: requests in several states, an outage, a bank's registry.

Everything goes through the operations that customers and staff use.
"""

import io
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from PIL import Image, ImageDraw

from abonent.accounts.models import Account, LinkAttempt
from abonent.accounts.operations import DoesNotMatch, issue_printed_code, link_account
from abonent.accounts.queries import HeldAccount, held_accounts
from abonent.announcements import operations as announcing
from abonent.announcements.audience import Audience
from abonent.announcements.models import Announcement
from abonent.demo.queries import (
    CUSTOMER,
    FAMILY,
    OPERATOR,
    REGISTRY,
    PlantedAccount,
    email_of,
    planted_account,
)
from abonent.demo.town import Kind
from abonent.metering.fields import MeterField, ReadingForm
from abonent.metering.models import Meter, Submission
from abonent.metering.operations import submit
from abonent.metering.reading_form import key_of, reading_form
from abonent.metering.typed_form import TypedForm
from abonent.payments.operations.registries import take_registry
from abonent.payments.registry_file import RowGiven
from abonent.portal.current import portal
from abonent.portal.profile_requests import RequestField, RequestKind
from abonent.service_requests import operations as requesting
from abonent.service_requests.models import ServiceRequest
from abonent.service_requests.typed import TypedRequest
from abonent.service_requests.working_days import calendar
from abonent.users.models import StaffMembership, User
from abonent.users.operations import add_person

ADDRESS = None
NEIGHBOUR, TRIES = "neighbour", 6
WRONG = {"surname": "Неверов", "flat": "999", "last_payment_amount": "1,01", "last_payment_month": "01.2020"}
SAID = "Здравствуйте! Прошу помочь: сам разобраться не смог."
ANSWER = "Здравствуйте! Заявку приняли, специалист позвонит Вам накануне."
QUESTION = "Уточните, пожалуйста, в какие часы Вас застать дома?"
DONE = "Работы выполнены, замечаний нет."
OUTAGE = {
    "ru": {
        "title": "Плановые работы",
        "text": "Меняем оборудование на вводе в Ваш дом: днём возможны короткие перерывы.",
    },
    "kk": {
        "title": "Жоспарлы жұмыстар",
        "text": "Үйіңізге кіретін жабдық ауыстырылады: күндіз қысқа үзілістер болуы мүмкін.",
    },
    "en": {
        "title": "Planned works",
        "text": "The equipment of your house is replaced: there may be short interruptions by day.",
    },
}


def fill_the_counter(*, now: datetime) -> None:
    """Requests, the outage, a reading, tries and the registry.

    Several transactions; safe to repeat and to kill: what is there already is left alone, the next call goes
    on, and the registry is the last.
    """
    staff = StaffMembership.objects.select_related("user").get(user__login=OPERATOR)
    _requests(staff, now)
    _outage(staff, planted_account(Kind.DEMO_LET), now)
    _unusual_reading(staff, now)
    _wrong_tries(now)
    _registry(now)


def _requests(staff: StaffMembership, now: datetime) -> None:
    """One new, one taken and answered, one that waits for the customer, one done and rated, one overdue."""
    kinds = [one for one in portal().requests.kinds if not one.leads_to and one.files != "required"]
    if not kinds:
        return
    asked: list[tuple[str, Kind, int]] = [
        (CUSTOMER, Kind.DEMO_HOME, 0),
        (CUSTOMER, Kind.DEMO_LET, 2),
        (FAMILY, Kind.DEMO_HOME, 4),
        (CUSTOMER, Kind.DEMO_HOME, 25),
        (FAMILY, Kind.DEMO_HOME, 40),
    ]
    for number, (login, account, days) in enumerate(asked):
        key = f"demo-request-{number}"
        if ServiceRequest.objects.filter(form_key=key).exists():
            continue
        filed = _file(login, account, kinds[number % len(kinds)], key, now - timedelta(days=days))
        if filed is not None:
            _work(number, filed, staff, login, now - timedelta(days=max(days - 1, 0)))


def _held(login: str, kind: Kind, now: datetime) -> tuple[User, HeldAccount | None]:
    user, planted = User.objects.get(login=login), planted_account(kind)
    found = (one for one in held_accounts(user.pk, now=now) if one.id == planted.id and not one.limited)
    return user, next(found, None)


def _file(login: str, account: Kind, kind: RequestKind, key: str, at: datetime) -> ServiceRequest | None:
    user, held = _held(login, account, at)
    if held is None:
        return None
    answers = {field.code: _typed(field, held, at) for field in kind.fields}
    typed = TypedRequest(kind=kind.code, answers=answers, text=SAID, phone="+7 701 234-56-78", form_key=key)
    try:
        return requesting.file_request(
            user=user, account=held, typed=typed, language=portal().language, address=ADDRESS, now=at
        )
    except (requesting.NotFiled, requesting.MayNotFile):
        return None


def _typed(field: RequestField, account: HeldAccount, at: datetime) -> str:
    """Something that the field takes."""
    today = timezone.localdate(at)
    if field.type == "meter":
        return str(Meter.objects.filter(account_id=account.id).values_list("pk", flat=True).first() or "")
    if field.type == "date":
        return f"{today if field.days == 'past' else calendar().after(today, 4):%d.%m.%Y}"
    if field.type in ("choice", "hours"):
        return field.choices[0].code if field.choices else "any"
    plain: Mapping[str, str] = {
        "number": str(max(field.least or 0, 3)),
        "phone": "+7 701 234-56-78",
        "email": "demo@example.kz",
        "yes": "yes",
    }
    return plain.get(field.type, SAID)


def _work(number: int, request: ServiceRequest, staff: StaffMembership, login: str, at: datetime) -> None:
    """What the staff did with it until today; nothing with the first and the last."""
    who: dict[str, Any] = {"staff": staff, "public_id": request.public_id, "address": ADDRESS}
    said: dict[str, Any] = {"form_key": f"demo-answer-{number}"}
    if number == 1:
        requesting.take(**who, now=at)
        requesting.answer(**who, **said, text=ANSWER, now=at + timedelta(minutes=20))
    elif number == 2:
        requesting.ask(**who, **said, text=QUESTION, now=at)
    elif number == 3:
        requesting.finish(**who, **said, how="done", text=DONE, now=at + timedelta(days=1))
        user, held = _held(login, Kind.DEMO_HOME, at)
        if held is not None:
            requesting.rate(
                user=user,
                account=held,
                public_id=request.public_id,
                rating=5,
                text="Спасибо!",
                address=ADDRESS,
                now=at + timedelta(days=2),
            )


def _outage(staff: StaffMembership, account: PlantedAccount, now: datetime) -> None:
    """Works in the house of the flat that is let: on its pages, and on no other's."""
    if Announcement.objects.exists():
        return
    house = Account.objects.values_list("address", flat=True).get(pk=account.id)
    draft = announcing.Draft(
        kind="outage",
        audience=Audience("house", place=house),
        texts={language: OUTAGE[language] for language in portal().languages},
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(days=30),
    )
    written = announcing.write(draft=draft, staff=staff, address=ADDRESS, now=now)
    announcing.schedule(number=written.pk, at=None, staff=staff, address=ADDRESS, now=now)


def _neighbour(now: datetime) -> User:
    return User.objects.filter(login=NEIGHBOUR).first() or add_person(
        login=NEIGHBOUR, email=email_of(NEIGHBOUR), password=CUSTOMER, full_name="Ким Ольга", now=now
    )


def _others() -> QuerySet[Account]:
    """Accounts of which the demo tells nobody."""
    return Account.objects.filter(contact_email="", closed_on=None).order_by("pk")


def _unusual_reading(staff: StaffMembership, now: datetime) -> None:
    """Of the neighbour, where a window is open: much more than usual, with a photo."""
    neighbour = _neighbour(now)
    if neighbour.links.exists():
        return
    for account in _others()[1:20]:
        form = reading_form(account.pk, user_id=neighbour.pk, language=portal().language, now=now)
        meters = [one for one in form.meters if not one.refused and one.scales[0].previous is not None]
        if form.window.is_open and meters:
            who: dict[str, Any] = {"address": ADDRESS, "now": now}
            code = issue_printed_code(staff=staff, public_id=account.public_id, **who).code
            link_account(user=neighbour, number=account.number, facts={}, code=code, **who)
            _send_unusual(neighbour, account, form, meters[0], now)
            return


def _send_unusual(
    neighbour: User, account: Account, form: ReadingForm, meter: MeterField, now: datetime
) -> None:
    values = {
        key_of(meter.id, one.scale): str(int((one.previous or 0) + 5 * (one.usual_per_day or 20) * 30))
        for one in meter.scales
    }
    typed = TypedForm(
        values,
        form.today,
        confirmed=[f"{key}:unusual" for key in values],
        photos={meter.id: _photo(values)},
        key="demo-unusual",
        seen=form.seen,
    )
    submit(account_id=account.pk, user=neighbour, way=Submission.Way.CABINET, typed=typed, now=now)


def _photo(values: Mapping[str, str]) -> bytes:
    """A drum with the figures."""
    picture, out = Image.new("RGB", (640, 360), "#d9d5cc"), io.BytesIO()
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((40, 90, 600, 270), 24, fill="#1b1b1b")
    pen.text((70, 120), " ".join(values.values()), fill="#f4f4f4", font_size=96)
    picture.save(out, "JPEG")
    return out.getvalue()


def _wrong_tries(now: datetime) -> None:
    """The neighbour cannot prove somebody else's account."""
    neighbour = _neighbour(now)
    if LinkAttempt.objects.filter(user=neighbour, outcome=LinkAttempt.Outcome.MISMATCH).exists():
        return
    for number in list(_others().values_list("number", flat=True)[:1]) * TRIES:
        with suppress(DoesNotMatch):
            facts: dict[str, str] = {fact: WRONG.get(fact, "01.01.2020") for fact in portal().linking.facts}
            link_account(user=neighbour, number=number, facts=facts, address=ADDRESS, now=now)


def _registry(now: datetime) -> None:
    """A bank's list of three payments: one for an account, two for none, with a digit wrong and without."""
    right = planted_account(Kind.DEMO_PARENTS)
    day = timezone.localdate(now) - timedelta(days=1)
    given = [
        (right.number, right.payer, "100.00"),
        (_mistyped(right.number), right.payer, "250.00"),
        ("", "Петров Пётр Петрович", "1500.00"),
    ]
    rows = [
        RowGiven(
            line=line,
            operation=f"demo-{line}",
            paid_on=day,
            account=number,
            amount=Decimal(amount),
            payer=payer,
            purpose="Оплата коммунальных услуг",
        )
        for line, (number, payer, amount) in enumerate(given, 1)
    ]
    take_registry(
        source="registry:demo_bank",
        format="csv",
        name="demo.csv",
        checksum=REGISTRY,
        day=day,
        rows=rows,
        loaded_by=OPERATOR,
        now=now,
    )


def _mistyped(number: str) -> str:
    """Its last two digits in each other's place; another last digit where they are alike."""
    if number[-1] != number[-2]:
        return f"{number[:-2]}{number[-1]}{number[-2]}"
    return f"{number[:-1]}{(int(number[-1]) + 5) % 10}"
