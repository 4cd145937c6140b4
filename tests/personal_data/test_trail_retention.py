"""The trail's addresses and reasons: blanked by age, by the owner's function, and in no other way."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext

from abonent.base.forgetting import let_forget
from abonent.personal_data.models import RetentionRun
from abonent.personal_data.operations.retention import forget_old
from abonent.personal_data.retention import RULES
from abonent.users.audit import forget_addresses, forget_reasons, record
from abonent.users.models import AuditEvent

pytestmark = pytest.mark.django_db
TODAY = datetime.now(UTC)
DAYS = {rule.code: rule.days for rule in RULES}


def event(days: int, *, address: str | None = "203.0.113.9", reason: str = "позвонила Дина") -> AuditEvent:
    at = TODAY - timedelta(days=days)
    return record(action="staff_read_account", actor=None, address=address, reason=reason, now=at, list=1)


def what_stands() -> list[tuple[str | None, str]]:
    rows = AuditEvent.objects.filter(action="staff_read_account").order_by("-at")
    return list(rows.values_list("address", "reason"))


def test_addresses_go_after_a_year_and_reasons_after_five() -> None:
    for days in (364, 367, 1800, 1828):
        event(days)
    done = forget_old(now=TODAY)
    assert (done["trail_addresses"], done["trail_reasons"]) == (3, 1)
    said = "позвонила Дина"
    assert what_stands() == [("203.0.113.9", said), (None, said), (None, said), (None, "")]
    assert AuditEvent.objects.filter(details={"list": 1}).count() == 4, "the events stay"
    assert RetentionRun.objects.get(pk="trail_addresses").rows_ever == 3
    again = forget_old(now=TODAY)
    assert (again["trail_addresses"], again["trail_reasons"]) == (0, 0)


def test_how_many_went_stands_in_the_trail() -> None:
    event(400)
    forget_old(now=TODAY)
    [told] = AuditEvent.objects.filter(action="retention_done")
    assert (told.subject, told.details, told.actor) == ("retention:trail_addresses", {"rows": 1}, None)


def test_in_batches() -> None:
    for days in (400, 500, 600):
        event(days)
    assert forget_addresses(before=TODAY, limit=2) == 2
    assert [address for address, _ in what_stands()] == ["203.0.113.9", None, None], "the oldest first"
    assert forget_addresses(before=TODAY, limit=2) == 1
    assert forget_reasons(before=TODAY, limit=2) == 0


def test_what_is_young_stays_whatever_is_asked() -> None:
    event(300)
    later = TODAY + timedelta(days=9000)
    done = forget_old(now=later)
    assert (done["trail_addresses"], done["trail_reasons"]) == (0, 0)


@pytest.mark.parametrize("marked", [False, True])
@pytest.mark.parametrize(
    "change",
    [
        {"address": None},
        {"reason": ""},
        {"address": "203.0.113.10"},
        {"action": "sign_in"},
        {"details": {}},
        {"actor_id": 1},
        {"reason": "иначе"},
    ],
)
def test_nothing_else_changes_even_with_the_mark(change: dict[str, object], marked: bool) -> None:
    """A young row keeps everything; an old one all but its address and its reason, which may only go."""
    may_go = change in ({"address": None}, {"reason": ""})
    for one in [event(10)] if may_go else [event(10), event(2000)]:
        refused(one, marked=marked, **change)


def refused(one: AuditEvent, *, marked: bool, **change: object) -> None:
    def change_it() -> None:
        with transaction.atomic():
            if marked:
                let_forget()
            rows = AuditEvent.objects.filter(pk=one.pk)
            rows.update(**change) if change else rows.delete()

    with pytest.raises(IntegrityError, match="append-only"):
        change_it()


def test_an_old_row_is_blanked_only_under_the_mark_and_never_deleted() -> None:
    old = event(2000)
    refused(old, marked=False, address=None)
    refused(old, marked=True)
    forget_addresses(before=TODAY, limit=10)
    refused(old, marked=False, reason="")  # the function took its mark back


def test_the_table_keeps_longer_than_the_database_holds() -> None:
    assert (DAYS["trail_addresses"], DAYS["trail_reasons"]) == (366, 1827)
    with CaptureQueriesContext(connection) as asked:
        forget_addresses(before=TODAY, limit=10)
    assert len(asked) == 1
