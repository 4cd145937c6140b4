"""The receipts screen: limited links print nothing, subscriptions ask first and need a confirmed address."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from abonent.accounts.models import Account, AccountLink
from abonent.bills.models import ReceiptSubscription
from abonent.portal.models import Organisation
from abonent.users.models import AuditEvent, User

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(client: Client) -> User:
    user = User.objects.create(login="alice", email="alice@example.kz", email_confirmed=True, language="ru")
    client.force_login(user)
    return user


@pytest.fixture
def link(alice: User) -> AccountLink:
    organisation = Organisation.objects.create(code="sbyt", name_ru="Сбыт")
    account = Account.objects.create(
        number="0017", key="17", organisation=organisation, payer="Ким Алиса", address="Абая 1"
    )
    return AccountLink.objects.create(user=alice, account=account, method="payment", created_at=NOW)


def _page(link: AccountLink, rest: str = "") -> str:
    return f"/a/{link.account.public_id}/receipts/{rest}"


def test_an_account_without_charges_says_so(client: Client, link: AccountLink) -> None:
    answer = client.get(_page(link))
    assert answer.status_code == 200
    assert "Квитанций пока нет" in answer.content.decode()


@pytest.mark.parametrize("month", ["2026-10", "2026-13", "october", "9999-12"])
def test_a_month_without_charges_or_sense_is_not_found(client: Client, link: AccountLink, month: str) -> None:
    assert client.get(_page(link, f"{month}.pdf")).status_code == 404


def test_a_limited_link_prints_nothing_and_is_told_why(client: Client, link: AccountLink) -> None:
    AccountLink.objects.update(limited_until=datetime.now(UTC) + timedelta(days=1))
    for page in ("2026-10.pdf", "2026-10/back.pdf"):
        answer = client.get(_page(link, page))
        assert answer.status_code == 403
        assert answer.headers["Content-Type"].startswith("text/html")
        assert "Код из квитанции подтвердит её сразу" in answer.content.decode()


def test_subscribing_asks_first_and_is_undone_the_same_way(client: Client, link: AccountLink) -> None:
    page = _page(link, "subscription/")
    asked = client.get(page).content.decode()
    assert "Присылать квитанции по эл. почте?" in asked
    assert "alice@example.kz" in asked
    assert not ReceiptSubscription.objects.exists()
    for _ in range(2):
        assert client.post(page, {"wanted": "yes"}).status_code == 302
    assert ReceiptSubscription.objects.filter(ended_at=None).count() == 1
    shown = client.get(_page(link)).content.decode()
    assert "Отписаться от электронной квитанции" in shown
    assert "Вы подписаны на электронную квитанцию" in shown
    client.post(page, {"wanted": "no"})
    assert ReceiptSubscription.objects.get().ended_at is not None
    assert list(AuditEvent.objects.order_by("id").values_list("action", flat=True)) == [
        "receipt_subscribed",
        "receipt_unsubscribed",
    ]


def test_an_unconfirmed_address_subscribes_to_nothing(client: Client, link: AccountLink, alice: User) -> None:
    User.objects.update(email_confirmed=False)
    answer = client.post(_page(link, "subscription/"), {"wanted": "yes"}, follow=True)
    assert "Адрес эл.почты не подтвержден!" in answer.content.decode()
    assert not ReceiptSubscription.objects.exists()


def test_a_portal_without_electronic_receipts_offers_none(
    client: Client, link: AccountLink, settings: Any
) -> None:
    settings.PORTAL = settings.PORTAL.model_copy(update={"electronic_receipt": False})
    assert client.get(_page(link, "subscription/")).status_code == 404
    assert "subscription" not in client.get(_page(link)).content.decode()


def test_printing_is_limited_to_thirty_a_minute(client: Client, link: AccountLink) -> None:
    answers = [client.get(_page(link, "2026-10.pdf")).status_code for _ in range(31)]
    assert answers == [404] * 30 + [429]
