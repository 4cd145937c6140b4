"""«Мои данные» in the browserless client: consents, files, the thirty days, the page before the cabinet."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from abonent.notices.models import Letter
from abonent.personal_data.models import Deletion, Export
from abonent.portal.profile import Profile
from abonent.users.models import AuditEvent, Consent, ConsentWithdrawal, User
from abonent.users.operations import agree
from tests.users.cast import NOW, PASSWORD, signed_in

Become = Callable[[str], Profile]
Clock = Callable[[timedelta], Any]


def _entered(client: Client, user: User) -> Client:
    """Signed in by the form."""
    user.authenticator_set.all().delete()
    User.objects.filter(pk=user.pk).update(language="ru")
    answer = client.post("/login/", {"login": user.login, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def _send(client: Client, path: str, data: dict[str, str] | None = None) -> Any:
    """Press the button, and give the password when it is asked for."""
    answer = client.post(path, data or {})
    if answer.status_code == 302 and answer["Location"].startswith("/reauthenticate/"):
        answer = client.post(answer["Location"], {"password": PASSWORD})
    return answer


UNDERSTOOD = {"understood": "yes"}


def _page(client: Client, path: str = "/my-data/", status: int = 200) -> str:
    answer = client.get(path, headers={"accept-language": "ru"})
    assert answer.status_code == status, (path, answer.status_code, answer.get("Location"))
    return answer.content.decode()


def test_all_data_are_asked_for_and_fetched(client: Client, dina: User, clock: Clock) -> None:
    _entered(client, dina)
    assert _send(client, "/my-data/export/")["Location"] == "/my-data/"
    export = Export.objects.get()
    page = _page(client)
    assert f"/my-data/export/{export.public_id}.pdf" in page
    answer = client.get(f"/my-data/export/{export.public_id}.json")
    assert answer["Content-Type"] == "application/json"
    assert "attachment" in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    facts = json.loads(answer.content)["facts"]
    assert facts["users"]["profile"][0]["email"] == dina.email
    assert client.get(f"/my-data/export/{export.public_id}.pdf").content.startswith(b"%PDF-")
    actions = list(
        AuditEvent.objects.filter(action__startswith="personal_export").values_list("action", flat=True)
    )
    assert sorted(actions) == ["personal_export_asked", "personal_export_fetched", "personal_export_fetched"]


def test_nobody_fetches_anothers(client: Client, dina: User, alice: User, clock: Clock) -> None:
    _send(_entered(client, dina), "/my-data/export/")
    export = Export.objects.get()
    other = _entered(Client(), alice)
    for kind in ("json", "pdf"):
        assert other.get(f"/my-data/export/{export.public_id}.{kind}").status_code == 404
        assert Client().get(f"/my-data/export/{export.public_id}.{kind}").status_code == 302


@pytest.mark.parametrize("path", ["/my-data/export/", "/my-data/deletion/"])
def test_the_password_is_asked_once_more(client: Client, alice: User, path: str, clock: Clock) -> None:
    _send(_entered(client, alice), "/my-data/deletion/", UNDERSTOOD)
    client.post("/my-data/deletion/cancel/")
    clock(timedelta(minutes=6))
    answer = client.post(path, UNDERSTOOD)
    assert answer["Location"].startswith("/reauthenticate/")
    assert not Export.objects.exists()
    assert not Deletion.objects.filter(cancelled_at=None).exists()


def test_the_deletion_says_what_goes_and_stays_and_is_taken_back(
    client: Client, alice: User, clock: Clock
) -> None:
    _entered(client, alice)
    page = _page(client, "/my-data/deletion/")
    assert "Что будет удалено" in page
    assert "Что останется, но без Вашего имени" in page
    assert _send(client, "/my-data/deletion/").status_code == 422
    assert not Deletion.objects.exists()
    assert _send(client, "/my-data/deletion/", UNDERSTOOD).status_code == 302
    assert "Ваш личный кабинет будет удалён 21.12.2026" in _page(client, "/my-data/deletion/")
    assert client.post("/my-data/deletion/cancel/").status_code == 302
    assert Deletion.objects.get().cancelled_at is not None
    assert "Ваш личный кабинет не будет удалён" in _page(client)


def test_late_in_the_evening_the_day_is_that_of_the_portals_clocks_everywhere(
    client: Client, alice: User, clock: Clock
) -> None:
    """22:00 in Greenwich is the day after in Almaty: page, line above every page and letter say the same."""
    clock(timedelta(hours=13))
    _entered(client, alice)
    _send(client, "/my-data/deletion/", UNDERSTOOD)
    for path in ("/my-data/deletion/", "/my-data/", "/settings/"):
        page = client.get(path, follow=True).content.decode()
        assert "22.12.2026" in page, path
        assert "21.12.2026" not in page, path
    letter = Letter.objects.get(kind="deletion_asked").text
    assert "22.12.2026" in letter
    assert "21.12.2026" not in letter


def test_signing_in_meanwhile_shows_the_way_back(client: Client, alice: User, clock: Clock) -> None:
    _send(_entered(client, alice), "/my-data/deletion/", UNDERSTOOD)
    again = _entered(Client(), alice)
    page = _page(again, "/accounts/")
    assert "Ваш личный кабинет будет удалён 21.12.2026, как Вы просили." in page
    assert 'href="/my-data/deletion/"' in page


def test_who_was_forgotten_signs_in_no_more(client: Client, dina: User, clock: Clock) -> None:
    from abonent.personal_data.operations import forget_due

    _send(_entered(client, dina), "/my-data/deletion/", UNDERSTOOD)
    forget_due(now=NOW + timedelta(days=31))
    assert client.get("/accounts/").status_code == 302, "the session has ended"
    answer = Client().post("/login/", {"login": "dina-login", "password": PASSWORD})
    assert answer.status_code == 200


def test_staff_are_told_to_lose_their_place_first(client: Client, charlie: User, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False
    signed_in(client, charlie)
    assert "Вы — сотрудник портала" in _page(client, "/my-data/deletion/")


# What people agree to


def test_a_portal_without_an_agreement_asks_for_none(client: Client, alice: User, clock: Clock) -> None:
    _entered(client, alice)
    assert client.get("/accounts/").status_code == 200
    assert client.get("/agree/").status_code == 302
    assert "не просили согласия" in _page(client)


def _with_version(settings: Any, version: str) -> None:
    sign_up = settings.PORTAL.sign_up.model_copy(update={"agreement_version": version})
    settings.PORTAL = settings.PORTAL.model_copy(update={"sign_up": sign_up})


def test_another_version_is_asked_for_at_the_next_sign_in(
    client: Client, alice: User, portal_named: Become, settings: Any, clock: Clock
) -> None:
    portal_named("pes")
    agree(user=alice, language="ru", address=None, now=NOW)
    _entered(client, alice)
    assert client.get("/accounts/").status_code == 200
    _with_version(settings, "2027-01")
    assert client.get("/accounts/").status_code == 200, "not in the middle of what one does"
    again = _entered(Client(), alice)
    answer = again.get("/accounts/?page=2")
    assert answer["Location"] == "/agree/?next=%2Faccounts%2F%3Fpage%3D2"
    page = _page(again, answer["Location"])
    assert "2027-01" in page
    assert "тексты изменились" in page
    assert "agree_personal_data" not in page, "that one is agreed to already"
    marks = "agreement=2027-01 personal_data=2026-01"
    sent = {"documents": marks, "next": "/accounts/"}
    assert again.post("/agree/", sent).status_code == 422, "a box is not ticked"
    assert (
        again.post(
            "/agree/", {**sent, "agree_agreement": "yes", "documents": "agreement=2026-01"}
        ).status_code
        == 422
    )
    assert again.post("/agree/", {**sent, "agree_agreement": "yes"})["Location"] == "/accounts/"
    assert again.get("/accounts/").status_code == 200
    assert Consent.objects.filter(user=alice, document="agreement").count() == 2


def test_who_has_not_agreed_still_leaves_takes_the_data_and_deletes(
    client: Client, alice: User, portal_named: Become, clock: Clock
) -> None:
    portal_named("pes")
    _entered(client, alice)
    assert client.get("/settings/")["Location"].startswith("/agree/")
    for path in ("/my-data/", "/my-data/deletion/", "/agreement/", "/agree/", "/logout/"):
        _page(client, path)
    assert _send(client, "/my-data/export/")["Location"] == "/my-data/"
    assert _send(client, "/my-data/deletion/", UNDERSTOOD)["Location"] == "/my-data/deletion/"
    assert client.post("/my-data/deletion/cancel/")["Location"] == "/my-data/"
    assert client.post("/logout/").status_code == 302


def test_nobody_is_led_elsewhere_by_the_next_page(
    client: Client, alice: User, portal_named: Become, clock: Clock
) -> None:
    portal_named("pes")
    _entered(client, alice)
    for evil in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        page = _page(client, f"/agree/?next={evil}")
        assert '<input type="hidden" name="next" value="/">' in page


def test_a_consent_is_withdrawn_by_a_row_of_its_own_and_asked_for_again(
    client: Client, alice: User, portal_named: Become, clock: Clock, letters: Callable[[], list[Letter]]
) -> None:
    portal_named("pes")
    agree(user=alice, language="ru", address=None, now=NOW)
    _entered(client, alice)
    page = _page(client)
    assert "Личный кабинет показывает сведения" in page, "the text as it was agreed to"
    consent = Consent.objects.get(document="personal_data")
    path = f"/my-data/consents/{consent.pk}/withdraw/"
    assert "Отозвать согласие?" in _page(client, path)
    assert client.post(path).status_code == 302
    assert ConsentWithdrawal.objects.get().consent_id == consent.pk
    alice.refresh_from_db()
    assert alice.agreed_to == "agreement=2026-01"
    assert client.get("/accounts/")["Location"].startswith("/agree/")
    assert "тексты изменились" not in _page(client, "/agree/"), "it was withdrawn"
    assert _page(client).count("Отозвано") >= 1
    assert client.post(path).status_code == 404
    other = _entered(Client(), alice)
    sent = {"documents": "agreement=2026-01 personal_data=2026-01", "agree_personal_data": "yes"}
    assert other.post("/agree/", sent).status_code == 302
    assert Consent.objects.filter(document="personal_data").count() == 2


def test_nobody_withdraws_anothers_consent(
    client: Client, alice: User, dina: User, portal_named: Become, clock: Clock
) -> None:
    portal_named("pes")
    consent = Consent.objects.get(user=dina)
    signed_in(client, alice)
    assert client.post(f"/my-data/consents/{consent.pk}/withdraw/").status_code == 404
    assert not ConsentWithdrawal.objects.exists()
