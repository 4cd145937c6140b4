"""Sessions: one query, time-outs by role, and an ended session stays ended."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.test import RequestFactory

from abonent.users.middleware import person_of
from abonent.users.models import Session, StaffMembership, User
from abonent.users.operations import end_other_sessions, end_session
from abonent.users.operations.sessions import NoSuchSession, end_all_sessions
from abonent.users.permissions import staff_of
from abonent.users.queries import open_sessions
from abonent.users.sessions import SessionStore

Begin = Callable[[User], SessionStore]
Clock = Callable[[timedelta], datetime]


def _comes_with(key: str | None) -> Any:
    request: Any = RequestFactory().get("/", REMOTE_ADDR="203.0.113.5", HTTP_USER_AGENT="Firefox")
    request.session = SessionStore(key)
    request.session.headers = request.META
    return request


def _person(key: str | None) -> Any:
    return person_of(_comes_with(key))


def test_one_query_brings_the_session_its_person_and_their_place(
    alice: User, charlie: User, session_of: Begin, django_assert_num_queries: Any
) -> None:
    for user, is_staff in ((alice, False), (charlie, True)):
        key = session_of(user).session_key
        with django_assert_num_queries(1):
            person = _person(key)
            assert person == user
            assert person.full_name == user.full_name
            assert (staff_of(person) is not None) is is_staff


def test_a_key_nobody_was_given_opens_nothing(alice: User, session_of: Begin) -> None:
    session_of(alice)
    assert not _person("a" * 32).is_authenticated
    assert not _person(None).is_authenticated


@pytest.mark.parametrize(
    ("who", "idle", "absolute"),
    [
        ("alice", timedelta(days=14), timedelta(days=30)),
        ("charlie", timedelta(minutes=30), timedelta(hours=12)),
    ],
)
def test_idle_and_absolute_time_outs(
    request: pytest.FixtureRequest,
    session_of: Begin,
    clock: Clock,
    who: str,
    idle: timedelta,
    absolute: timedelta,
) -> None:
    user = request.getfixturevalue(who)
    key, idle_key = session_of(user).session_key, session_of(user).session_key
    clock(idle - timedelta(seconds=1))
    assert _person(idle_key).is_authenticated
    clock(idle + timedelta(seconds=1))
    assert not _person(key).is_authenticated, "idle for too long"

    step, at = idle / 2, timedelta(0)
    key = session_of(user).session_key
    begun = Session.objects.get(pk=key).created_at
    while at + step < absolute:
        at += step
        clock(begun - clock(timedelta(0)) + at)
        assert _person(key).is_authenticated, f"in use, {at} after signing in"
    clock(begun - clock(timedelta(0)) + absolute)
    assert not _person(key).is_authenticated, "in use for too long"


def test_seen_is_written_rarely_and_with_the_door(
    alice: User, session_of: Begin, clock: Clock, django_assert_num_queries: Any
) -> None:
    key = session_of(alice).session_key
    clock(timedelta(minutes=4))
    with django_assert_num_queries(1):
        _person(key)
    later = clock(timedelta(minutes=6))
    with django_assert_num_queries(2):
        _person(key)
    row = Session.objects.get(pk=key)
    assert (row.last_seen_at, row.address, row.browser) == (later, "203.0.113.5", "Firefox")


def test_a_disabled_person_is_out_at_once(alice: User, session_of: Begin) -> None:
    key = session_of(alice).session_key
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert not _person(key).is_authenticated


def test_a_change_of_role_works_at_once(charlie: User, session_of: Begin) -> None:
    key = session_of(charlie).session_key
    StaffMembership.objects.filter(user=charlie).delete()
    assert staff_of(_person(key)) is None


def test_a_session_from_before_the_change_of_password_is_ended(alice: User, session_of: Begin) -> None:
    key = session_of(alice).session_key
    alice.set_password("another long password")
    alice.save()
    assert not _person(key).is_authenticated
    assert not Session.objects.filter(pk=key).exists()


def test_an_ended_session_is_not_written_again(alice: User, session_of: Begin) -> None:
    store = SessionStore(session_of(alice).session_key)
    store["something"] = 1
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        store.save()
    assert not Session.objects.exists()


def test_a_forged_row_without_its_owner_opens_nothing(alice: User, bob: User, session_of: Begin) -> None:
    key = session_of(alice).session_key
    Session.objects.filter(pk=key).update(user=bob)
    assert not _person(key).is_authenticated


def test_the_list_hides_keys_and_other_people(
    alice: User, bob: User, session_of: Begin, clock: Clock
) -> None:
    mine, other = session_of(alice), session_of(alice)
    session_of(bob)
    found = open_sessions(alice, current_key=mine.session_key, now=clock(timedelta(minutes=1)))
    assert [one.current for one in found] == [True, False]
    assert not {mine.session_key, other.session_key} & {one.mark for one in found}
    assert not open_sessions(alice, current_key=None, now=clock(timedelta(days=15)))


def test_people_end_their_own_sessions_only(
    alice: User, bob: User, session_of: Begin, now: datetime, clock: Clock
) -> None:
    mine, other, bobs = session_of(alice), session_of(alice), session_of(bob)
    [bobs_row] = open_sessions(bob, current_key=None, now=now)
    with pytest.raises(NoSuchSession):
        end_session(user=alice, mark=bobs_row.mark, now=now)
    [other_row] = [
        one for one in open_sessions(alice, current_key=mine.session_key, now=now) if not one.current
    ]
    end_session(user=alice, mark=other_row.mark, now=now)
    assert not _person(other.session_key).is_authenticated
    session_of(alice)
    assert end_other_sessions(user=alice, keep=mine.session_key, now=now) == 1
    assert _person(mine.session_key).is_authenticated
    assert _person(bobs.session_key).is_authenticated


def test_an_administrator_ends_all_sessions(
    alice: User, charlie: User, session_of: Begin, now: datetime
) -> None:
    key = session_of(alice).session_key
    assert end_all_sessions(user=alice, actor=charlie, now=now) == 1
    assert not _person(key).is_authenticated


def test_clearing_keeps_what_lives(alice: User, session_of: Begin, clock: Clock) -> None:
    session_of(alice)
    clock(timedelta(days=13))
    SessionStore.clear_expired()
    assert Session.objects.count() == 1
    clock(timedelta(days=15))
    SessionStore.clear_expired()
    assert Session.objects.count() == 0
