"""A small town: two organisations, houses of two streets, people with links of every sort."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from abonent.accounts.models import Account, AccountLink
from abonent.announcements.audience import Audience
from abonent.announcements.models import Announcement
from abonent.announcements.operations import Draft, schedule, write
from abonent.announcements.sending import send
from abonent.portal.models import Organisation
from abonent.users.models import StaffMembership, User

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
HOUSE = "г. Алматы, ул. Абая, 1"
TEXTS = {
    "ru": {"title": "Нет воды", "text": "Ремонт трубы."},
    "kk": {"title": "Су жоқ", "text": "Құбырды жөндеу."},
    "en": {"title": "No water", "text": "A pipe is being mended."},
}


def organisation(code: str) -> Organisation:
    return Organisation.objects.get_or_create(code=code, defaults={"name_ru": code})[0]


def account(key: str, address: str = HOUSE, owner: str = "ours", **facts: Any) -> Account:
    return Account.objects.create(
        number=key, key=key, organisation=organisation(owner), payer="Ким", address=address, **facts
    )


def person(login: str, *accounts: Account, email: str = "", **facts: Any) -> User:
    made = User.objects.create(
        login=login, email=email or f"{login}@example.kz", **({"email_confirmed": True} | facts)
    )
    for one in accounts:
        AccountLink.objects.create(user=made, account=one, method="payment", created_at=NOW)
    return made


def staff(code: str | None = None, role: str = "administrator") -> StaffMembership:
    name = f"{role}-{code}"
    user = User.objects.get_or_create(login=name, defaults={"email": f"{name}@example.kz"})[0]
    owner = organisation(code) if code else None
    return StaffMembership.objects.get_or_create(user=user, defaults={"organisation": owner, "role": role})[0]


def draft(kind: str = "outage", audience: Audience | None = None, **facts: Any) -> Draft:
    hours = {"starts_at": NOW - timedelta(hours=1), "ends_at": NOW + timedelta(hours=3)}
    return Draft(
        kind=kind,
        audience=audience or Audience("house", place=HOUSE),
        texts=facts.pop("texts", TEXTS),
        **({} if kind == "notice" else hours | facts),
    )


def written(given: Draft | None = None, *, by: StaffMembership | None = None) -> Announcement:
    return write(draft=given or draft(), staff=by or staff(), address=None, now=NOW)


def scheduled(given: Draft | None = None, *, at: datetime | None = None) -> Announcement:
    made = written(given)
    return schedule(number=made.pk, at=at, staff=staff(), address=None, now=NOW)


def sent(given: Draft | None = None, *, now: datetime = NOW) -> Announcement:
    made = scheduled(given)
    assert send(made.pk, clock=lambda: now)
    return Announcement.objects.get(pk=made.pk)


def day() -> date:
    return NOW.date()
