"""The office publishes a month: who would get it, the button, how far it is; each organisation its own."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from abonent.accounts.models import Account
from abonent.bills import jobs, publishing
from abonent.bills.models import Publication, ReceiptLetter, ReceiptSubscription
from abonent.bills.publishing import publish_batch
from abonent.notices.models import Letter
from abonent.portal.models import Organisation
from abonent.users.models import AuditEvent, StaffMembership, User
from tests.billed import NOW, files, load, people
from tests.users.cast import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(transactional_db: None, tmp_path: Path, settings: Any) -> dict[str, User]:
    """alice subscribes to 100 and 200 (ours), bob to 300 (heat's)."""
    settings.STAFF_SECOND_FACTOR = False
    load(tmp_path, files(months=2))
    Account.objects.filter(key="300").update(organisation=Organisation.objects.get(code="heat"))
    linked = {"alice": ["100", "200"], "bob": ["300"]}
    made = people(linked=linked)
    for name, keys in linked.items():
        for key in keys:
            ReceiptSubscription.objects.create(
                user=made[name],
                account=Account.objects.get(key=key),
                email=made[name].email,
                started_at=NOW,
                asked_at=NOW,
                confirmed_at=NOW,
            )
    return made


def _staff(code: str | None, role: str = "administrator") -> Client:
    user = User.objects.create_user(f"{role}-{code}", f"{role}-{code}@example.kz")
    organisation = Organisation.objects.get(code=code) if code else None
    StaffMembership.objects.create(user=user, organisation=organisation, role=role)
    return signed_in(Client(), user)


PAGE = "/office/publishing/"


def _words(answer: Any) -> str:
    return " ".join(answer.content.decode().replace("\u00a0", " ").split())


def test_the_address_is_the_named_one() -> None:
    assert reverse("office_publish") == PAGE


def test_the_portals_staff_see_who_would_get_it_and_send_it(town: dict[str, User]) -> None:
    client = _staff(None)
    shown = client.get(PAGE)
    assert "Refresh" not in shown.headers
    assert "Сейчас будет подготовлено 3 письма." in _words(shown)
    heat = Organisation.objects.get(code="heat")
    assert "подготовлено 1 письмо." in _words(client.get(f"{PAGE}?month=2026-09&organisation={heat.pk}"))
    assert not Publication.objects.exists(), "looking begins nothing"
    sent = client.post(PAGE, {"month": "2026-10"})
    assert sent.status_code == 302
    again = client.post(PAGE, {"month": "2026-10"}, follow=True)
    assert again.headers["Refresh"] == "3"
    assert "выполняется" in _words(again)
    assert "Отправить квитанции" not in _words(again), "the button comes back when it is done"
    assert Publication.objects.count() == 1
    [job] = ProcrastinateJob.objects.filter(task_name="bills.publish")
    jobs.publish(**job.args)
    done = client.get(PAGE)
    assert "Refresh" not in done.headers
    assert "Квитанцию за этот месяц никто не ждёт" in _words(done)
    assert "3 / 3" in _words(done)
    assert Letter.objects.count() == 3
    assert AuditEvent.objects.filter(action="receipts_published").count() == 1


def test_progress_is_shown_while_it_goes(town: dict[str, User], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "BATCH", 1)
    client = _staff(None)
    client.post(PAGE, {"month": "2026-10"})
    publish_batch(Publication.objects.get().pk, now=NOW)
    shown = client.get(PAGE)
    assert '<progress value="1" max="3"' in shown.content.decode()
    assert "1 / 3" in _words(shown)


def test_an_organisations_administrator_publishes_its_own(town: dict[str, User]) -> None:
    client, ours = _staff("heat"), Organisation.objects.get(code="ours")
    shown = _words(client.get(f"{PAGE}?organisation={ours.pk}"))
    assert "подготовлено 1 письмо." in shown
    assert "Все организации" not in shown
    assert client.post(PAGE, {"month": "2026-10", "organisation": str(ours.pk)}).status_code == 404
    assert not Publication.objects.exists()
    assert client.post(PAGE, {"month": "2026-10"}).status_code == 302
    [run] = Publication.objects.all()
    assert run.organisation is not None
    assert run.organisation.code == "heat"
    publishing.publish(run.pk, clock=lambda: NOW)
    assert [row.account.key for row in ReceiptLetter.objects.all()] == ["300"]
    _staff(None).post(PAGE, {"month": "2026-10"})
    assert "выполняется" not in _words(client.get(PAGE)), "the others' are not shown"


def test_operators_and_strangers_find_nothing(town: dict[str, User]) -> None:
    customer = signed_in(Client(), town["alice"])
    for client in (_staff("ours", "operator"), customer, Client()):
        assert client.get(PAGE).status_code == 404
        assert client.post(PAGE, {"month": "2026-10"}).status_code == 404
    assert not Publication.objects.exists()


@pytest.mark.parametrize("month", ["", "2026-13", "2031-01", "october"])
def test_nonsense_begins_nothing(month: str, town: dict[str, User]) -> None:
    answer = _staff(None).post(PAGE, {"month": month})
    assert answer.status_code == 422
    assert "Выберите месяц, за который есть начисления." in _words(answer)
    assert not Publication.objects.exists()
