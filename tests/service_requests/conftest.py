"""The cast: alice and bob see one account of «Горэлектро», charlie another one; ivan and olga work there,
anna is of another organisation, root of the portal itself. It is Saturday, the 21st of November in Almaty."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from PIL import Image

from abonent.accounts.models import Account, AccountLink
from abonent.accounts.queries import HeldAccount, held_accounts
from abonent.base.identifiers import account_key
from abonent.metering.models import Meter
from abonent.portal.models import Organisation, Service
from abonent.portal.profile import Profile
from abonent.portal.profile_requests import Requests
from abonent.service_requests import operations
from abonent.service_requests.models import ServiceRequest
from abonent.service_requests.typed import TypedRequest
from abonent.users.models import StaffMembership, User

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def texts(words: str) -> dict[str, str]:
    return {"kk": f"{words} (kk)", "ru": f"{words} (ru)", "en": words}


REQUESTS: dict[str, Any] = {
    "teams": [{"code": "field", "name": texts("Field")}, {"code": "counter", "name": texts("Counter")}],
    "kinds": [
        {
            "code": "residents",
            "label": texts("Residents"),
            "team": "counter",
            "working_days": 5,
            "files": "required",
            "changes_account": True,
            "fields": [
                {"code": "how_many", "type": "number", "label": texts("How many"), "least": 1, "most": 30},
                {"code": "since", "type": "date", "label": texts("Since"), "days": "past"},
            ],
        },
        {
            "code": "sealing",
            "label": texts("Sealing"),
            "team": "field",
            "working_days": 3,
            "filed": texts("The master will call you."),
            "fields": [
                {"code": "meter", "type": "meter", "label": texts("Meter")},
                {"code": "day", "type": "date", "label": texts("Day"), "days": "future"},
                {"code": "hours", "type": "hours", "label": texts("Hours"), "required": False},
                {"code": "call", "type": "phone", "label": texts("Phone"), "required": False},
            ],
        },
        {"code": "question", "label": texts("Question"), "about_bill_line": True, "files": "optional"},
        {"code": "other", "label": texts("Other"), "working_days": 10},
        {"code": "no_files", "label": texts("Call me"), "files": "none"},
        {"code": "old", "label": texts("Old"), "offered": False},
        {"code": "readings", "label": texts("Readings"), "leads_to": "readings"},
    ],
}


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(autouse=True)
def profile(settings: Any) -> Profile:
    """A portal of its own kinds of requests; rules of the profile that a test may change."""
    own: Profile = settings.PORTAL.model_copy(
        update={"requests": Requests.model_validate(REQUESTS), "languages": ["kk", "ru", "en"]}
    )
    settings.PORTAL = own
    return own


@pytest.fixture
def ruled(settings: Any) -> Callable[..., None]:
    """Change rules of requests for one test."""

    def change(**rules: Any) -> None:
        own = settings.PORTAL.requests.model_copy(update=rules)
        settings.PORTAL = settings.PORTAL.model_copy(update={"requests": own})

    return change


@pytest.fixture
def supplier(db: None) -> Organisation:
    return Organisation.objects.create(code="power", name_ru="Горэлектро", time_zone="Asia/Almaty")


@pytest.fixture
def stranger(db: None) -> Organisation:
    return Organisation.objects.create(code="water", name_ru="Водоканал")


@pytest.fixture
def power(supplier: Organisation) -> Service:
    return Service.objects.create(
        code="power", organisation=supplier, name_ru="Электроэнергия", name_kk="Электр", unit_ru="кВт·ч"
    )


def new_account(number: str, organisation: Organisation, **facts: Any) -> Account:
    usual = {"payer": "Иванов Иван", "address": "Алматы, Абая, 1", "flat": number[-2:]}
    return Account.objects.create(
        number=number, key=account_key(number), organisation=organisation, **{**usual, **facts}
    )


@pytest.fixture
def account(supplier: Organisation) -> Account:
    return new_account("000700", supplier)


@pytest.fixture
def meter(account: Account, power: Service) -> Meter:
    return Meter.objects.create(account=account, service=power, serial="A-1")


def person(login: str, **facts: Any) -> User:
    usual = {"email": f"{login}@example.kz", "email_confirmed": True, "language": "ru"}
    return User.objects.create(login=login, **{**usual, **facts})


def link(user: User, account: Account, **facts: Any) -> AccountLink:
    return AccountLink.objects.create(user=user, account=account, method="code", created_at=NOW, **facts)


@pytest.fixture
def alice(account: Account) -> User:
    user = person("alice", full_name="Алиса Ким")
    link(user, account)
    return user


@pytest.fixture
def bob(account: Account) -> User:
    user = person("bob", language="kk")
    link(user, account)
    return user


@pytest.fixture
def charlie(supplier: Organisation) -> User:
    user = person("charlie")
    link(user, new_account("000800", supplier))
    return user


def staff(login: str, organisation: Organisation | None, role: str = "operator") -> StaffMembership:
    user = person(login, full_name=login.capitalize())
    return StaffMembership.objects.create(user=user, organisation=organisation, role=role)


@pytest.fixture
def ivan(supplier: Organisation) -> StaffMembership:
    return staff("ivan", supplier)


@pytest.fixture
def olga(supplier: Organisation) -> StaffMembership:
    return staff("olga", supplier)


@pytest.fixture
def anna(stranger: Organisation) -> StaffMembership:
    return staff("anna", stranger)


@pytest.fixture
def root(db: None) -> StaffMembership:
    return staff("root", None, "administrator")


def held(user: User, now: datetime = NOW) -> HeldAccount:
    """The one account this person sees."""
    (account,) = held_accounts(user.pk, now=now)
    return account


def charge(account: Account, service: Service, *, opening: str, accrued: str) -> None:
    """A line of October's bill, in a table of its month as an import makes it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS charged_in_october PARTITION OF ledger_charge"
            " FOR VALUES IN ('2026-10-01')"
        )
        cursor.execute(
            "INSERT INTO ledger_charge"
            " (account_id, month, service_id, opening, accrued, corrections, paid, closing)"
            " VALUES (%s, '2026-10-01', %s, %s, %s, 0, 0, %s::numeric + %s::numeric)",
            [account.pk, service.pk, opening, accrued, opening, accrued],
        )


def jpeg(size: tuple[int, int] = (60, 40)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, "JPEG")
    return out.getvalue()


@dataclass
class Desk:
    """Files requests and writes into them, as the doors do."""

    now: datetime

    def typed(self, kind: str = "other", **facts: Any) -> TypedRequest:
        usual = {"text": "Прошу помочь", "form_key": uuid4().hex}
        return TypedRequest(kind=kind, **{**usual, **facts})

    def file(
        self, user: User, kind: str = "other", *, now: datetime | None = None, **facts: Any
    ) -> ServiceRequest:
        now = now or self.now
        return operations.file_request(
            user=user,
            account=held(user, now),
            typed=self.typed(kind, **facts),
            language="ru",
            address="203.0.113.7",
            now=now,
        )

    def customer(self, act: Callable[..., Any], user: User, request: ServiceRequest, **facts: Any) -> Any:
        now = facts.pop("now", self.now)
        return act(
            user=user, account=held(user, now), public_id=request.public_id, address=None, now=now, **facts
        )

    def message(self, user: User, request: ServiceRequest, text: str = "Вот", **facts: Any) -> Any:
        facts = {"form_key": uuid4().hex, **facts}
        return self.customer(operations.add_message, user, request, text=text, **facts)

    def staff(
        self, act: Callable[..., Any], member: StaffMembership, request: ServiceRequest, **facts: Any
    ) -> Any:
        now = facts.pop("now", self.now)
        if act in (operations.answer, operations.ask, operations.finish):
            facts = {"form_key": uuid4().hex, "text": "Сделано", **facts}
        return act(staff=member, public_id=request.public_id, address=None, now=now, **facts)


@pytest.fixture
def desk(now: datetime) -> Desk:
    return Desk(now)


def fresh(request: ServiceRequest) -> ServiceRequest:
    return ServiceRequest.objects.select_related("organisation", "account", "user").get(pk=request.pk)


def kinds(request: ServiceRequest) -> list[str]:
    return list(request.events.order_by("pk").values_list("kind", flat=True))


Facts = Mapping[str, Any]
