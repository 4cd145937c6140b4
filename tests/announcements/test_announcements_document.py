"""docs/domain/announcements.md is true: its tables are read and tried."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db.models import QuerySet

from abonent.accounts.models import Account, AccountLink
from abonent.announcements.audience import Audience, concerned, reach
from abonent.announcements.models import Announcement, AnnouncementLetter
from abonent.announcements.operations import want_notices
from abonent.portal.models import Organisation, Service
from tests.announcements.town import HOUSE, NOW, account, day, draft, person, scheduled, sent
from tests.billed import HEAD, load

pytestmark = pytest.mark.django_db(transaction=True)
PAGE: Path = settings.BASE_DIR / "docs" / "domain" / "announcements.md"
#: number -> the account as the table calls it, owner, address, closed on.
TOWN = {
    "1": ("Абая 1, ours", "ours", "ул. Абая, 1", ""),
    "2": ("Абая 2, theirs", "theirs", "ул. Абая, 2", ""),
    "3": ("Абая 3, ours, closed in 2024", "ours", "ул. Абая, 3", "2024-05-01"),
    "4": ("Абая 12, ours", "ours", "ул. Абая, 12", ""),
    "5": ("Абая 1 корпус 2, ours", "ours", "ул. Абая, 1, корпус 2", ""),
    "6": ("Абая Кунанбаева 1, ours", "ours", "ул. Абая Кунанбаева, 1", ""),
}
BUNDLE = {
    "organisations": "code,name_ru\nours,Наш\ntheirs,Чужой\n",
    "services": "code,organisation,parent,position,name_ru\npower,ours,,1,Свет\nhot,ours,,2,Горячая вода\n"
    "hot-cold,ours,hot,1,Холодная вода\n",
    "accounts": "number,organisation,payer,address,closed_on\n"
    + "".join(f'{key},{one[1]},Ким,"г. Алматы, {one[2]}",{one[3]}\n' for key, one in TOWN.items()),
    "meters": "account,service,serial,removed_on\n1,power,A,\n4,power,B,2026-01-01\n",
    "charges": HEAD
    + "6,2026-08,power,0.00,10.00,0.00,0.00,10.00,\n5,2026-09,hot-cold,0.00,10.00,0.00,0.00,10.00,\n"
    + "2,2026-10,power,0.00,10.00,0.00,0.00,10.00,\n",
}


def _table(head: str) -> Iterator[list[str]]:
    lines = PAGE.read_text("utf-8").splitlines()
    for line in lines[lines.index(head) + 2 :]:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.strip("|").split("|")]


def _audience(words: str, value: str) -> Audience:
    kind, _, owner = words.partition(" of ")
    whose = value if kind == "organisation" else owner
    organisation = Organisation.objects.get(code=whose).pk if whose else None
    service = Service.objects.get(code=value).pk if kind == "service" else None
    return Audience(kind, organisation, service, value if kind in ("house", "street") else "")


def _numbers(rows: QuerySet[Account]) -> set[str]:
    return set(rows.values_list("number", flat=True))


def test_whom_it_concerns_is_as_the_table_says(tmp_path: Path) -> None:
    load(tmp_path, BUNDLE)
    numbers = {one[0]: key for key, one in TOWN.items()}
    rows = list(_table("| announcement | value | account | concerned |"))
    wrong = []
    for kind, value, named, answer in rows:
        audience = _audience(kind, value)
        found = numbers[named.partition(" (")[0]] in _numbers(concerned(audience, today=day()))
        if found != (answer == "yes"):
            wrong.append((kind, value, named))
        assert reach(audience, kind="notice", today=day()).accounts == len(
            _numbers(concerned(audience, today=day()))
        )
    assert wrong == []
    assert {row[0].partition(" of ")[0] for row in rows} == set(Announcement.Audience.values)


def test_who_is_written_to_is_as_the_table_says() -> None:
    first, second = account("1"), account("2")
    cast = {
        "linked, address confirmed": [person("anna", first)],
        "linked by a limited link": [person("boris", first)],
        "linked to two concerned accounts": [person("vera", first, second)],
        "of the same mailbox as another": [person("galina", first, email="ANNA@example.kz")],
        "address not confirmed": [person("dina", first, email_confirmed=False)],
        "link ended": [person("egor", first)],
        "wants no notices": [person("zhanna", first)],
    }
    AccountLink.objects.filter(user__login="boris").update(limited_until=NOW.replace(year=2027))
    AccountLink.objects.filter(user__login="egor").update(ended_at=NOW)
    want_notices(user=cast["wants no notices"][0], wanted=False, now=NOW)
    house = Audience("house", place=HOUSE)
    for column, kind in ((1, "notice"), (2, "outage")):
        made = sent(draft(kind))
        told = set(AnnouncementLetter.objects.filter(announcement=made).values_list("user__login", flat=True))
        for row in _table("| person | notice | outage |"):
            many = sum(one.login in told for one in cast[row[0]])
            assert many == {"yes": 1, "one": 1, "no": 0}[row[column]], (row, kind)
        assert reach(house, kind=kind, today=day()).mailboxes == len(told)
    assert scheduled(draft("notice")).state == "scheduled"
