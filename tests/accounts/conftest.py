"""The cast: alice, bob and charlie, and an account that alice can prove."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from abonent.accounts.models import Account, LastPayment
from abonent.base.identifiers import account_key
from abonent.portal.models import Organisation
from abonent.portal.profile import Linking
from abonent.users.models import User

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def linking_of(settings: Any) -> Callable[..., Linking]:
    """Put other rules of linking into the portal's profile, for one test."""

    def change(**rules: Any) -> Linking:
        linking = settings.PORTAL.linking.model_copy(update=rules)
        settings.PORTAL = settings.PORTAL.model_copy(update={"linking": linking})
        return linking

    return change


@pytest.fixture
def month_and_amount(linking_of: Callable[..., Linking]) -> None:
    linking_of(facts=["last_payment_month", "last_payment_amount"], first_link_limited=False)


@pytest.fixture
def organisation(db: None) -> Organisation:
    return Organisation.objects.create(code="sbyt", name_ru="Сбыт")


@pytest.fixture
def new_account(organisation: Organisation) -> Callable[..., Account]:
    def create(number: str, *, paid: tuple[date, list[str]] | None = None, **facts: Any) -> Account:
        facts = {"payer": "Иванов Иван Иванович", "address": "Алматы, Абая, 1", "flat": "12", **facts}
        account = Account.objects.create(
            number=number, key=account_key(number), **{"organisation": organisation, **facts}
        )
        if paid:
            amounts = [Decimal(amount) for amount in paid[1]]
            LastPayment.objects.create(account=account, paid_on=paid[0], amounts=amounts)
        return account

    return create


@pytest.fixture
def account(new_account: Callable[..., Account]) -> Account:
    return new_account("000700", paid=(date(2026, 10, 31), ["4321.05"]))


@pytest.fixture
def new_person(db: None) -> Callable[..., User]:
    def create(login: str, **facts: Any) -> User:
        return User.objects.create(
            **{"login": login, "email": f"{login}@example.kz", "email_confirmed": True, **facts}
        )

    return create


@pytest.fixture
def alice(new_person: Callable[..., User]) -> User:
    return new_person("alice")


@pytest.fixture
def bob(new_person: Callable[..., User]) -> User:
    return new_person("bob")


@pytest.fixture
def charlie(new_person: Callable[..., User]) -> User:
    return new_person("charlie")
