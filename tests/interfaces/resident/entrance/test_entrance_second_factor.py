"""Second factors: optional for customers, the only way in for staff."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client

from abonent.notices.models import Letter
from abonent.users.models import AuditEvent, User
from tests.users.cast import PASSWORD, signed_in

Letters = Callable[[], list[Letter]]
Clock = Callable[[timedelta], datetime]
SECRET = "JBSWY3DPEHPK3PXP"
pytestmark = pytest.mark.django_db


def _code(secret: str = SECRET) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def _prove(client: Client, path: str) -> Any:
    """Open a page that asks for the password once more, and give it."""
    asked = client.get(path)
    assert asked["Location"].startswith("/reauthenticate/")
    return client.post(asked["Location"], {"password": PASSWORD, "next": path}, follow=True)


@pytest.fixture
def totp(alice: User, clock: Clock) -> Authenticator:
    return TOTP.activate(alice, SECRET).instance


def test_setting_up_an_app_asks_for_the_password_and_is_told(
    client: Client, alice: User, letters: Letters, clock: Clock, django_capture_on_commit_callbacks: Any
) -> None:
    signed_in(client, alice)
    before = client.session.session_key
    page = _prove(client, "/security/totp/").content.decode()
    assert client.session.session_key != before, "a new key when one proves oneself again"
    assert '<img class="qr" src="data:image/svg+xml;base64,' in page
    [secret] = set(re.findall(r"<code>([A-Z2-7]{16,})</code>", page))
    assert client.post("/security/totp/", {"code": "000000"}).status_code == 200
    assert not Authenticator.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post("/security/totp/", {"code": _code(secret)})
    assert response["Location"] == "/security/codes/"
    codes = client.get("/security/codes/").content.decode()
    assert len(re.findall(r"<li><code>\w+</code></li>", codes)) == 10
    assert "second_factor_changed" in {one.kind for one in letters()}
    assert secret not in "".join(one.text for one in letters())
    assert AuditEvent.objects.filter(action="totp_activated", actor=alice).exists()


def test_signing_in_then_needs_the_code(client: Client, alice: User, totp: Authenticator) -> None:
    response = client.post("/login/", {"login": "alice", "password": PASSWORD})
    assert response["Location"].startswith("/login/second-step/")
    assert client.get("/settings/").status_code == 302, "not in yet"
    page = client.post("/login/second-step/", {"code": "000000"}, headers={"accept-language": "ru"})
    assert "Код неверен." in page.content.decode()
    code = _code()
    assert client.post("/login/second-step/", {"code": code})["Location"] == "/"
    assert client.get("/settings/").status_code == 200
    other = Client()
    other.post("/login/", {"login": "alice", "password": PASSWORD})
    assert other.post("/login/second-step/", {"code": code}).status_code == 200, "a code counts once"


def test_codes_are_limited(client: Client, alice: User, totp: Authenticator) -> None:
    client.post("/login/", {"login": "alice", "password": PASSWORD})
    for _ in range(5):
        client.post("/login/second-step/", {"code": "000000"})
    page = client.post("/login/second-step/", {"code": _code()}, headers={"accept-language": "ru"})
    assert "Слишком много" in page.content.decode()


def test_a_recovery_code_counts_once(client: Client, alice: User, totp: Authenticator) -> None:
    code = RecoveryCodes.activate(alice).get_unused_codes()[0]
    for expected in (302, 200):
        one = Client()
        one.post("/login/", {"login": "alice", "password": PASSWORD})
        assert one.post("/login/second-step/", {"code": code}).status_code == expected


def test_a_forgotten_password_does_not_skip_the_second_factor(
    client: Client, alice: User, totp: Authenticator, letters: Letters
) -> None:
    client.post("/password/reset/", {"email": alice.email})
    path = "/password/reset/" + letters()[-1].text.split("/password/reset/")[1].split()[0]
    page = client.get(path, follow=True)
    client.post(
        page.request["PATH_INFO"], {"password1": "a new and long one", "password2": "a new and long one"}
    )
    response = client.post("/login/", {"login": "alice", "password": "a new and long one"})
    assert response["Location"].startswith("/login/second-step/")


def test_one_person_cannot_remove_anothers_passkey(client: Client, alice: User, bob: User) -> None:
    key = Authenticator.objects.create(user=alice, type=Authenticator.Type.WEBAUTHN, data={})
    signed_in(client, bob)
    page = _prove(client, f"/security/passkeys/{key.pk}/remove/")
    assert page.status_code == 404
    assert client.post(f"/security/passkeys/{key.pk}/remove/").status_code == 404
    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_passkey_pages_say_that_they_need_a_script_and_hold_none_inline(client: Client, alice: User) -> None:
    signed_in(client, alice)
    page = _prove(client, "/security/passkeys/add/").content.decode()
    assert "<noscript>" in page
    inline = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", page)
    assert inline
    assert all('type="application/json"' in one for one in inline)


def test_the_sign_in_by_passkey_offers_a_challenge(client: Client, db: None) -> None:
    answer = client.get("/login/passkey/", headers={"accept": "application/json"}).json()
    assert answer["request_options"]["publicKey"]["challenge"]


# Staff


def test_staff_without_a_second_factor_may_only_set_one_up(client: Client, charlie: User) -> None:
    signed_in(client, charlie)
    for path in ("/", "/settings/", "/accounts/", "/password/", "/sessions/"):
        assert client.get(path)["Location"] == "/security/", path
    page = client.get("/security/").content.decode()
    assert "Сотрудникам нужен второй фактор" in page
    assert _prove(client, "/security/totp/").status_code == 200
    assert client.post("/logout/").status_code == 302


def test_staff_with_one_go_on(client: Client, charlie: User, clock: Clock) -> None:
    TOTP.activate(charlie, SECRET)
    client.post("/login/", {"login": "charlie", "password": PASSWORD})
    assert client.post("/login/second-step/", {"code": _code()}).status_code == 302
    assert client.get("/settings/").status_code == 200


def test_recovery_codes_alone_are_no_second_factor_of_staff(client: Client, charlie: User) -> None:
    RecoveryCodes.activate(charlie)
    signed_in(client, charlie)
    assert client.get("/settings/")["Location"] == "/security/"


def test_customers_may_go_without(client: Client, alice: User) -> None:
    signed_in(client, alice)
    assert client.get("/settings/").status_code == 200


def test_the_demo_asks_staff_for_none(client: Client, charlie: User, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False
    signed_in(client, charlie)
    assert client.get("/settings/").status_code == 200
