"""Role x action x organisation: every page of the office, asked by everybody, as docs/domain/office.md says.

The account is alice's, of the organisation `ours`. Staff of three roles sit at the portal itself, at `ours`
and at `theirs`; alice and a visitor have no place at all.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django import app

from abonent.accounts.limits import number_hash
from abonent.accounts.models import Account, LinkAttempt
from abonent.announcements.models import Announcement
from abonent.base.identifiers import new_public_id
from abonent.exchange.models import Run, RunReport
from abonent.metering.models import SubmittedReading
from abonent.payments.models import Difference, Registry
from abonent.payments.operations.registries import take_registry
from abonent.payments.registry_file import RowGiven
from abonent.portal.models import Organisation, SettingsVersion
from abonent.service_requests.models import ServiceRequest
from abonent.tariffs.models import TariffDraft
from abonent.tariffs.operations import load_tariff
from abonent.users.audit import record
from abonent.users.models import AuditEvent, StaffMembership, User
from abonent.users.rights import RIGHTS, Right, may
from tests.tariffs.files import FLAT
from tests.test_every_url import NOW, PATTERNS, _address, cast

__all__ = ["cast"]
DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "domain" / "office.md"
ROW = re.compile(r"^\| `(office_\w+)` \| (\w+) \| (in reach|its organisation's) \| (.*?) ?\|$", re.M)
#: url name -> right, whose, trail
PAGES = {name: rest for name, *rest in ROW.findall(DOCUMENT.read_text("utf-8"))}
PLACES = ("portal", "ours", "theirs")
#: What names alice in any page: a page without a trail shows none of it.
OF_ALICE = ("Ким Алиса", "Абая 1", "alice@example.kz")


@dataclass(frozen=True)
class Asker:
    """Somebody signed in, or a visitor; with the place among the staff, if there is one."""

    name: str
    client: Client
    staff: StaffMembership | None = None
    place: str = ""

    def reaches(self, name: str) -> bool:
        """Whether the document lets this person come to the page."""
        right, whose, _ = PAGES[name]
        if self.staff is None or not may(self.staff, Right(right)):
            return False
        return whose == "in reach" or self.place != "theirs"


@dataclass(frozen=True)
class Answer:
    status: int
    events: int
    """Written into the trail meanwhile."""
    text: str


@pytest.fixture
def askers(cast: dict[str, Any]) -> list[Asker]:
    """Nine members of the staff, a customer, and somebody who is not signed in."""
    alice = Asker("alice", Client())
    alice.client.force_login(cast["people"]["alice"])
    return [*_staff(), alice, Asker("visitor", Client())]


def _staff() -> Iterator[Asker]:
    for place in PLACES:
        organisation = None if place == "portal" else Organisation.objects.get(code=place)
        for role in RIGHTS:
            name = f"{role}-{place}"
            user = User.objects.create(login=name, email=f"{name}@example.kz", email_confirmed=True)
            staff = StaffMembership.objects.create(user=user, organisation=organisation, role=role)
            client = Client()
            client.force_login(user)
            yield Asker(f"{role} of {place}", client, staff, place)


@pytest.fixture
def things(cast: dict[str, Any]) -> dict[str, Any]:
    """The cast, and one of everything that a page of the office is about."""
    home = cast["home"]
    run = Run.objects.get()
    Run.objects.filter(pk=run.pk).update(undoable=True)
    difference = Difference.objects.create(
        day=NOW.date(), kind="missing", source="online:card", reference="1", organisation=home.organisation,
        ours=Decimal("5.00"), owner="gateway", found_at=NOW,
    )  # fmt: skip
    outage = Announcement.objects.create(
        pk=2, kind="outage", audience="organisation", organisation=home.organisation, created_at=NOW,
        starts_at=NOW, ends_at=NOW + timedelta(hours=3),
    )  # fmt: skip
    load_tariff(text=FLAT, filename="power.toml", by="test", takes_effect_on=None, now=NOW)
    bad = {"file": "charges", "line": 2, "column": "account", "severity": "error", "reason": "is negative"}
    RunReport.objects.create(run=run, whole=b"file;line", listed=[bad | {"value": "91"}])
    LinkAttempt.objects.create(
        at=timezone.now(), user=cast["people"]["charlie"], organisation=home.organisation, account=home,
        method="payment", outcome="limited", refused_by="person", number_hash=number_hash(home.key),
    )  # fmt: skip
    record(action="account_linked", actor=cast["people"]["alice"], subject=f"account:{home.pk}", now=NOW)
    SubmittedReading.objects.update(risk=50, risk_signs=[])
    for setting in ("window", "offices"):
        SettingsVersion.objects.create(
            part=setting, organisation=home.organisation if setting == "window" else None, value=None,
            changed_by_id=cast["people"]["erlan"].pk, changed_by="erlan", changed_at=NOW,
        )  # fmt: skip
    TariffDraft.objects.create(code="flat", text=FLAT, changed_by="erlan", changed_at=NOW)
    numbers = {
        "office_import": run.pk,
        "office_registry": _registry().pk,
        "office_difference": difference.pk,
        "office_announcement": outage.pk,
        "office_task": app.configure_task("notices.deliver_letter", allow_unknown=True).defer(),
    }
    known: dict[str, dict[str, Any]] = {
        name: {"number": number}
        for name in PAGES
        for stem, number in numbers.items()
        if name.startswith(stem)
    }
    known |= {name: {"tariff": "flat", "to": 1} for name in PAGES if name.startswith("office_tariff")}
    known |= {name: {"setting": "requests", "code": "sealing"} for name in ("office_setting_kind",)}
    return cast | {"known": known}


def _registry() -> Registry:
    row = RowGiven(1, "1", NOW.date(), Decimal("7.50"), account="91", payer="Ким Алиса")
    file: dict[str, Any] = {"source": "registry:bank", "format": "sberbank", "name": "a.txt", "checksum": "a"}
    take_registry(rows=[row], loaded_by="test", now=NOW, **file)
    return Registry.objects.get()


def ask(asker: Asker, method: str, address: str, **typed: str) -> Answer:
    """Ask, and take back whatever it did."""
    before = AuditEvent.objects.count()
    with transaction.atomic():
        answer = getattr(asker.client, method)(address, typed)
        events = AuditEvent.objects.count() - before
        transaction.set_rollback(True)
    return Answer(
        answer.status_code, events, "" if answer.streaming else answer.content.decode("utf-8", "replace")
    )


def test_every_page_of_the_office_stands_in_the_document_with_its_lock() -> None:
    locks = {
        name: getattr(pattern.callback, "office_right", None)
        for name, pattern in PATTERNS.items()
        if name.startswith("office_")
    }
    assert {name: right for name, (right, *_) in PAGES.items()} == locks


def test_role_x_action_x_organisation(things: dict[str, Any], askers: list[Asker]) -> None:
    """Whom the document lets in comes in, and everybody else finds nothing; what is read is written down."""
    wrong: list[str] = []
    for name in PAGES:
        address = _address(name, things)
        shown = 0
        for method in ("get", "post"):
            answers = {asker: ask(asker, method, address) for asker in askers}
            if {one.status for one in answers.values()} == {405}:
                continue  # no page takes this; it says so to everybody
            shown += sum(one.status == 200 for one in answers.values())
            wrong += [f"{method} {name}: {one}" for one in _faults(name, method, answers)]
        wrong += [] if shown or not PAGES[name][2] else [f"{name} is shown to nobody"]
    assert wrong == [], "\n".join(wrong)


def _faults(name: str, method: str, answers: dict[Asker, Answer]) -> Iterator[str]:
    trail = PAGES[name][2]
    for asker, answer in answers.items():
        # 409: a form that says not which version it changes.
        expected = (200, 302, 409, 422) if asker.reaches(name) else (404,)
        if answer.status not in expected:
            yield f"{asker.name} gets {answer.status}"
        if answer.status != 200 or method != "get":
            continue
        seen = [words for words in OF_ALICE if words in answer.text]
        if asker.place == "theirs":  # an empty list is no read
            faults = [f"shows {seen} to {asker.name}"] if seen else []
        elif trail == "yes":
            faults = [] if answer.events else [f"{asker.name} read it, and the trail does not say so"]
        else:
            faults = [f"shows {seen} to {asker.name}, and has no trail"] if seen else []
        yield from faults


#: Pages whose address names two things: the first of them is put in place of one's own.
OF_TWO = {
    "office_link_end": "public_id",
    "office_sessions_end": "public_id",
    "office_person": "public_id",
    "office_person_export": "public_id",
    "office_person_deletion": "public_id",
    "office_person_deletion_cancel": "public_id",
    "office_request_file": "request_id",
    "office_window_withdraw": "organisation",
}


def test_ones_own_in_the_address_opens_nothing_of_anothers(
    things: dict[str, Any], askers: list[Asker]
) -> None:
    """The administrator of `theirs` names an own account, and alice's link with it."""
    asker = next(one for one in askers if one.name == "administrator of theirs")
    own = Account.objects.get(key="900")
    request = ServiceRequest.objects.get()
    request.pk, request.public_id, request.form_key = None, new_public_id(), "3"
    request.account, request.organisation_id = own, own.organisation_id
    request.save(force_insert=True)
    mine = {"public_id": own.public_id, "request_id": request.public_id, "organisation": own.organisation_id}
    alices = SettingsVersion.objects.create(
        part="window", organisation=things["home"].organisation, state="published", number=7, note="new",
        in_force_from=timezone.localdate() + timedelta(days=9), published_at=NOW,
        changed_by_id=1, changed_at=NOW,
    )  # fmt: skip
    for name, of_mine in OF_TWO.items():
        things["known"][name] = {of_mine: mine[of_mine], "version": alices.pk}
        address = _address(name, things)
        found = {ask(asker, method, address, note="mine", reason="mine").status for method in ("get", "post")}
        assert found <= {404, 405}, name
    seen = ask(asker, "get", _address("office_request", things | {"request": request}))
    assert seen.status == 200, "the own request is there"


@pytest.mark.parametrize("role", RIGHTS)
def test_a_notice_to_many_asks_for_the_right_to_texts_too(
    role: str, things: dict[str, Any], askers: list[Asker]
) -> None:
    notice = Announcement.objects.get(kind="notice")
    things["known"] |= {"office_announcement": {"number": notice.pk}}
    asker = next(one for one in askers if one.name == f"{role} of ours")
    found = ask(asker, "get", _address("office_announcement", things)).status
    assert found == (200 if role == "administrator" else 404)
