"""The trail searched: by who, what, to whom, when and why; of one's own organisation; page after page."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from abonent.accounts.models import Account
from abonent.portal.models import Organisation
from abonent.users.models import AuditEvent, StaffMembership, User
from tests.interfaces.office.test_office import account, chief, page, strange, text
from tests.users.cast import _quick_hashes, alice, charlie, clock, signed_in

__all__ = ["_quick_hashes", "account", "alice", "charlie", "chief", "clock", "strange"]

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 11, 10, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _doors(clock: Callable[[timedelta], datetime], settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False


def event(
    account: Account, actor: User, action: str = "staff_looked", at: datetime = DAY, **facts: Any
) -> None:
    AuditEvent.objects.create(
        at=at,
        actor=actor,
        action=action,
        subject=f"account:{account.pk}",
        organisation=account.organisation,
        **facts,
    )


@pytest.fixture
def trail(chief: User, alice: User, account: Account, strange: Account) -> None:
    """Four events of ours and one of theirs, told apart by their reason."""
    event(account, chief, reason="Причина первая: жалоба №5")
    event(account, alice, "account_linked", reason="Причина вторая")
    event(account, chief, "staff_read_account", DAY - timedelta(days=5), reason="Причина третья")
    AuditEvent.objects.create(
        at=DAY,
        actor=chief,
        action="staff_searched",
        organisation=account.organisation,
        reason="Причина четвёртая",
    )
    event(strange, alice, reason="Причина пятая")


def asked(client: Client, **words: str) -> set[str]:
    shown = text(page(client, "office_audit", post=words))
    return set(re.findall(r"Причина (\w+)", shown))


@pytest.mark.parametrize(
    ("words", "reasons"),
    [
        ({}, {"первая", "вторая", "третья", "четвёртая"}),
        ({"who": "alice"}, {"вторая"}),
        ({"who": "ALICE@example.kz"}, {"вторая"}),
        ({"who": "nobody"}, set()),
        ({"action": "staff_read_account"}, {"третья"}),
        ({"number": "0700"}, {"первая", "вторая", "третья"}),
        ({"number": "900"}, set()),
        ({"since": "2026-11-10"}, {"первая", "вторая", "четвёртая"}),
        ({"until": "2026-11-05"}, {"третья"}),
        ({"since": "2026-11-05", "until": "2026-11-05"}, {"третья"}),
        ({"reason": "ЖАЛОБА первая"}, {"первая"}),
        ({"reason": "%%%"}, {"первая", "вторая", "третья", "четвёртая"}),
        ({"who": "charlie", "number": "700", "reason": "причина"}, {"первая", "третья"}),
    ],
)
def test_by_who_what_whom_when_and_why(
    client: Client, chief: User, trail: None, words: dict[str, str], reasons: set[str]
) -> None:
    signed_in(client, chief)
    assert asked(client, **words) == reasons


def test_the_portals_own_staff_see_everybodys(
    client: Client, chief: User, trail: None, strange: Account
) -> None:
    StaffMembership.objects.update(organisation=None)
    signed_in(client, chief)
    assert "пятая" in asked(client)
    assert asked(client, number="900") == {"пятая"}
    shown = text(page(client, "office_audit"))
    assert reverse("office_account", args=[strange.public_id]) in shown
    assert "000700" in shown


@pytest.mark.parametrize("asked_for", [{"who": "charlie"}, {"reason": "жалоба"}])
def test_a_page_begins_where_the_last_one_ended(
    client: Client, chief: User, account: Account, asked_for: dict[str, str]
) -> None:
    """Also where many events bear one moment, and where new ones came meanwhile."""
    for number in range(120):
        at = DAY if number < 100 else DAY + timedelta(minutes=number)
        event(account, chief, f"did_{number:03}", at, reason="Жалоба соседа")
    signed_in(client, chief)
    seen: list[str] = []
    form = asked_for
    for _page in range(3):
        shown = text(page(client, "office_audit", post=form))
        seen += re.findall(r"did_\d+", shown)
        more = re.search(r'name="before" value="([^"]+)"', shown)
        event(account, chief, "came_meanwhile", DAY + timedelta(days=1))
        form = {**asked_for, "before": more[1] if more else "none"}
    assert form["before"] == "none"
    assert seen == [f"did_{number:03}" for number in range(119, -1, -1)]


@pytest.mark.parametrize(
    "before",
    ["x", "/", "2026-11-10/5", "2026-11-10T00:00:00+00:00/x", "9" * 50, "²/²", "2026-99-99T00:00+00/1"],
)
def test_a_forged_place_is_the_first_page(client: Client, chief: User, trail: None, before: str) -> None:
    signed_in(client, chief)
    assert len(asked(client, before=before)) == 4


def test_nothing_asked_stands_in_an_address(client: Client, chief: User, trail: None) -> None:
    signed_in(client, chief)
    shown = text(page(client, "office_audit", post={"number": "000700", "who": "charlie"}))
    assert not re.findall(r'(?:href|action)="[^"]*(?:0700|charlie)[^"]*"', shown)
    assert client.get(reverse("office_audit"), {"who": "alice"}).status_code == 200
    wrong = text(page(client, "office_audit", post={"since": "завтра", "reason": "аб"}))
    assert "Введите день" in wrong
    assert "не меньше трёх" in wrong


def test_the_file_holds_what_is_shown_and_is_written_down(
    client: Client, chief: User, trail: None, account: Account
) -> None:
    event(account, chief, "did_it", reason="=HYPERLINK(1)")
    signed_in(client, chief)
    answer = page(client, "office_audit_csv", post={"number": "700"})
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 5
    assert "000700" in lines[1]
    assert "'=HYPERLINK(1)" in answer.content.decode()
    assert "пятая" not in answer.content.decode()
    told = AuditEvent.objects.get(action="trail_downloaded")
    assert (told.actor, told.details) == (chief, {"asked": ["number"], "rows": 4})
    assert page(client, "office_audit_csv").status_code == 405


def test_the_trail_grows_by_nothing_but_that_it_was_read(client: Client, charlie: User, trail: None) -> None:
    signed_in(client, charlie)
    before = AuditEvent.objects.count()
    page(client, "office_audit", post={"action": "x"})
    page(client, "office_audit")
    assert AuditEvent.objects.count() == before + 2
    assert AuditEvent.objects.filter(action="staff_read_list", subject="list:audit").count() == 2
    for role in ("operator", "accountant"):
        StaffMembership.objects.update(role=role)
        assert page(client, "office_audit").status_code == 404
        assert page(client, "office_audit_csv", post={}).status_code == 404


def test_queries_do_not_grow_with_the_trail(client: Client, chief: User, account: Account) -> None:
    signed_in(client, chief)

    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            page(client, "office_audit", post={"who": "charlie", "number": "700"})
        return len(seen)

    event(account, chief)
    before = count()
    organisation = Organisation.objects.get(pk=account.organisation_id)
    for number in range(40):
        one = Account.objects.create(
            number=f"{number}", key=f"{number}", organisation=organisation, payer="А", address="Б"
        )
        event(one, User.objects.create(login=f"u{number}"))
        event(account, chief)
    assert count() == before <= 9


def test_times_are_the_portals(client: Client, chief: User, account: Account) -> None:
    """Half past midnight in Almaty is still the day before in Greenwich."""
    event(account, chief, at=datetime(2026, 11, 9, 19, 30, tzinfo=UTC), reason="Причина ночная")
    signed_in(client, chief)
    assert asked(client, since="2026-11-10", until="2026-11-10") == {"ночная"}
    assert asked(client, until="2026-11-09") == set()
    assert timezone.get_current_timezone_name() == "Asia/Almaty"


def test_a_line_speaks_in_words(client: Client, chief: User, account: Account, strange: Account) -> None:
    """What is left in codes and ids stays in the file."""

    def wrote(action: str, subject: str, **details: Any) -> None:
        AuditEvent.objects.create(
            at=DAY,
            actor=chief,
            action=action,
            subject=subject,
            organisation=account.organisation,
            details=details,
        )

    wrote("staff_read_list", "list:payments", kind="review", page="2")
    wrote("staff_read_readings", "", accounts=[account.pk, 10**9])
    wrote("request_read", f"account:{account.pk}", request="0000-0017")
    wrote("payment_refund_asked", "payment:5", amount="1600.00", refund=7)
    wrote("difference_settled", "difference:31", day="2026-11-02")
    wrote("receipts_published", "publication:4", month="2026-10")
    wrote("receipts_published", "list:unheard", month="не месяц", amount="не сумма")
    signed_in(client, chief)
    shown = text(page(client, "office_audit"))
    for words in (
        "Онлайн-платежи", "лицевые счета: 000700", "№ 0000-0017", "№ 5", "600,00",
        "№ 31", "02.11.2026", "октябрь 2026",
    ):  # fmt: skip
        assert words in shown, words
    for code in ("list:", "payment:5", "review", "refund: ", "publication:", "1000000000", "не месяц"):
        assert code not in shown, code
