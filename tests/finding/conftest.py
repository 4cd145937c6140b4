"""A street of customers: names that are alike, an address in many ways, contacts of billing and of people."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from abonent.accounts.models import Account, AccountLink
from abonent.finding.hits import Found
from abonent.finding.queries import find
from abonent.finding.typed import read
from abonent.metering.models import Meter
from abonent.portal.models import Organisation, Service
from abonent.users.models import User


@pytest.fixture
def ours(db: None) -> Organisation:
    return Organisation.objects.create(code="ours", name_ru="Наш")


@pytest.fixture
def theirs(db: None) -> Organisation:
    return Organisation.objects.create(code="theirs", name_ru="Чужой")


@pytest.fixture
def new_account(ours: Organisation) -> Callable[..., Account]:
    def make(number: str, payer: str, address: str, flat: str = "", **facts: Any) -> Account:
        return Account.objects.create(
            number=number,
            key=number.lstrip("0"),
            payer=payer,
            address=address,
            flat=flat,
            **{"organisation": ours, **facts},
        )

    return make


@pytest.fixture
def street(
    new_account: Callable[..., Account], ours: Organisation, theirs: Organisation
) -> dict[str, Account]:
    """By surname; «Чужаков» is the other organisation's."""
    rows = [
        (
            "000100700",
            "Иванов Иван Петрович",
            "г. Алматы, ул. Абая, 1",
            "5",
            {"contact_phone": "+7 (701) 123-45-67"},
        ),
        (
            "000100701",
            "Петров Иван Иванович",
            "г. Алматы, ул. Абая, 5",
            "1",
            {"contact_email": "Petrov@mail.kz"},
        ),
        ("000100702", "Әбілқасым Гүлнар Ерланқызы", "г. Алматы, ул. Төле би, 12а", "", {}),
        (
            "000200999",
            "Семёнова Анна Ильинична",
            "г. Талгар, ул. Мира, 3",
            "14",
            {"contact_phone": "87272721234"},
        ),
        ("000555123", "Чужаков Пётр Иванович", "г. Алматы, ул. Абая, 1", "6", {"organisation": theirs}),
    ]
    made = {row[1].split()[0]: new_account(*row[:4], **row[4]) for row in rows}
    service = Service.objects.create(code="power", organisation=ours, name_ru="Электроэнергия")
    Meter.objects.create(account=made["Семёнова"], service=service, serial="СЕ-101 / 0077")
    Meter.objects.create(account=made["Чужаков"], service=service, serial="СЕ-101 / 0078")
    person = User.objects.create(login="dana", email="dana.k@example.kz", phone="+77029998877")
    for name in ("Петров", "Чужаков"):
        AccountLink.objects.create(user=person, account=made[name], method="code", created_at=timezone.now())
    return made


@pytest.fixture
def ask(street: dict[str, Account]) -> Callable[..., Found]:
    def search(words: str, organisation: Organisation | None = None) -> Found:
        return find(read(words), organisation_id=organisation.pk if organisation else None)

    return search


@pytest.fixture
def names(ask: Callable[..., Found]) -> Callable[..., list[str]]:
    """The surnames found, best first."""

    def search(words: str, organisation: Organisation | None = None) -> list[str]:
        return [hit.card.payer.split()[0] for hit in ask(words, organisation).hits]

    return search
