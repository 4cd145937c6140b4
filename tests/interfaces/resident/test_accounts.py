"""«Доступные лицевые счета»: list, adding by the facts of each portal, deleting that asks first."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from captcha.models import CaptchaStore
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from abonent.accounts import codes
from abonent.accounts.models import Account, AccountLink, LastPayment, LinkAttempt
from abonent.base.months import Month
from abonent.portal.models import Organisation
from abonent.portal.profile import Profile
from abonent.users.models import User
from tests.users.cast import _quick_hashes, alice, bob, charlie, clock, portal_named, signed_in

__all__ = ["_quick_hashes", "alice", "bob", "charlie", "clock", "portal_named"]

pytestmark = pytest.mark.django_db

PAID = date(2026, 10, 31)
FACTS = {
    "aes": {"payment_month": "10", "payment_year": "2026", "payment_amount": "4 321,05"},
    "pes": {"payment_date": "31.10.2026", "payment_amount": "4321,05"},
    "housing": {"surname": "иванов", "flat": "12"},
    "alseco": {"payment_amount": "4321,05"},
}
ADDED = {
    "aes": "Успешно добавлено",
    "pes": "Абонент добавлен",
    "housing": "Лицевой счёт добавлен",
    "alseco": "Успешно добавлено",
}
NO_MATCH = "введённые данные не совпадают с нашими"


@pytest.fixture(autouse=True)
def _today(clock: Callable[[timedelta], datetime]) -> None:
    """Every door's clock stands at 21 November 2026."""


@pytest.fixture
def account(db: None) -> Account:
    organisation = Organisation.objects.create(code="sbyt2", name_ru="Сбыт")
    account = Account.objects.create(
        number="000700",
        key="700",
        organisation=organisation,
        payer="Иванов Иван Иванович",
        address="Алматы, Абая, 1",
        flat="12",
    )
    LastPayment.objects.create(account=account, paid_on=PAID, amounts=[Decimal("4321.05")])
    return account


def link(user: User, account: Account, **facts: Any) -> AccountLink:
    return AccountLink.objects.create(
        **{"user": user, "account": account, "method": "payment", "created_at": timezone.now(), **facts}
    )


def code_of(account: Account) -> str:
    return codes.shown(codes.bill_code(account_id=account.pk, owner_version=1, month=Month(2026, 10)))


def page(client: Client, name: str, *args: Any, post: dict[str, str] | None = None, **how: Any) -> Any:
    address = reverse(name, args=args)
    if post is None:
        return client.get(address, **how)
    return client.post(address, urlencode(post), content_type="application/x-www-form-urlencoded", **how)


def text(response: Any) -> str:
    return response.content.decode().replace("\u00a0", " ")


@pytest.mark.parametrize("code", FACTS)
def test_each_portals_facts_add_the_account_and_say_so_in_the_manuals_words(
    client: Client, alice: User, account: Account, portal_named: Callable[[str], Profile], code: str
) -> None:
    portal_named(code)
    signed_in(client, alice)
    form = text(page(client, "account_add"))
    assert "Добавить новый лицевой счёт" in form
    for name in FACTS[code]:
        assert f'name="{name}"' in form
    response = page(client, "account_add", post={"number": "700"} | FACTS[code], follow=True)
    assert ADDED[code] in text(response)
    assert alice.links.get().account == account
    assert response["Cache-Control"].startswith("no-store")


def test_the_housing_portal_goes_on_to_contact_details_once(
    client: Client, alice: User, account: Account, portal_named: Callable[[str], Profile]
) -> None:
    portal_named("housing")
    signed_in(client, alice)
    response = page(client, "account_add", post={"number": "700"} | FACTS["housing"])
    assert response["Location"] == reverse("contact_details")


def test_in_kazakh_the_manuals_words_stand(client: Client, alice: User, account: Account) -> None:
    signed_in(client, alice, "kk")
    assert "Жаңа дербес шотты қосу" in text(page(client, "account_add"))
    response = page(client, "account_add", post={"number": "700"} | FACTS["aes"], follow=True)
    assert "Сәтті қосылды" in text(response)
    assert "Қолжетімді дербес шоттар" in text(response)
    asked = text(page(client, "account_delete", account.public_id))
    assert ">Иә<" in asked
    assert ">Жоқ<" in asked


def test_the_kazakh_manuals_month_and_day_is_the_profiles_choice(
    client: Client, alice: User, account: Account, settings: Any
) -> None:
    linking = settings.PORTAL.linking.model_copy(
        update={"facts": ["last_payment_month_and_day", "last_payment_amount"]}
    )
    settings.PORTAL = settings.PORTAL.model_copy(update={"linking": linking})
    signed_in(client, alice)
    facts = {"payment_month": "10", "payment_day": "31", "payment_amount": "4321,05"}
    assert "Успешно добавлено" in text(
        page(client, "account_add", post={"number": "700"} | facts, follow=True)
    )


def _bare(response: Any) -> str:
    """A page without what differs at every drawing: the token, and what was typed."""
    return re.sub(r'value="[^"]*"|captcha/[^"]*', "", text(response))


def test_every_failure_gives_one_page(client: Client, alice: User, account: Account) -> None:
    """Unknown number, wrong fact, used code, limit: one text, one status, one layout."""
    signed_in(client, alice)
    wrong = FACTS["aes"] | {"payment_amount": "1"}
    unknown = page(client, "account_add", post={"number": "999"} | wrong)
    known = page(client, "account_add", post={"number": "700"} | wrong)
    for _ in range(5):
        limited = page(client, "account_add", post={"number": "700"} | FACTS["aes"] | {"payment_amount": "2"})
    assert LinkAttempt.objects.filter(outcome="limited").exists()
    refused = page(client, "account_add", post={"number": "700"} | FACTS["aes"])
    assert NO_MATCH in text(unknown)
    assert {one.status_code for one in (unknown, known, limited, refused)} == {200}
    assert _bare(unknown) == _bare(known) == _bare(limited) == _bare(refused)
    assert not alice.links.exists()


def test_the_code_is_accepted_in_place_of_the_facts_also_after_the_limit(
    client: Client, alice: User, account: Account
) -> None:
    signed_in(client, alice)
    for _ in range(6):
        page(client, "account_add", post={"number": "700"} | FACTS["aes"] | {"payment_amount": "1"})
    response = page(
        client, "account_add", post={"number": "000-700", "code": code_of(account).lower()}, follow=True
    )
    assert "Успешно добавлено" in text(response)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"payment_amount": "0"}, "Введите сумму последней оплаты больше нуля"),
        ({"payment_amount": ""}, "Введите сумму последней оплаты больше нуля"),
        ({"payment_amount": "1e5"}, "Введите сумму последней оплаты больше нуля"),
        ({"payment_month": ""}, "Выберите месяц последней оплаты"),
        ({"number": ""}, "Введите номер"),
    ],
)
def test_what_cannot_be_an_answer_is_said_at_its_field_and_is_no_try(
    client: Client, alice: User, account: Account, typed: dict[str, str], message: str
) -> None:
    signed_in(client, alice)
    response = page(client, "account_add", post={"number": "700"} | FACTS["aes"] | typed)
    assert text(response).count(message) == 2, "in the summary and at the field"
    assert not LinkAttempt.objects.exists()


def test_what_is_in_the_list_already_is_said(client: Client, alice: User, account: Account) -> None:
    link(alice, account)
    signed_in(client, alice)
    response = page(client, "account_add", post={"number": "700"} | FACTS["aes"])
    assert "уже есть в Вашем списке" in text(response)


def test_the_captcha_stands_where_an_address_tried_too_often(
    client: Client, alice: User, account: Account
) -> None:
    signed_in(client, alice)
    assert "captcha" not in text(page(client, "account_add"))
    LinkAttempt.objects.bulk_create(
        LinkAttempt(
            at=timezone.now(),
            address="127.0.0.1",
            method="payment",
            outcome="mismatch",
            number_hash=str(index),
            neighbourhood=str(index),
        )
        for index in range(20)
    )
    assert 'name="captcha_1"' in text(page(client, "account_add"))
    answer = {"number": "700"} | FACTS["aes"]
    page(client, "account_add", post=answer | {"captcha_0": "x", "captcha_1": "wrong"})
    assert not alice.links.exists()
    key = CaptchaStore.generate_key()
    right = {"captcha_0": key, "captcha_1": CaptchaStore.objects.get(hashkey=key).response}
    page(client, "account_add", post=answer | right)
    assert alice.links.exists()


def test_an_unconfirmed_person_may_link(client: Client, bob: User, account: Account) -> None:
    """The manuals link right after sign-up; the cabinet shows before the e-mail is confirmed."""
    signed_in(client, bob)
    page(client, "account_add", post={"number": "700"} | FACTS["aes"])
    assert bob.links.exists()


def test_switching_language_keeps_what_was_typed_and_tries_nothing(
    client: Client, alice: User, account: Account
) -> None:
    signed_in(client, alice)
    typed = {"number": "700", "code": "ABCD-EFGH", "switch_language": "kk"} | FACTS["aes"]
    response = text(page(client, "account_add", post=typed))
    assert "Жаңа дербес шотты қосу" in response
    assert 'value="700"' in response
    assert 'value="4 321,05"' in response
    assert "ABCD-EFGH" not in response, "a code is a secret"
    assert not LinkAttempt.objects.exists()


# The list


def test_the_list_shows_the_linked_accounts_and_their_doors(
    client: Client, alice: User, account: Account
) -> None:
    signed_in(client, alice)
    assert "Лицевых счетов пока нет" in text(page(client, "accounts"))
    link(alice, account)
    shown = text(page(client, "accounts"))
    assert "Доступные лицевые счета" in shown
    assert "000700" in shown
    assert "Алматы, Абая, 1, 12" in shown
    for name in ("account", "account_people", "account_delete"):
        assert reverse(name, args=[account.public_id]) in shown
    assert "700" not in "".join(part.split('"')[0] for part in shown.split('href="')[1:]), (
        "numbers stay out of addresses"
    )


# Deleting


def test_deleting_asks_first_and_a_question_deletes_nothing(
    client: Client, alice: User, account: Account
) -> None:
    link(alice, account)
    signed_in(client, alice)
    asked = text(page(client, "account_delete", account.public_id))
    assert ">ОК<" in asked
    assert ">Отмена<" in asked
    assert alice.links.get().ended_at is None
    response = page(client, "account_delete", account.public_id, post={"confirmed": "yes"}, follow=True)
    assert "Лицевой счёт удалён из Вашего списка" in text(response)
    assert alice.links.get().end_reason == "self"


# Others


@pytest.mark.parametrize("name", ["account_delete", "account_people", "account_confirm"])
def test_a_strangers_account_does_not_exist_and_a_visitor_signs_in_first(
    client: Client, alice: User, bob: User, account: Account, name: str
) -> None:
    link(
        alice,
        account,
        limited_until=timezone.now() + timedelta(days=1) if name == "account_confirm" else None,
    )
    assert page(client, name, account.public_id).status_code == 302
    signed_in(client, bob)
    for post in (None, {"confirmed": "yes", "code": code_of(account)}):
        if post is None or name != "account_people":
            assert page(client, name, account.public_id, post=post).status_code == 404
    assert alice.links.get().ended_at is None
