"""The cast: alice and bob share an account with three meters, of one, two and three scales; charlie is a
stranger. It is the 21st of November in Almaty, in the middle of the window."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.utils.translation import get_language

from abonent.accounts.models import Account
from abonent.base.identifiers import account_key
from abonent.metering.models import Meter, Reading, Submission
from abonent.metering.operations import submit
from abonent.metering.reading_form import ReadingForm, reading_form
from abonent.metering.typed_form import TypedForm
from abonent.portal.models import Organisation, Service
from abonent.portal.profile import Readings
from abonent.users.models import User

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def plain_rules(settings: Any) -> None:
    """The portal's rules of readings as they are where its profile says nothing."""
    settings.PORTAL = settings.PORTAL.model_copy(update={"readings": Readings()})


@pytest.fixture
def supplier(db: None, plain_rules: None) -> Organisation:
    return Organisation.objects.create(
        code="power", name_ru="Горэлектро", readings_from=10, readings_to=25, time_zone="Asia/Almaty"
    )


@pytest.fixture
def power(supplier: Organisation) -> Service:
    return Service.objects.create(
        code="power", organisation=supplier, name_ru="Электроэнергия", unit_ru="кВт·ч", position=1
    )


@pytest.fixture
def new_account(supplier: Organisation) -> Callable[..., Account]:
    def create(number: str, **facts: Any) -> Account:
        usual = {"payer": "Иванов Иван", "address": "Алматы, Абая, 1", "organisation": supplier}
        return Account.objects.create(number=number, key=account_key(number), **{**usual, **facts})

    return create


@pytest.fixture
def account(new_account: Callable[..., Account]) -> Account:
    return new_account("000700")


@pytest.fixture
def new_meter(account: Account, power: Service) -> Callable[..., Meter]:
    def create(serial: str, scales: int = 1, **facts: Any) -> Meter:
        usual = {"account": account, "service": power, "ratio": Decimal(1)}
        return Meter.objects.create(serial=serial, scales=scales, **{**usual, **facts})

    return create


@pytest.fixture
def meter(new_meter: Callable[..., Meter]) -> Meter:
    """One scale; read 1000 a month ago."""
    meter = new_meter("A-1")
    told(meter, "2026-10-21", 1000)
    return meter


@pytest.fixture
def alice(db: None) -> User:
    return person("alice")


@pytest.fixture
def bob(db: None) -> User:
    return person("bob")


@pytest.fixture
def charlie(db: None) -> User:
    return person("charlie")


def person(login: str) -> User:
    return User.objects.create(login=login, email=f"{login}@example.kz", email_confirmed=True, language="ru")


def told(
    meter: Meter, on: str, value: float | str, *, scale: str = "total", source: str = "customer"
) -> Reading:
    """A reading that billing told."""
    return Reading.objects.create(
        meter=meter, scale=scale, taken_on=date.fromisoformat(on), source=source, value=Decimal(str(value))
    )


@dataclass
class Desk:
    """Sends forms of one account."""

    account_id: int
    now: datetime

    def form(self, user: User | None = None, *, now: datetime | None = None) -> ReadingForm:
        return reading_form(
            self.account_id,
            user_id=user.pk if user else None,
            language=get_language() or "ru",
            now=now or self.now,
        )

    def send(self, user: User | None, values: Mapping[str, Any], **others: Any) -> Submission:
        """`values` by `<meter id>-<scale>`; the rest is as a form sends it that was shown just now."""
        now, way = others.pop("now", self.now), others.pop("way", Submission.Way.CABINET)
        address = others.pop("address", None)
        if "seen" not in others:
            others["seen"] = self.form(user, now=now).seen
        texts = {key: str(value) for key, value in values.items()}
        typed = TypedForm(texts, **{"taken_on": TODAY, "key": uuid4().hex, **others})
        return submit(account_id=self.account_id, user=user, way=way, typed=typed, now=now, address=address)


@pytest.fixture
def desk(account: Account, now: datetime) -> Desk:
    return Desk(account.pk, now)


def key(meter: Meter, scale: str = "total") -> str:
    return f"{meter.pk}-{scale}"
