"""The cast: alice and bob share an account with meters of one, two and three scales; charlie holds another.
The window is open from the 10th to the 25th in Almaty; it is the 21st of November, two in the afternoon."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from html import unescape
from typing import Any

import pytest
from django.core.cache.backends import db as cache_table
from django.http import HttpResponse
from django.test import Client

from abonent.accounts.models import Account, AccountLink
from abonent.base.months import Month
from abonent.metering.fields import SCALES
from abonent.metering.models import Meter, Reading
from abonent.portal.models import Organisation, Service
from abonent.portal.profile import Readings
from abonent.users.models import User

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CLOSED = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
OPENED_AGAIN = datetime(2026, 12, 12, 9, 0, tzinfo=UTC)

SetClock = Callable[[datetime], None]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    def set_to(moment: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
        monkeypatch.setattr(cache_table, "tz_now", lambda: moment)

    set_to(NOW)
    return set_to


@pytest.fixture
def supplier(db: None, settings: Any) -> Organisation:
    settings.PORTAL = settings.PORTAL.model_copy(update={"readings": Readings()})
    return Organisation.objects.create(
        code="sbyt", name_ru="Сбыт", readings_from=10, readings_to=25, time_zone="Asia/Almaty"
    )


@pytest.fixture
def account(supplier: Organisation) -> Account:
    return Account.objects.create(
        number="0017", key="17", organisation=supplier, payer="Ким", address="Абая 1"
    )


def add_meter(account: Account, serial: str, scales: int, *, months: int = 5, **facts: Any) -> Meter:
    """A meter that was read on the 21st of each month until October: 1000, 1100, 1200…"""
    service, _ = Service.objects.get_or_create(
        code="power",
        organisation=account.organisation,
        defaults={"name_ru": "Электроэнергия", "name_kk": "Электр энергиясы", "unit_ru": "кВт·ч"},
    )
    meter = Meter.objects.create(account=account, service=service, serial=serial, scales=scales, **facts)
    first = Month(2026, 10) - (months - 1)
    Reading.objects.bulk_create(
        Reading(
            meter=meter,
            scale=scale,
            taken_on=date(month.year, month.number, 21),
            source="customer",
            value=1000 + 100 * number,
        )
        for number, month in enumerate(first.through(Month(2026, 10)))
        for scale in SCALES[scales]
    )
    return meter


@pytest.fixture
def meters(account: Account) -> tuple[Meter, Meter, Meter]:
    one = add_meter(account, "A-1", 1, next_verification_on=date(2031, 5, 12))
    return (
        one,
        add_meter(account, "B-2", 2, planned_replacement_on=date(2027, 2, 4)),
        add_meter(account, "C-3", 3),
    )


@pytest.fixture
def new_person(db: None) -> Callable[..., User]:
    def create(login: str, account: Account | None = None, **facts: Any) -> User:
        usual = {"email": f"{login}@example.kz", "email_confirmed": True, "language": "ru"}
        user = User.objects.create(login=login, **{**usual, **facts})
        if account:
            AccountLink.objects.create(user=user, account=account, method="payment", created_at=NOW)
        return user

    return create


@pytest.fixture
def alice(new_person: Callable[..., User], account: Account) -> User:
    return new_person("alice", account)


@pytest.fixture
def bob(new_person: Callable[..., User], account: Account) -> User:
    return new_person("bob", account)


@dataclass
class Visit:
    """A person at the pages of an account's readings."""

    user: User
    account: Account
    client: Client = field(default_factory=Client)

    def __post_init__(self) -> None:
        self.client.force_login(self.user)

    def address(self, page: str = "") -> str:
        return f"/a/{self.account.public_id}/readings/{page}"

    def get(self, page: str = "") -> HttpResponse:
        answer = self.client.get(self.address(page))
        assert answer.status_code == 200, answer
        return answer

    def reads(self, page: str = "") -> str:
        return words(self.get(page))

    def form(self) -> dict[str, str]:
        """The form as a browser would send it back: every field with what stands in it."""
        return fields_of(self.get("new/"))

    def send(self, typed: Mapping[str, Any], *, form: Mapping[str, str] | None = None) -> HttpResponse:
        """Fill the form in and press the button."""
        return self.client.post(self.address("new/"), {**(form or self.form()), **typed})


def fields_of(answer: HttpResponse) -> dict[str, str]:
    page = answer.content.decode().split('id="page-form"', 1)[1].split("</form>")[0]
    inputs = re.findall(r"<input (?![^>]*type=\"(?:file|checkbox)\")[^>]*>", page)
    found = {}
    for one in inputs:
        attrs = dict(re.findall(r'([\w-]+)="([^"]*)"', one))
        found[attrs["name"]] = unescape(attrs.get("value", ""))
    found.pop("csrfmiddlewaretoken")
    return found


def words(answer: HttpResponse) -> str:
    """What a reader sees of the page, but for its frame."""
    text = answer.content.decode().split("<main", 1)[-1].split("</main>")[0]
    text = re.sub(r"(?s)<svg\b.*?</svg>|^[^>]*>", " ", text)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").split())


@pytest.fixture
def desk(alice: User, account: Account, meters: tuple[Meter, ...]) -> Visit:
    """alice at her account with three meters."""
    return Visit(alice, account)
