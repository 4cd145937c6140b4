"""The staff's small door: who may open it, what it shows, and that every look is written down."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from abonent.accounts.models import Account, AccountLink, LinkAttempt, LinkingStrength, PrintedCode
from abonent.accounts.operations import link_account
from abonent.portal.models import Organisation
from abonent.users.models import AuditEvent, StaffMembership, User
from tests.users.cast import _quick_hashes, alice, bob, charlie, clock, signed_in

__all__ = ["_quick_hashes", "alice", "bob", "charlie", "clock"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _doors(clock: Callable[[timedelta], datetime], settings: Any) -> None:
    """The clock stands still; the second factor of staff has tests of its own (tests/users)."""
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def account(charlie: User) -> Account:
    return Account.objects.create(
        number="000700",
        key="700",
        organisation=charlie.staff_membership.organisation,
        payer="Иванов Иван Иванович",
        address="Алматы, Абая, 1",
        flat="12",
    )


@pytest.fixture
def strange(db: None) -> Account:
    other = Organisation.objects.create(code="other", name_ru="Другая")
    return Account.objects.create(
        number="900", key="900", organisation=other, payer="Чужой", address="Алматы"
    )


@pytest.fixture
def chief(charlie: User) -> User:
    """charlie, as an administrator of the organisation."""
    StaffMembership.objects.filter(user=charlie).update(role="administrator")
    return User.objects.get(pk=charlie.pk)


def page(client: Client, name: str, *args: Any, post: dict[str, str] | None = None, **how: Any) -> Any:
    address = reverse(name, args=args)
    return client.get(address, **how) if post is None else client.post(address, post, **how)


def text(response: Any) -> str:
    return response.content.decode().replace("\u00a0", " ")


def link(user: User, account: Account, **facts: Any) -> AccountLink:
    return AccountLink.objects.create(
        **{"user": user, "account": account, "method": "payment", "created_at": timezone.now(), **facts}
    )


def every_address(account: Account, link: AccountLink) -> list[str]:
    """All the office's addresses, from its URL map: a new one is tried without being named here."""
    values = {
        "public_id": account.public_id,
        "link": link.public_id,
        "organisation": str(account.organisation_id),
    }
    resolver = get_resolver("abonent.interfaces.office.urls")
    patterns = [str(pattern.pattern) for pattern in resolver.url_patterns]
    return [
        "/office/" + re.sub(r"<\w+:(\w+)>", lambda found: values.get(found[1], "1"), one) for one in patterns
    ]


def test_nobody_but_staff_finds_the_office(
    client: Client, alice: User, charlie: User, account: Account
) -> None:
    addresses = every_address(account, link(alice, account))
    assert len(addresses) >= 9
    for person in (None, alice):
        if person:
            signed_in(client, person)
        for address in addresses:
            assert {client.get(address).status_code, client.post(address).status_code} <= {404, 405}, address
    assert not PrintedCode.objects.exists()
    signed_in(client, charlie)
    assert page(client, "office_home").status_code == 200
    StaffMembership.objects.all().delete()
    assert page(client, "office_home").status_code == 404, "a right taken away is gone at once"


def test_another_organisations_account_does_not_exist(
    client: Client, alice: User, chief: User, account: Account, strange: Account
) -> None:
    signed_in(client, chief)
    theirs = link(alice, strange, limited_until=timezone.now() + timedelta(days=1))
    for words in ("0900", "Чужой"):
        assert strange.public_id not in text(page(client, "office_find", post={"words": words}))
    for address in every_address(strange, theirs):
        if any(name in address for name in (strange.public_id, theirs.public_id, "reopen")):
            assert {client.get(address).status_code, client.post(address).status_code} <= {404, 405}, address
    theirs.refresh_from_db()
    assert theirs.ended_at is None
    assert theirs.limited_until is not None
    assert not PrintedCode.objects.exists()
    assert "Чужой" not in text(page(client, "office_linking")) + text(page(client, "office_audit"))


def test_the_portals_own_staff_reach_every_organisation(
    client: Client, charlie: User, account: Account, strange: Account
) -> None:
    StaffMembership.objects.filter(user=charlie).update(organisation=None)
    signed_in(client, charlie)
    for number, payer in (("0700", "Иванов"), ("900", "Чужой")):
        response = page(client, "office_find", post={"words": number}, follow=True)
        assert payer in text(response)
        assert number.lstrip("0") not in response.redirect_chain[-1][0]


def test_what_staff_read_of_a_customer_is_written_down(
    client: Client, alice: User, charlie: User, account: Account
) -> None:
    link(alice, account, limited_until=timezone.now() + timedelta(days=3))
    signed_in(client, charlie)
    shown = text(page(client, "office_account", account.public_id))
    for fact in (
        "000700",
        "Иванов Иван Иванович",
        "Алматы, Абая, 1, 12",
        "alice@example.kz",
        "Алиса Ким",
        "ограничен до",
    ):
        assert fact in shown
    event = AuditEvent.objects.get(action="staff_read_account")
    assert (event.actor, event.subject, event.address) == (charlie, f"account:{account.pk}", "127.0.0.1")
    assert event.organisation == account.organisation


def test_a_printed_code_is_shown_once_and_links_an_account_nobody_paid(
    client: Client, alice: User, charlie: User, account: Account
) -> None:
    signed_in(client, charlie)
    assert page(client, "office_code", account.public_id).status_code == 405, "a look prints nothing"
    response = page(client, "office_code", account.public_id, post={})
    found = re.search(r"<code>([0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4})</code>", text(response))
    assert found
    assert "20.01.2027" in text(response)
    assert "no-store" in response["Cache-Control"]
    assert found[1].replace("-", "") not in str(AuditEvent.objects.values_list("details"))
    assert AuditEvent.objects.filter(action="staff_printed_code", actor=charlie).count() == 1
    assert link_account(user=alice, number="700", facts={}, code=found[1], address=None, now=timezone.now())


def test_staff_confirm_a_limited_link_and_end_one_after_a_question(
    client: Client, alice: User, charlie: User, account: Account
) -> None:
    limited = link(alice, account, limited_until=timezone.now() + timedelta(days=3))
    signed_in(client, charlie)
    assert "Подключение подтверждено" in text(
        page(client, "office_link_confirm", limited.public_id, post={}, follow=True)
    )
    assert alice.links.get().limited_until is None
    assert "Закрыть этому человеку доступ" in text(
        page(client, "office_link_end", account.public_id, limited.public_id)
    )
    assert alice.links.get().ended_at is None
    page(client, "office_link_end", account.public_id, limited.public_id, post={})
    assert alice.links.get().end_reason == "staff"


def test_administrators_see_the_strength_and_open_the_proofs_again(
    client: Client, alice: User, chief: User, account: Account
) -> None:
    Organisation.objects.filter(pk=account.organisation_id).update(guessable_proofs_shut_at=timezone.now())
    LinkAttempt.objects.create(
        at=timezone.now(),
        organisation=account.organisation,
        method="payment",
        outcome="mismatch",
        number_hash="x",
        neighbourhood="x",
    )
    signed_in(client, chief)
    shown = text(page(client, "office_linking"))
    assert "Подключение без кода отключено" in shown
    assert "не совпало" in shown
    page(client, "office_measure", post={})
    assert "0 (0,00 %)" in text(page(client, "office_linking"))
    LinkingStrength.objects.update(accounts=1000, opened=11)
    for language in ("kk", "ru", "en"):
        signed_in(client, chief, language)
        assert "11 (1,10 %)" in text(page(client, "office_linking"))
    signed_in(client, chief)
    assert "больше одного лицевого счёта из тысячи" in text(page(client, "office_linking"))
    page(client, "office_reopen", account.organisation_id, post={})
    account.organisation.refresh_from_db()
    assert account.organisation.guessable_proofs_shut_at is None
    trail = text(page(client, "office_audit"))
    assert "подключение без кода снова включено" in trail
    assert "charlie" in trail


def test_operators_neither_open_the_proofs_nor_read_the_trail(
    client: Client, charlie: User, account: Account
) -> None:
    Organisation.objects.update(guessable_proofs_shut_at=timezone.now())
    signed_in(client, charlie)
    assert page(client, "office_audit").status_code == 404
    assert page(client, "office_measure", post={}).status_code == 404
    assert page(client, "office_reopen", account.organisation_id, post={}).status_code == 404
    shown = text(page(client, "office_linking"))
    assert "Включить снова" not in shown
    assert "Журнал действий" not in shown
    assert Organisation.objects.filter(guessable_proofs_shut_at=None).count() == 0


def test_extra_fields_change_nothing(client: Client, alice: User, charlie: User, account: Account) -> None:
    limited = link(alice, account, limited_until=timezone.now() + timedelta(days=3))
    signed_in(client, charlie)
    extra = {
        "organisation": "1",
        "role": "administrator",
        "owner_version": "9",
        "payer": "Другой",
        "user": "1",
    }
    page(client, "office_link_confirm", limited.public_id, post=extra)
    page(client, "office_code", account.public_id, post=extra)
    account.refresh_from_db()
    assert (account.payer, account.owner_version) == ("Иванов Иван Иванович", 1)
    assert StaffMembership.objects.get().role == "operator"
    assert alice.links.get().user == alice
