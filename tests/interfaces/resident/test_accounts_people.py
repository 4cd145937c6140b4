"""Who sees an account, confirming a limited link, and the «not me» page."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from abonent.accounts import not_me
from abonent.accounts.models import Account, AccountLink
from abonent.users.models import User
from tests.interfaces.resident.test_accounts import account, code_of, link, page, text
from tests.users.cast import _quick_hashes, alice, bob, charlie, clock, signed_in

__all__ = ["_quick_hashes", "account", "alice", "bob", "charlie", "clock"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(clock: Callable[[timedelta], datetime]) -> None:
    """Every door's clock stands at 21 November 2026."""


def soon() -> dict[str, Any]:
    return {"limited_until": timezone.now() + timedelta(days=10), "method": "name_and_flat"}


def test_people_are_shown_in_part_and_a_link_is_ended_after_a_question(
    client: Client, alice: User, bob: User, account: Account
) -> None:
    link(alice, account)
    other = link(bob, account)
    signed_in(client, alice)
    shown = text(page(client, "account_people", account.public_id))
    assert "alice@example.kz" in shown
    assert "b***b@example.kz" in shown
    assert "bob@example.kz" not in shown
    asked = text(page(client, "account_link_end", account.public_id, other.public_id))
    assert "Закрыть этому человеку доступ" in asked
    assert AccountLink.objects.get(pk=other.pk).ended_at is None
    response = page(client, "account_link_end", account.public_id, other.public_id, post={}, follow=True)
    assert "больше не видит лицевой счёт" in text(response)
    assert AccountLink.objects.get(pk=other.pk).end_reason == "resident"


def test_one_with_a_limited_link_sees_no_people_and_ends_none(
    client: Client, alice: User, bob: User, account: Account
) -> None:
    owner = link(alice, account)
    link(bob, account, **soon())
    signed_in(client, bob)
    assert page(client, "account_people", account.public_id).status_code == 404
    assert page(client, "account_link_end", account.public_id, owner.public_id, post={}).status_code == 404
    assert AccountLink.objects.get(pk=owner.pk).ended_at is None


def test_the_link_of_another_account_cannot_be_ended_through_ones_own(
    client: Client, alice: User, bob: User, account: Account
) -> None:
    other = Account.objects.create(
        number="5", key="5", organisation=account.organisation, payer="Боб", address="Алматы"
    )
    link(alice, account)
    strange = link(bob, other)
    signed_in(client, alice)
    assert page(client, "account_link_end", account.public_id, strange.public_id, post={}).status_code == 404
    assert AccountLink.objects.get(pk=strange.pk).ended_at is None


def test_a_limited_link_is_confirmed_by_the_code(client: Client, alice: User, account: Account) -> None:
    link(alice, account, **soon())
    signed_in(client, alice)
    assert "не подтверждён" in text(page(client, "accounts"))
    wrong = page(client, "account_confirm", account.public_id, post={"code": "ABCD-EFGH"})
    assert "Этот код не подходит" in text(wrong)
    assert alice.links.get().limited_until is not None
    page(client, "account_confirm", account.public_id, post={"code": code_of(account)})
    assert alice.links.get().limited_until is None
    assert page(client, "account_confirm", account.public_id).status_code == 404


def test_not_me_asks_signed_out_and_ends_the_link_only_when_posted(
    client: Client, alice: User, account: Account
) -> None:
    new = link(alice, account)
    token = not_me.token(link=new.public_id, now=timezone.now())
    asked = page(client, "link_not_me", token)
    assert asked.status_code == 200
    assert "no-store" in asked["Cache-Control"]
    assert account.number not in text(asked)
    assert alice.links.get().ended_at is None
    assert "больше не видит" in text(
        page(client, "link_not_me", token, post={"confirmed": "yes"}, HTTP_ACCEPT_LANGUAGE="ru")
    )
    assert alice.links.get().end_reason == "objected"


@pytest.mark.parametrize("post", [None, {"confirmed": "yes"}])
def test_a_not_me_link_that_is_forged_or_old_says_so(
    client: Client, alice: User, account: Account, post: dict[str, str] | None
) -> None:
    new = link(alice, account)
    old = not_me.token(link=new.public_id, now=timezone.now() - timedelta(days=31))
    for token in (old, "forged"):
        response = page(client, "link_not_me", token, post=post, HTTP_ACCEPT_LANGUAGE="ru")
        assert response.status_code == 404
        assert "Эта ссылка больше не действует" in text(response)
    assert alice.links.get().ended_at is None
