"""The wish to be reminded, and the calendar file, of the person who is signed in."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from abonent.accounts.models import Account
from abonent.metering.models import ReminderWish
from abonent.metering.window_calendar import WINDOWS
from abonent.portal.models import Organisation
from abonent.users.models import User
from tests.metering.reminded import link, new_account, new_organisation, new_person
from tests.metering.test_calendar_file import events, text


@pytest.fixture
def account(db: None) -> Account:
    return new_account(new_organisation(name_kk="Қалаэнерго"))


@pytest.fixture
def alice(account: Account) -> User:
    alice = new_person()
    link(alice, account)
    return alice


@pytest.fixture
def hers(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
def stranger(account: Account) -> Client:
    client = Client()
    client.force_login(new_person("charlie"))
    return client


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 12, 12, 9, 0, tzinfo=UTC))


def _calendar(client: Client, account: Account) -> list[dict[str, Any]]:
    answer = client.get(f"/a/{account.public_id}/readings.ics")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    return events(answer.content)


def test_a_wish_is_made_and_taken_back(hers: Client, account: Account) -> None:
    address = f"/a/{account.public_id}/readings/reminders/"
    for wanted, wishes in (("yes", 1), ("yes", 1), ("no", 0), ("no", 0)):
        answer = hers.post(address, {"wanted": wanted})
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/a/{account.public_id}/readings/")
        assert ReminderWish.objects.count() == wishes


def test_an_unconfirmed_address_is_sent_to_be_confirmed(hers: Client, account: Account) -> None:
    User.objects.update(email_confirmed=False)
    answer = hers.post(f"/a/{account.public_id}/readings/reminders/", {"wanted": "yes"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/settings/")
    assert not ReminderWish.objects.exists()


def test_a_strangers_account_does_not_exist(stranger: Client, account: Account) -> None:
    assert stranger.post(f"/a/{account.public_id}/readings/reminders/", {"wanted": "yes"}).status_code == 404
    assert stranger.get(f"/a/{account.public_id}/readings.ics").status_code == 404
    assert not ReminderWish.objects.exists()


def test_the_calendar_holds_the_open_window_and_those_that_come(hers: Client, account: Account) -> None:
    found = _calendar(hers, account)
    assert len(found) == WINDOWS == 12
    assert [one["DTSTART"][1] for one in found[:3]] == ["20261210", "20270110", "20270210"]
    assert [one["DTEND"][1] for one in found[:3]] == ["20261226", "20270126", "20270226"]
    assert len({one["UID"] for one in found}) == 12


def test_the_alarm_is_at_nine_on_the_day_before_the_last(hers: Client, account: Account) -> None:
    Organisation.objects.update(time_zone="Europe/Berlin", readings_from=20, readings_to=31)
    alarms = [one["alarm"]["TRIGGER"][1] for one in _calendar(hers, account)]
    assert alarms[1] == "20270130T080000Z"
    assert alarms[2] == "20270227T080000Z", "February's last day is the 28th"
    assert alarms[3] == "20270330T070000Z", "the clocks have gone forward on the 28th"


def test_the_same_windows_have_the_same_names_later(
    hers: Client, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = {one["UID"] for one in _calendar(hers, account)}
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 12, 12, 9, 5, tzinfo=UTC))
    Organisation.objects.update(readings_to=24)
    again = _calendar(hers, account)
    assert {one["UID"] for one in again} == first
    assert again[0]["DTEND"][1] == "20261225"


@pytest.mark.parametrize(("language", "organisation"), [("ru", "Горэлектро"), ("kk", "Қалаэнерго")])
def test_it_speaks_the_persons_language_and_names_nobody(
    language: str, organisation: str, hers: Client, account: Account
) -> None:
    User.objects.update(language=language)
    for one in _calendar(hers, account):
        said = " ".join(text(one[name][1]) for name in ("SUMMARY", "DESCRIPTION"))
        assert organisation in said
        assert "Meter" not in said, "translated"
        assert not [secret for secret in (account.number, account.payer, account.address) if secret in said]


def test_windows_over_the_end_of_a_month_follow_each_other(hers: Client, account: Account) -> None:
    Organisation.objects.update(readings_from=28, readings_to=3)
    found = _calendar(hers, account)
    assert [(one["DTSTART"][1], one["DTEND"][1]) for one in found[:2]] == [
        ("20261228", "20270104"),
        ("20270128", "20270204"),
    ]


def test_the_file_takes_one_query_of_its_own(hers: Client, account: Account) -> None:
    with CaptureQueriesContext(connection) as asked:
        _calendar(hers, account)
    read = [one["sql"] for one in asked if one["sql"] and "FROM" in one["sql"]]
    assert sum('FROM "portal_organisation"' in sql for sql in read) == 1
    assert len(read) <= 3, "the session with its person, the accounts, the organisation"


def test_the_links_are_whole_addresses(hers: Client, account: Account, settings: Any) -> None:
    settings.SITE_URL = "https://lk.example.kz"
    where = f"https://lk.example.kz/a/{account.public_id}/readings/"
    assert _calendar(hers, account)[0]["URL"] == ("", where)
