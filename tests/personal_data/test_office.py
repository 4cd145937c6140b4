"""Staff at a customer's written wish: whom they may act for, what they give a reason for, what they see."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from abonent.accounts.models import Account, AccountLink
from abonent.notices.models import Letter
from abonent.personal_data.models import Deletion, Export, RetentionRun
from abonent.personal_data.operations import make_export
from abonent.portal.models import Organisation
from abonent.users.models import AuditEvent, StaffMembership, User
from abonent.users.operations import add_person
from tests.users.cast import NOW, PASSWORD, signed_in

Letters = Callable[[], list[Letter]]
REASON = {"reason": "Заявление от 21.11.2026 № 5"}


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def office(dina: User) -> Callable[..., Client]:
    """A browser of a member of the staff: of the account's organisation, unless told otherwise."""

    def enter(role: str = "administrator", organisation: str | None = "ours") -> Client:
        login = f"{role}-{organisation}"
        user = add_person(login=login, email=f"{login}@example.kz", password=PASSWORD, now=NOW)
        serves = Organisation.objects.get(code=organisation) if organisation else None
        StaffMembership.objects.create(user=user, organisation=serves, role=role)
        return signed_in(Client(), user)

    return enter


def _path(what: str = "") -> str:
    link = AccountLink.objects.select_related("account").get()
    return f"/office/people/{link.account.public_id}/{link.public_id}/{what}"


def test_staff_have_all_data_made_for_the_person_and_see_none(
    office: Callable[..., Client], letters: Letters, dina: User
) -> None:
    client = office()
    refused = client.post(_path("export/"), {})
    assert refused.status_code == 422, "without a reason"
    ids = re.findall(r'\bid="([^"]+)"', refused.content.decode())
    assert len(ids) == len(set(ids)), "two forms, and each name stands once"
    assert client.post(_path("export/"), REASON).status_code == 302
    export = Export.objects.get()
    assert (export.user, export.made_at, export.reason) == (dina, None, REASON["reason"])
    event = AuditEvent.objects.get(action="personal_export_asked")
    assert (event.reason, event.actor_id, event.subject) == (
        REASON["reason"],
        export.asked_by_id,
        f"user:{dina.pk}",
    )
    assert event.organisation is not None
    make_export(export_id=export.pk, now=NOW)
    assert [one.kind for one in letters() if one.user_id == dina.pk][-1] == "export_ready"
    for kind in ("json", "pdf"):
        assert client.get(f"/my-data/export/{export.public_id}.{kind}").status_code == 404


def test_staff_begin_and_take_back_a_deletion(
    office: Callable[..., Client], letters: Letters, dina: User
) -> None:
    client = office()
    assert client.post(_path("deletion/"), REASON).status_code == 302
    assert Deletion.objects.get().asked_by is not None
    assert (
        "наш сотрудник запросил удаление"
        in next(one for one in letters() if one.kind == "deletion_asked").text
    )
    page = client.get(_path()).content.decode()
    assert "Будет удалён" in page
    assert client.post(_path("deletion/cancel/"), REASON).status_code == 302
    assert Deletion.objects.get().cancelled_at is not None
    assert AuditEvent.objects.filter(action="staff_read_person", subject=f"user:{dina.pk}").exists()


@pytest.mark.parametrize(
    ("role", "organisation"), [("operator", "ours"), ("accountant", "ours"), ("administrator", "theirs")]
)
def test_others_find_nothing(office: Callable[..., Client], role: str, organisation: str) -> None:
    Organisation.objects.create(code="theirs", name_ru="Чужой")
    client = office(role, organisation)
    assert client.get(_path()).status_code == 404
    for what in ("export/", "deletion/", "deletion/cancel/"):
        assert client.post(_path(what), REASON).status_code == 404
    assert not Export.objects.exists()
    assert not Deletion.objects.exists()


def test_an_organisation_acts_only_for_people_who_see_its_accounts_alone(
    office: Callable[..., Client], dina: User
) -> None:
    path = _path()
    theirs = Organisation.objects.create(code="theirs", name_ru="Чужой")
    account = Account.objects.create(number="9", key="9", organisation=theirs, payer="x", address="y")
    client, portals = office(), office(organisation=None)
    assert client.get(path).status_code == 200
    link = AccountLink.objects.create(user=dina, account=account, method="code", created_at=NOW)
    assert client.get(path).status_code == 404
    assert client.post(f"{path}deletion/", REASON).status_code == 404
    assert portals.get(path).status_code == 200
    link.ended_at = NOW
    link.save()
    assert client.get(path).status_code == 200


def test_the_table_of_retention_says_how_it_went(office: Callable[..., Client], clock: Any) -> None:
    clock(timedelta(0))
    RetentionRun.objects.create(rule="letters", started_at=NOW, finished_at=NOW, rows=12, rows_ever=345)
    RetentionRun.objects.create(rule="photos", started_at=NOW, error="OperationalError: no")
    RetentionRun.objects.create(rule="tries", started_at=NOW - timedelta(days=3), finished_at=NOW)
    page = office().get("/office/retention/").content.decode()
    assert "345" in page
    assert "OperationalError: no" in page
    assert "не выполнялось два дня" in page
    assert "ещё не выполнялось" in page
