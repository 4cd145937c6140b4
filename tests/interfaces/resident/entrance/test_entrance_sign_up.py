"""Signing up: what each profile asks, what becomes of it, and what strangers learn by it (nothing)."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from captcha.models import CaptchaStore
from django.test import Client

from abonent.accounts.models import Account, AccountLink, LastPayment, LinkAttempt
from abonent.notices.models import Letter
from abonent.portal.models import Organisation
from abonent.portal.profile import Profile
from abonent.users.models import AuditEvent, Consent, User
from tests.users.cast import PASSWORD, link_in

Become = Callable[[str], Profile]
Letters = Callable[[], list[Letter]]
Clock = Callable[[timedelta], datetime]
pytestmark = pytest.mark.django_db

DANA = {
    "login": "dana",
    "email": "Dana@Example.kz",
    "full_name": "Дана Ким",
    "password": PASSWORD,
    "password_again": PASSWORD,
}


def _send(client: Client, facts: dict[str, str], language: str = "ru", **more: str) -> Any:
    return client.post(
        "/signup/",
        urlencode(facts),
        content_type="application/x-www-form-urlencoded",
        headers={"accept-language": language},
        **more,
    )


def _captcha() -> dict[str, str]:
    """A picture's code, as somebody reads it."""
    key = CaptchaStore.generate_key()
    return {"captcha_0": key, "captcha_1": CaptchaStore.objects.get(hashkey=key).response}


def _pes(**change: str) -> dict[str, str]:
    agreed = {"agreement": "on", "consent_personal_data": "on"}
    facts = {**DANA, "login": "Дана-_1", "phone": "+7(701)2345678", **agreed, **_captcha()}
    return {**facts, **change}


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("aes", ["login", "email", "full_name", "password", "password_again"]),
        (
            "pes",
            [
                *["login", "password", "password_again", "email", "phone"],
                *["agreement", "consent_personal_data", "captcha_0", "captcha_1"],
            ],
        ),
        ("housing", ["email", "password", "password_again"]),
        ("alseco", ["login", "email", "password", "password_again", "number", "payment_amount"]),
    ],
)
def test_each_profile_asks_its_fields_in_its_order(
    client: Client, portal_named: Become, code: str, asked: list[str]
) -> None:
    portal_named(code)
    page = client.get("/signup/", headers={"accept-language": "ru"}).content.decode()
    form = page[page.index('id="page-form"') : page.index("</form>", page.index('id="page-form"'))]
    names = re.findall(r'<input type="(?:text|email|password|tel|checkbox|hidden)" name="(\w+)"', form)
    assert [name for name in names if name != "csrfmiddlewaretoken"] == asked
    assert form.count('autocomplete="new-password"') == 2


def test_phone_is_the_only_field_without_a_star_in_pes(client: Client, portal_named: Become) -> None:
    portal_named("pes")
    page = client.get("/signup/", headers={"accept-language": "ru"}).content.decode()
    without = re.findall(r"<label for=\"id_(\w+)\">(?:(?!</label>).)*?</label>", page)
    starred = re.findall(r"<label for=\"id_(\w+)\">(?:(?!</label>|star).)*<span class=\"star\"", page)
    assert set(without) - set(starred) == {"phone"}


def test_a_stranger_becomes_a_user_and_reads_what_happened(client: Client, letters: Letters) -> None:
    response = _send(client, DANA)
    assert response.status_code == 302
    assert response["Location"] == "/signup/done/"
    page = client.get(response["Location"], headers={"accept-language": "ru"}).content.decode()
    assert "до подтверждения адреса функциональность личного кабинета будет ограничена!" in page
    user = User.objects.get()
    assert (user.login, user.email, user.full_name, user.language) == (
        "dana",
        "dana@example.kz",
        "Дана Ким",
        "ru",
    )
    assert not user.email_confirmed
    assert user.check_password(PASSWORD)
    [letter] = letters()
    assert (letter.kind, letter.to, letter.language) == ("confirm_email", "dana@example.kz", "ru")
    assert link_in(letter).startswith("/confirm-email/")
    assert client.get("/").status_code == 302, "signing up signs nobody in"
    assert AuditEvent.objects.filter(action="sign_up", actor=user).exists()


def test_pes_keeps_the_consents_with_their_texts_and_the_phone(client: Client, portal_named: Become) -> None:
    portal_named("pes")
    assert _send(client, _pes()).status_code == 302
    user = User.objects.get()
    assert (user.login, user.phone) == ("Дана-_1", "+77012345678")
    consents = list(Consent.objects.filter(user=user).select_related("text").order_by("document"))
    assert [(one.document, one.version) for one in consents] == [
        ("agreement", "2026-01"),
        ("personal_data", "2026-01"),
    ]
    assert user.agreed_to == "agreement=2026-01 personal_data=2026-01"
    agreement, personal_data = (one.text for one in consents)
    assert agreement is not None
    assert personal_data is not None
    assert agreement.text.startswith("Личный кабинет показывает сведения")
    assert personal_data.text.startswith("Согласие на обработку персональных данных\n\nЯ даю согласие")
    assert personal_data.language == "ru"


@pytest.mark.parametrize(
    "change",
    [
        {"captcha_1": "000000x"},
        {"captcha_1": ""},
        {"agreement": ""},
        {"consent_personal_data": ""},
        {"phone": "12345"},
        {"login": "два слова"},
        {"login": "ab"},
        {"login": "x" * 31},
        {"login": "dana<script>"},
        {"email": "not an address"},
        {"password_again": "another password"},
        {"password_again": ""},
    ],
)
def test_pes_refuses_what_is_wrong(client: Client, portal_named: Become, change: dict[str, str]) -> None:
    portal_named("pes")
    facts = {name: value for name, value in _pes(**change).items() if value}
    response = _send(client, facts)
    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()
    assert PASSWORD not in response.content.decode()
    assert not User.objects.exists()


def test_a_picture_counts_once(client: Client, portal_named: Become) -> None:
    portal_named("pes")
    first = _pes()
    assert _send(client, first).status_code == 302
    again = {**first, "login": "another", "email": "another@example.kz"}
    assert _send(client, again).status_code == 200
    assert User.objects.count() == 1


def test_the_picture_shows_six_digits(portal_named: Become) -> None:
    portal_named("pes")
    assert re.fullmatch(r"\d{6}", _captcha()["captcha_1"])


def test_another_picture_without_a_script_keeps_what_was_typed(client: Client, portal_named: Become) -> None:
    portal_named("pes")
    facts = _pes(another_picture="1")
    page = _send(client, facts).content.decode()
    assert 'value="Дана-_1"' in page
    assert PASSWORD not in page
    assert facts["captcha_0"] not in page
    assert not User.objects.exists()


def test_switching_the_language_keeps_what_was_typed(client: Client) -> None:
    page = _send(client, {**DANA, "switch_language": "kk"}).content.decode()
    assert '<html lang="kk"' in page
    assert 'value="dana"' in page
    assert PASSWORD not in page
    assert not User.objects.exists()


def test_housing_signs_up_by_email_and_signs_in_by_it(client: Client, portal_named: Become) -> None:
    portal_named("housing")
    facts = {name: DANA[name] for name in ("email", "password", "password_again")}
    assert _send(client, facts).status_code == 302
    response = client.post("/login/", {"login": "DANA@example.kz", "password": PASSWORD})
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(User.objects.get().pk)


# The account proven in the same form


@pytest.fixture
def account(db: None) -> Account:
    organisation = Organisation.objects.create(code="alseco", name_ru="АЛСЕКО")
    account = Account.objects.create(
        number="0012345", key="12345", organisation=organisation, payer="Ким Дана", address="Алматы"
    )
    LastPayment.objects.create(account=account, paid_on=date(2026, 10, 20), amounts=[Decimal("5400.00")])
    return account


def _alseco(**change: str) -> dict[str, str]:
    return {**DANA, "number": "0012345", "payment_amount": "5400,00", **change}


def test_alseco_proves_the_account_in_the_same_form(
    client: Client, portal_named: Become, account: Account
) -> None:
    portal_named("alseco")
    assert _send(client, _alseco()).status_code == 302
    link = AccountLink.objects.get()
    assert (link.user, link.account) == (User.objects.get(), account)


def test_alseco_has_two_parts_in_the_manuals_words(client: Client, portal_named: Become) -> None:
    portal_named("alseco")
    for language, words in (
        ("ru", ["Информация для входа", "Проверочная информация"]),
        ("kk", ["Кіру үшін ақпарат", "Тексеру ақпараты"]),
    ):
        page = client.get("/signup/", headers={"accept-language": language}).content.decode()
        assert all(f"<legend><h2>{word}</h2></legend>" in page for word in words)


@pytest.mark.parametrize("change", [{"payment_amount": "5400,01"}, {"number": "999"}])
def test_a_failing_proof_makes_nobody_and_says_one_thing(
    client: Client, portal_named: Become, account: Account, change: dict[str, str]
) -> None:
    portal_named("alseco")
    page = _send(client, _alseco(**change)).content.decode()
    assert "не соответствуют нашим данным" in page
    assert not User.objects.exists()
    assert not Letter.objects.exists()
    assert LinkAttempt.objects.get().outcome == "mismatch"


@pytest.mark.parametrize("change", [{"payment_amount": ""}, {"payment_amount": "0"}, {"number": ""}])
def test_what_cannot_be_a_proof_is_not_tried(
    client: Client, portal_named: Become, account: Account, change: dict[str, str]
) -> None:
    portal_named("alseco")
    assert _send(client, _alseco(**change)).status_code == 200
    assert not User.objects.exists()
    assert not LinkAttempt.objects.exists()


def test_a_taken_login_leaves_the_account_unlinked(
    client: Client, portal_named: Become, account: Account, alice: User
) -> None:
    portal_named("alseco")
    assert _send(client, _alseco(login="ALICE")).status_code == 200
    assert not AccountLink.objects.exists()
    assert User.objects.count() == 1


# Nobody learns who is known


def test_a_known_address_is_answered_like_an_unknown_one(
    client: Client, alice: User, letters: Letters
) -> None:
    unknown = _send(client, DANA)
    known = _send(client, {**DANA, "login": "dana2", "email": alice.email})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [letter.kind for letter in letters()] == ["confirm_email", "already_registered"]
    assert letters()[1].to == alice.email
    assert "alice" in letters()[1].text, "the reader of the mailbox is told their login"
    for login in ("dana", "dana2"):  # nor does signing in tell them apart
        assert Client().post("/login/", {"login": login, "password": PASSWORD}).status_code == 302


def test_with_sign_in_by_email_too(client: Client, portal_named: Become, alice: User) -> None:
    portal_named("housing")
    facts = {"email": alice.email, "password": "quite another one", "password_again": "quite another one"}
    assert _send(client, facts)["Location"] == "/signup/done/"
    stranger, owner = Client(), Client()
    assert (
        stranger.post("/login/", {"login": alice.email, "password": "quite another one"}).status_code == 302
    )
    assert owner.post("/login/", {"login": alice.email, "password": PASSWORD}).status_code == 302
    assert owner.session["_auth_user_id"] == str(alice.pk)
    assert stranger.session["_auth_user_id"] != str(alice.pk)


def test_an_address_is_claimed_twice_at_most_and_nobody_notices(
    client: Client, portal_named: Become, clock: Clock, letters: Letters
) -> None:
    portal_named("housing")
    facts = {name: DANA[name] for name in ("email", "password", "password_again")}
    answers = [_send(client, facts)["Location"] for _ in range(4)]
    assert set(answers) == {"/signup/done/"}
    assert User.objects.count() == 2
    assert [letter.kind for letter in letters()][2:] == ["already_registered"] * 2


def test_of_two_who_gave_an_address_the_reader_of_the_mailbox_has_it(
    client: Client, letters: Letters
) -> None:
    _send(client, DANA)
    _send(client, {**DANA, "login": "mallory"})
    first, second = letters()
    assert client.post(link_in(first)).status_code in (200, 302)
    assert (
        "уже принадлежит" in client.post(link_in(second), headers={"accept-language": "ru"}).content.decode()
    )
    assert User.objects.get(login="dana").email_confirmed
    assert not User.objects.get(login="mallory").email_confirmed


def test_a_taken_login_is_said_in_any_case(client: Client, alice: User) -> None:
    page = _send(client, {**DANA, "login": "Alice"}).content.decode()
    assert "занят" in page
    assert User.objects.count() == 1


# Passwords and limits


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "password1",
        "qwertyuiop",
        "АлматыЭнергоСбыт",
        "алматыэнергосбыт2026!",
        "dana-dana",
        "870123456789",
    ],
)
def test_bad_passwords_are_refused_at_their_field(client: Client, password: str) -> None:
    login = "dana-dana"
    response = _send(client, {**DANA, "login": login, "password": password, "password_again": password})
    page = response.content.decode()
    assert 'id="id_password-error"' in page
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "password",
    [
        "only small letters",
        "90817263544536271809",
        "  spaces at the ends  ",
        "ә" * 64,
        "x y" * 60,
        "Тоғыз қоңыр аққу",
    ],
)
def test_good_passwords_are_kept_as_they_are(client: Client, password: str) -> None:
    assert _send(client, {**DANA, "password": password, "password_again": password}).status_code == 302
    user = User.objects.get()
    assert user.check_password(password)
    assert not user.check_password(password.strip().upper() + "!")
    assert not user.check_password(password[:-1])


def test_five_an_hour_and_an_honest_page(client: Client, clock: Clock) -> None:
    def one(number: int, address: str = "203.0.113.5") -> int:
        facts = {**DANA, "login": f"dana{number}", "email": f"dana{number}@example.kz"}
        status: int = _send(client, facts, REMOTE_ADDR=address).status_code
        return status

    assert [one(number) for number in range(6)] == [302] * 5 + [429]
    page = _send(client, DANA, REMOTE_ADDR="203.0.113.5").content.decode()
    assert "Попробуйте ещё раз через час" in page
    assert one(10, "203.0.113.6") == 302, "another address is not concerned"
    assert AuditEvent.objects.filter(action="sign_up_limited").count() == 2
    clock(timedelta(hours=1, seconds=1))
    assert one(11) == 302


def test_twenty_a_day(client: Client, clock: Clock) -> None:
    made = 0
    for hour in range(6):
        clock(timedelta(hours=hour, seconds=hour))
        for number in range(5):
            facts = {**DANA, "login": f"d{hour}-{number}", "email": f"d{hour}-{number}@example.kz"}
            made += _send(client, facts).status_code == 302
    assert made == 20


def test_mistakes_are_not_counted_as_sign_ups(client: Client, clock: Clock) -> None:
    for _ in range(10):
        assert _send(client, {**DANA, "password_again": "typo"}).status_code == 200
    assert _send(client, DANA).status_code == 302


def test_a_forged_form_is_refused() -> None:
    assert _send(Client(enforce_csrf_checks=True), DANA).status_code == 403
    assert not User.objects.exists()


def test_the_signed_in_are_sent_home(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/signup/")["Location"] == "/"
