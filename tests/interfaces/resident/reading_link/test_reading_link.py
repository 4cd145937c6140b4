"""The page of a reminder's link: no signing in, nothing of the person, one submission."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.cache.backends import db as cache_table
from django.test import Client

from abonent.accounts.models import Account, AccountLink
from abonent.metering.models import Meter, Reading, ReadingLink, Submission, SubmittedReading
from abonent.metering.reading_links import token
from abonent.notices.models import Letter
from abonent.users.models import Session, User
from tests.metering.reminded import OPENED, link, new_account, new_link, new_organisation, new_person, sent

CLOSES = datetime(2026, 12, 25, 19, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    def set_to(moment: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
        monkeypatch.setattr(cache_table, "tz_now", lambda: moment)

    set_to(OPENED)
    return set_to


@pytest.fixture
def client() -> Client:
    return Client(headers={"Accept-Language": "ru"})


@pytest.fixture
def account(db: None) -> Account:
    account = new_account(new_organisation(), "ZX-000700")
    for month, value in ((7, 40700), (8, 40800), (9, 40900), (10, 41000), (11, 41100)):
        Reading.objects.create(
            meter=Meter.objects.get(),
            scale="total",
            taken_on=datetime(2026, month, 20, tzinfo=UTC),
            source="inspector",
            value=value,
        )
    return account


@pytest.fixture
def alice(account: Account) -> User:
    alice = new_person(full_name="Алиса Ким", phone="+7 701 111 22 33")
    link(alice, account)
    return alice


@pytest.fixture
def row(alice: User, account: Account) -> ReadingLink:
    return new_link(alice, account, expires_at=CLOSES)


@pytest.fixture
def page(row: ReadingLink) -> str:
    return f"/r/{token(row)}/"


def form_of(answer: Any, **typed: str) -> dict[str, str]:
    """What a browser would send of the page: its hidden fields, the day, and what is typed."""
    text = answer.content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(key|seen)" value="([^"]*)">', text))
    assert set(hidden) == {"key", "seen"}
    return {**hidden, "taken_on": "2026-12-10", **typed}


def _main(answer: Any) -> str:
    """The page without its frame."""
    return re.sub(r"^.*<main|</main>.*$", "", answer.content.decode(), flags=re.DOTALL)


def field() -> str:
    return f"reading-{Meter.objects.get().pk}-total"


def test_the_page_shows_the_meter_and_what_it_showed_before(page: str, client: Client) -> None:
    answer = client.get(page)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert f'name="{field()}"' in text
    assert "M-0" in text, "the meter's serial"
    assert re.search(r"41\s100", text), "the reading before"
    assert "25.12.2026" in text
    assert not re.search(r"41\s000", text), "only the one before, no history"


def secrets(account: Account, user: User) -> list[str]:
    return [
        account.number,
        account.public_id,
        "Иванов",
        "Иван",
        "Абая",
        user.email,
        user.login,
        "Алиса",
        "701 111",
    ]


def test_nothing_personal_stands_on_any_of_its_pages(
    page: str, row: ReadingLink, account: Account, alice: User, client: Client, clock: Any
) -> None:
    first = client.get(page)
    wrong = client.post(page, form_of(first, **{field(): "12"}))
    unusual = client.post(page, form_of(first, **{field(): "99000"}))
    done = client.post(page, form_of(first, **{field(): "41150"}))
    used = client.get(page)
    clock(CLOSES)
    expired = client.get(page)
    ReadingLink.objects.update(used_at=None)
    late = client.post(page, form_of(first, **{field(): "41150"}) | {"key": "other"})
    answers = [first, wrong, unusual, done, used, expired, late]
    assert [one.status_code for one in answers] == [200, 422, 422, 200, 410, 410, 200]
    for one in answers:
        text = one.content.decode()
        assert [secret for secret in secrets(account, alice) if secret in text] == []
        assert "сальдо" not in text.lower()
        assert "долг" not in text.lower()


def test_it_says_the_end_of_the_number_so_that_people_know_which_account_it_is(
    page: str, client: Client
) -> None:
    assert "700" in re.sub(r'value="[^"]*"', "", client.get(page).content.decode())


def test_the_page_is_kept_by_nobody_and_told_to_nobody(page: str, client: Client) -> None:
    for answer in (client.get(page), client.get(page + "x/"), client.get("/r/x/")):
        if answer.status_code == 404 and "X-Robots-Tag" not in answer:
            continue  # no page of ours
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "strict-origin"
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert client.get("/r/x/")["Cache-Control"] == "no-store"


def test_no_session_is_needed_nor_made(page: str, client: Client, settings: Any) -> None:
    first = client.get(page)
    client.post(page, form_of(first, **{field(): "41150"}))
    assert settings.SESSION_COOKIE_NAME not in client.cookies
    assert not Session.objects.exists()
    assert Submission.objects.count() == 1


def test_a_forged_request_is_refused(page: str) -> None:
    assert Client(enforce_csrf_checks=True).post(page, {field(): "41150"}).status_code == 403
    assert not Submission.objects.exists()


def test_a_mail_scanner_that_opens_the_link_uses_nothing_up(page: str, client: Client) -> None:
    for method in (client.get, client.head, client.get):
        assert method(page).status_code == 200
    assert client.post(page, form_of(client.get(page), **{field(): "41150"})).status_code == 200
    assert Submission.objects.count() == 1


def test_a_reading_is_sent_once_and_its_number_told(page: str, client: Client, alice: User) -> None:
    form = form_of(client.get(page), **{field(): "41 150,5"})
    answers = [client.post(page, form) for _ in range(2)]
    only = Submission.objects.get()
    assert [one.status_code for one in answers] == [200, 200]
    assert all(only.number in one.content.decode() for one in answers), "loaded again it says the same"
    assert (only.way, only.user_id) == ("link", alice.pk)
    assert SubmittedReading.objects.get().value == Decimal("41150.5")
    assert Letter.objects.get().to == alice.email
    assert client.get(page).status_code == 410


def test_a_bad_figure_is_said_at_its_field_and_the_good_ones_stay(
    page: str, account: Account, client: Client
) -> None:
    second = Meter.objects.create(account=account, service=Meter.objects.get().service, serial="SECOND")
    good, bad = f"reading-{Meter.objects.exclude(pk=second.pk).get().pk}-total", f"reading-{second.pk}-total"
    answer = client.post(page, form_of(client.get(page), **{good: "41150", bad: "12x"}))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#{bad}"' in text
    assert 'value="41150"' in text
    assert 'value="12x"' in text
    assert not Submission.objects.exists()


def test_the_unusual_is_asked_without_telling_the_usual_and_taken_once_confirmed(
    page: str, client: Client
) -> None:
    form = form_of(client.get(page), **{field(): "49000"})
    asked = client.post(page, form)
    text = asked.content.decode()
    value = f"{field().removeprefix('reading-')}:unusual"
    assert value in text
    assert "обычн" not in _main(asked).lower()
    assert client.post(page, {**form, "confirm": value}).status_code == 200
    assert SubmittedReading.objects.get().unusual


def test_a_rollover_is_asked(page: str, client: Client) -> None:
    Reading.objects.filter(value=41100).update(value=99990)
    form = form_of(client.get(page), **{field(): "15"})
    value = f"{field().removeprefix('reading-')}:rollover"
    assert value in client.post(page, form).content.decode()
    assert client.post(page, {**form, "confirm": value}).status_code == 200
    assert SubmittedReading.objects.get().rolled_over


def test_nothing_typed_uses_nothing_up(page: str, client: Client) -> None:
    answer = client.post(page, form_of(client.get(page), **{field(): ""}))
    assert answer.status_code == 422
    assert client.get(page).status_code == 200


def test_what_a_relative_has_sent_meanwhile_is_told(page: str, account: Account, client: Client) -> None:
    form = form_of(client.get(page), **{field(): "41150"})
    sent(account)
    answer = client.post(page, form)
    assert answer.status_code == 422
    assert ReadingLink.objects.get().used_at is None
    again = form_of(answer, **{field(): "41150"})
    assert client.post(page, again).status_code == 200


def test_the_same_words_are_told_of_every_link_that_opens_nothing(
    page: str, client: Client, clock: Any, alice: User
) -> None:
    forged = client.get(page[:-2] + ("a/" if page[-2] != "a" else "b/"))
    AccountLink.objects.update(ended_at=OPENED)
    ended = client.get(page)
    AccountLink.objects.update(ended_at=None)
    ReadingLink.objects.update(used_at=OPENED)
    used = client.get(page)
    ReadingLink.objects.update(used_at=None)
    clock(CLOSES)
    expired = client.get(page)
    assert [one.status_code for one in (forged, ended, used, expired)] == [404, 410, 410, 410]
    mains = {_main(one) for one in (forged, ended, used, expired)}
    assert len(mains) == 1


def test_what_is_sent_just_after_midnight_is_kept_and_the_next_window_told(
    page: str, client: Client, clock: Any
) -> None:
    form = form_of(client.get(page), **{field(): "41150"})
    clock(CLOSES + timedelta(minutes=5))
    answer = client.post(page, form)
    assert "10.01.2027" in answer.content.decode()
    assert not Submission.objects.exists()


def test_a_window_moved_since_is_told(page: str, client: Client, account: Account) -> None:
    account.organisation.readings_from = 15
    account.organisation.save()
    answer = client.get(page)
    assert "15.12.2026" in answer.content.decode()
    assert f'name="{field()}"' not in answer.content.decode()


def test_switching_the_language_keeps_what_was_typed_and_sends_nothing(page: str, client: Client) -> None:
    form = form_of(client.get(page), **{field(): "41150"})
    typed = urlencode({**form, "switch_language": "kk"})
    answer = client.post(page, typed, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert 'lang="kk"' in answer.content.decode()
    assert 'value="41150"' in answer.content.decode()
    assert form_of(answer)["key"] == form["key"]
    assert not Submission.objects.exists()


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(method: str, page: str, client: Client) -> None:
    assert getattr(client, method)(page).status_code == 405
