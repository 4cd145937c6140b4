"""The receipts screen: limited links print nothing, subscriptions ask first and need a confirmed address."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from django.test import Client
from django.urls import reverse

from abonent.accounts.models import Account, AccountLink
from abonent.bills.models import ReceiptSubscription
from abonent.bills.operations import end_for_mailbox
from abonent.bills.subscription_links import token
from abonent.notices.models import Letter
from abonent.portal.models import Organisation
from abonent.users.models import AuditEvent, User
from tests.users.cast import link_in

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
        assert "Код из квитанции подтвердит его сразу" in answer.content.decode()


def _link(purpose: str) -> str:
    row = ReceiptSubscription.objects.get(ended_at=None)
    return reverse(
        f"receipt_{purpose}", args=[token(row.pk, int(row.started_at.timestamp()), cast(Any, purpose))]
    )


def _subscribed(user: User, link: AccountLink) -> ReceiptSubscription:
    return ReceiptSubscription.objects.create(
        user=user, account=link.account, email=user.email, started_at=NOW, asked_at=NOW, confirmed_at=NOW
    )


def test_subscribing_asks_in_the_cabinet_and_by_letter(client: Client, link: AccountLink) -> None:
    page = _page(link, "subscription/")
    asked = client.get(page).content.decode()
    assert "Присылать квитанции по эл. почте?" in asked
    assert "alice@example.kz" in asked
    assert not ReceiptSubscription.objects.exists()
    for _ in range(2):
        assert client.post(page, {"wanted": "yes"}).status_code == 302
    assert ReceiptSubscription.objects.filter(ended_at=None).count() == 1
    waiting = client.get(page).content.decode()
    assert "ждём Вашего подтверждения" in waiting
    assert "Отправить письмо ещё раз" in waiting
    assert "Подтвердить электронную квитанцию" in client.get(_page(link)).content.decode()
    visitor, address = Client(headers={"Accept-Language": "ru"}), link_in(Letter.objects.get())
    for _ in range(2):
        shown = visitor.get(address)
        assert "Подтвердить подписку" in shown.content.decode(), "looking changes nothing"
    assert ReceiptSubscription.objects.get().confirmed_at is None
    assert "Подписка подтверждена" in visitor.post(address).content.decode()
    assert ReceiptSubscription.objects.get().confirmed_at is not None
    assert "Отписаться от электронной квитанции" in client.get(_page(link)).content.decode()
    client.post(page, {"wanted": "no"})
    assert ReceiptSubscription.objects.get().ended_at is not None
    assert list(AuditEvent.objects.order_by("id").values_list("action", flat=True)) == [
        "receipt_subscription_asked",
        "receipt_subscribed",
        "receipt_unsubscribed",
    ]


def test_a_letters_link_tells_nothing_and_is_kept_nowhere(client: Client, link: AccountLink) -> None:
    client.post(_page(link, "subscription/"), {"wanted": "yes"})
    for address in (
        _link("confirm"),
        _link("unsubscribe"),
        "/receipts/confirm/x/",
        "/receipts/unsubscribe/x/",
    ):
        answer = Client().get(address)
        text = answer.content.decode()
        assert answer.status_code == (404 if "/x/" in address else 200)
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "strict-origin"
        for personal in ("alice", "0017", "Ким", "Абая"):
            assert personal not in text


def test_a_link_that_is_over_says_what_to_do(client: Client, link: AccountLink, alice: User) -> None:
    client.post(_page(link, "subscription/"), {"wanted": "yes"})
    address = _link("confirm")
    ReceiptSubscription.objects.update(asked_at=NOW - timedelta(days=30))
    russian = {"Accept-Language": "ru"}
    for answer in (Client().get(address, headers=russian), Client().post(address, headers=russian)):
        assert answer.status_code == 410
        assert "действует 7 дней" in answer.content.decode()


def test_a_mail_program_unsubscribes_in_one_click(link: AccountLink, alice: User) -> None:
    """RFC 8058: a POST from elsewhere, no cookie, no token of a form, no redirect."""
    row = _subscribed(alice, link)
    address = _link("unsubscribe")
    strict = Client(enforce_csrf_checks=True)
    assert "Отписаться" in strict.get(address, headers={"Accept-Language": "ru"}).content.decode()
    row.refresh_from_db()
    assert row.ended_at is None, "looking ends nothing"
    for _ in range(2):
        answer = Client(enforce_csrf_checks=True).post(
            address,
            "List-Unsubscribe=One-Click",
            content_type="application/x-www-form-urlencoded",
            headers={"Origin": "https://mail.example", "Accept-Language": "ru"},
        )
        assert answer.status_code == 200
        assert "Подписка прекращена" in answer.content.decode()
    row.refresh_from_db()
    assert row.ended_why == "letter"
    assert "Подписка прекращена" in Client().get(address, headers={"Accept-Language": "ru"}).content.decode()


def test_confirming_is_protected_from_forged_forms(link: AccountLink, client: Client) -> None:
    client.post(_page(link, "subscription/"), {"wanted": "yes"})
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(_link("confirm")).status_code == 403
    assert ReceiptSubscription.objects.get().confirmed_at is None


def test_a_limited_link_subscribes_to_nothing(client: Client, link: AccountLink) -> None:
    AccountLink.objects.update(limited_until=datetime.now(UTC) + timedelta(days=1))
    answer = client.post(_page(link, "subscription/"), {"wanted": "yes"})
    assert answer.status_code == 403
    assert not ReceiptSubscription.objects.exists()


def test_letters_that_come_back_are_told_on_every_page(
    client: Client, link: AccountLink, alice: User
) -> None:
    _subscribed(alice, link)
    end_for_mailbox(to=alice.email, reason="550 5.1.1 <b>User</b> unknown", now=NOW)
    said = "Квитанции не доходят до alice@example.kz"
    assert said in client.get(f"/a/{link.account.public_id}/account/").content.decode()
    page = client.get(_page(link, "subscription/")).content.decode()
    assert "550 5.1.1 &lt;b&gt;User&lt;/b&gt; unknown" in page
    assert "Изменить адрес эл. почты" in page
    assert said not in page, "said once"
    User.objects.update(email="alice@example.ru")
    assert said not in client.get(f"/a/{link.account.public_id}/account/").content.decode()


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
