"""A forgotten person: their letters open nothing, and whoever takes the name over inherits nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.urls import reverse

from abonent.accounts import not_me
from abonent.accounts.models import Account, AccountLink
from abonent.announcements import wish_links
from abonent.bills import subscription_links
from abonent.bills.models import ReceiptSubscription
from abonent.metering import reading_links
from abonent.metering.models import ReadingLink, Submission
from abonent.personal_data.models import Deletion, Export
from abonent.personal_data.operations.deletion import forget_now
from abonent.service_requests.models import RequestDraftFile, RequestFile, ServiceRequest
from abonent.users.models import User
from abonent.users.operations import add_person
from tests.personal_data.dina import MAILBOX, NEEDLES, live
from tests.users.cast import NOW, PASSWORD, _quick_hashes, clock

__all__ = ["_quick_hashes", "clock"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def dina(clock: Callable[[timedelta], Any]) -> User:
    return live()


def addresses_of_letters(dina: User) -> dict[str, str]:
    """Of every kind that letters carry, as they were while she was there."""
    wish = ReceiptSubscription.objects.get(user=dina)
    started = int(wish.started_at.timestamp())
    of_reset = f"reset:{default_token_generator.make_token(dina)}"
    return {
        "reading_link": reading_links.token(ReadingLink.objects.get(user=dina)),
        "receipt_confirm": subscription_links.token(wish.pk, started, "confirm"),
        "receipt_unsubscribe": subscription_links.token(wish.pk, started, "unsubscribe"),
        "notices_unsubscribe": wish_links.token(dina.pk),
        "link_not_me": not_me.token(link=AccountLink.objects.get(user=dina).public_id, now=NOW),
        "": of_reset,
    }


def test_links_of_letters_open_nothing_of_a_forgotten_person(dina: User) -> None:
    tokens = addresses_of_letters(dina)
    stale = tokens.pop("").partition(":")[2]
    assert default_token_generator.check_token(dina, stale)
    sent = Submission.objects.count()
    forget_now(dina.pk, now=NOW)
    for name, token in tokens.items():
        address = reverse(name, args=[token])
        for answer in (Client().get(address), Client().post(address, {"confirmed": "yes", "key": "k"})):
            assert answer.status_code in (200, 302, 404, 410, 422), name
            page = answer.content.decode()
            assert [word for word in (*NEEDLES, "Иванов", "Абая") if word in page] == [], name
    assert Submission.objects.count() == sent
    assert not ReceiptSubscription.objects.filter(user=dina, ended_at=None).exists()
    assert not default_token_generator.check_token(User.objects.get(pk=dina.pk), stale)


def test_who_takes_the_name_over_inherits_nothing(dina: User, settings: Any) -> None:
    asked, file = ServiceRequest.objects.get(user=dina), RequestFile.objects.get()
    drafts = list(RequestDraftFile.objects.filter(user=dina).values_list("public_id", flat=True))
    sent = Submission.objects.get().number
    forget_now(dina.pk, now=NOW)
    heir = add_person(login="dina-login", email=MAILBOX, password=PASSWORD, full_name="Другая", now=NOW)
    assert heir.pk != dina.pk
    client = Client()
    client.force_login(heir)
    home = Account.objects.get().public_id
    own = [
        reverse("account", args=[home]),
        reverse("requests", args=[home]),
        reverse("service_request", args=[home, asked.public_id]),
        reverse("service_request_file", args=[home, asked.public_id, file.public_id]),
        *(reverse("service_request_draft", args=[home, draft]) for draft in drafts),
    ]
    of_account = [*own, reverse("submission", args=[home, sent])]
    assert {client.get(address).status_code for address in of_account} == {404}
    AccountLink.objects.create(user=heir, account=Account.objects.get(), method="code", created_at=NOW)
    Account.objects.update(owner_since=NOW.date() + timedelta(days=1))
    assert {client.get(address).status_code for address in own[2:]} == {404}


def test_an_export_and_a_wish_to_go_are_reached_by_their_owner_alone(dina: User) -> None:
    """Numbers follow each other; to know one is not to have it, and no wish is taken back for another."""
    other = add_person(login="mallory", email="m@example.kz", password=PASSWORD, full_name="М", now=NOW)
    Export.objects.all().delete()
    wish = Deletion.objects.create(user=dina, asked_at=NOW, due_at=NOW + timedelta(days=30))
    client = Client()
    client.force_login(other)
    for number in range(5):
        for address in (f"/my-data/export/{number}.json", f"/my-data/export/{number}.pdf",
                        f"/my-data/export/{number}/", f"/my-data/deletion/{number}/cancel/"):  # fmt: skip
            assert client.get(address).status_code == 404
    client.post(reverse("deletion_cancel"))
    wish.refresh_from_db()
    assert wish.cancelled_at is None
    refused = client.post(reverse("deletion"), {"understood": "on"})  # without proving oneself anew
    assert not Deletion.objects.filter(user=other).exists()
    assert refused.status_code == 302
    assert "reauthenticate" in refused.headers["Location"]
