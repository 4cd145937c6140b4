"""Every URL of the map, asked by every role: a new URL that is not in the table fails.

The account is alice's; bob lives with her and is linked to it too; charlie has an account of his own and no
link to theirs; a visitor is not signed in; dana is staff of another organisation, erlan of the account's.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from captcha.conf import settings as captcha
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from abonent.accounts import not_me
from abonent.accounts.models import Account, AccountLink
from abonent.announcements import wish_links
from abonent.announcements.models import Announcement
from abonent.bills import subscription_links
from abonent.bills.models import ReceiptSubscription
from abonent.exchange.operations import import_bundle
from abonent.metering import reading_links
from abonent.metering.models import Meter, Photo, ReadingLink, Submission, SubmittedReading
from abonent.payments.models import Payment, PaymentPart
from abonent.portal.models import Organisation
from abonent.service_requests.models import (
    RequestDraftFile,
    RequestEvent,
    RequestFile,
    ServiceRequest,
)
from abonent.users import invitation_links
from abonent.users.models import StaffInvitation, StaffMembership, User

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ROLES = ("visitor", "charlie", "bob", "alice", "dana", "erlan")
Answers = tuple[int | str, ...]
SIGN_IN = "sign in"  # sent to the sign-in page

BUNDLE = {
    "organisations": "code,name_ru\nours,Наш\ntheirs,Чужой\n",
    "services": "code,organisation,name_ru\npower,ours,Электроэнергия\n",
    "accounts": "number,organisation,payer,address\n"
    "000700,ours,Ким Алиса,Абая 1\n000900,theirs,Ли Чарли,Абая 2\n",
    "meters": "account,service,serial\n000700,power,M-1\n",
    "charges": "account,month,service,opening,accrued,corrections,paid,closing\n"
    "000700,2026-10,power,0.00,100.00,0.00,0.00,100.00\n",
}

NONE: Answers = (404,) * 6
GONE: Answers = (410,) * 6
ONLY_GET: Answers = (405,) * 6
TOO_LARGE: Answers = (413,) * 6
ONLY_POST: Answers = (405,) * 6
ALL: Answers = (200,) * 6
NOT_TAKEN: Answers = (422,) * 6
SENT_ON: Answers = (302,) * 6
#: Signing in and up: for those who are not.
ENTRANCE: Answers = (200, 302, 302, 302, 302, 302)
#: A page about oneself, whoever one is.
OWN: Answers = (SIGN_IN, 200, 200, 200, 200, 200)
OWN_DONE: Answers = (SIGN_IN, 302, 302, 302, 302, 302)
OWN_ABSENT: Answers = (SIGN_IN, 404, 404, 404, 404, 404)
OWN_ONLY_GET: Answers = (SIGN_IN, 405, 405, 405, 405, 405)
#: A page about the account: whoever is linked to it, and nobody else. Staff look through the office.
LINKED: Answers = (SIGN_IN, 404, 200, 200, 404, 404)
LINKED_DONE: Answers = (SIGN_IN, 404, 302, 302, 404, 404)
#: alice's link may be ended by bob, who sees the account too; she herself deletes it from her list.
CO_RESIDENT: Answers = (SIGN_IN, 404, 200, 404, 404, 404)
CO_RESIDENT_DONE: Answers = (SIGN_IN, 404, 302, 404, 404, 404)
#: alice made the payment: nobody else sees it, whoever shares the account with her.
PAYER: Answers = (SIGN_IN, 404, 404, 200, 404, 404)
PAYER_DONE: Answers = (SIGN_IN, 404, 404, 302, 404, 404)
#: The office, and the office about this account: its organisation's staff.
STAFF: Answers = (404, 404, 404, 404, 200, 200)
STAFF_DONE: Answers = (404, 404, 404, 404, 302, 302)
STAFF_NOT_TAKEN: Answers = (404, 404, 404, 404, 422, 422)
STAFF_OF_IT: Answers = (404, 404, 404, 404, 404, 200)
STAFF_OF_IT_NOT_TAKEN: Answers = (404, 404, 404, 404, 404, 422)
STAFF_OF_IT_DONE: Answers = (404, 404, 404, 404, 404, 302)

#: Of machines: whoever is not the bank hears nothing.
REFUSED: Answers = (403,) * 6

#: URL name -> the answers to GET and to an empty POST, in the order of ROLES.
TABLE: dict[str, tuple[Answers, Answers]] = {
    "ui:asset": (NONE, ONLY_GET),
    "ui:manifest": (ALL, ONLY_GET),
    "ui:language": (ONLY_POST, SENT_ON),
    "ui:display": (ONLY_POST, SENT_ON),
    "ui:too_large": (TOO_LARGE, ONLY_GET),
    "ui:bundle_too_large": (TOO_LARGE, ONLY_GET),
    "account_login": (ENTRANCE, ENTRANCE),
    "account_logout": ((SIGN_IN, 200, 200, 200, 200, 200), (SIGN_IN,) * 6),
    "account_inactive": (ALL, ONLY_GET),
    "account_signup": (ENTRANCE, ENTRANCE),
    "account_signup_done": (ALL, ONLY_GET),
    "agreement": (NONE, ONLY_GET),  # AES has none
    "account_confirm_email": (ALL, NONE),
    "account_reset_password": (ALL, ALL),
    "account_reset_password_done": (ALL, ONLY_GET),
    "account_reset_password_from_key": (ALL, ALL),
    "account_reset_password_from_key_done": (ALL, ONLY_GET),
    "account_reauthenticate": (OWN, OWN),
    "captcha-image": (GONE, GONE),
    "captcha-image-2x": (GONE, GONE),
    "captcha-audio": (GONE, GONE) if captcha.CAPTCHA_FLITE_PATH else (NONE, NONE),  # where flite is installed
    "captcha-refresh": (NONE, NONE),
    "password": (OWN, OWN),
    "email": (OWN, OWN_DONE),
    "email_resend": (ONLY_POST, OWN_DONE),
    "settings": (OWN, OWN),
    "contact_details": (OWN, OWN),
    "sessions": (OWN, ONLY_GET),
    "session_end": (ONLY_POST, OWN_DONE),
    "sessions_end_others": (ONLY_POST, OWN_DONE),
    "mfa_index": (OWN, OWN_ONLY_GET),
    "mfa_activate_totp": (OWN_DONE, OWN_DONE),  # to prove oneself first, as with the others below
    "mfa_deactivate_totp": (OWN_ABSENT, OWN_ABSENT),
    "mfa_view_recovery_codes": (OWN_ABSENT, OWN_ONLY_GET),
    "mfa_generate_recovery_codes": (OWN_DONE, OWN_DONE),
    "mfa_download_recovery_codes": (OWN_ABSENT, OWN_ABSENT),
    "mfa_list_webauthn": (OWN, OWN_ONLY_GET),
    "mfa_add_webauthn": (OWN_DONE, OWN_DONE),
    "mfa_remove_webauthn": (OWN_DONE, OWN_DONE),
    "mfa_authenticate": (OWN_DONE, OWN_DONE),
    "mfa_login_webauthn": (OWN_DONE, OWN_DONE),
    "mfa_reauthenticate": (OWN_DONE, OWN_DONE),
    "mfa_reauthenticate_webauthn": (OWN_DONE, OWN_DONE),
    "agree": (OWN_DONE, OWN_DONE),  # AES asks for nothing: on to the cabinet
    "my_data": (OWN, ONLY_GET),
    "consent_withdraw": (OWN_ABSENT, OWN_ABSENT),
    "export_ask": (OWN_DONE, OWN_DONE),  # to prove oneself first
    "export_json": (OWN_ABSENT, ONLY_GET),
    "export_pdf": (OWN_ABSENT, ONLY_GET),
    "deletion": (OWN, OWN_DONE),
    "deletion_cancel": (ONLY_POST, OWN_DONE),
    "accounts": (OWN, ONLY_GET),
    "account_add": (OWN, OWN),
    "link_not_me": (ALL, ALL),  # whoever holds the signed link
    "reading_link": (ALL, NOT_TAKEN),  # whoever holds the letter; its empty form is sent back
    "readings_ics": (LINKED, ONLY_GET),
    "reading_reminders": (ONLY_POST, LINKED_DONE),
    "account_delete": (LINKED, LINKED_DONE),
    "account_confirm": (OWN_ABSENT, OWN_ABSENT),  # no link of theirs is limited
    "account_people": (LINKED, ONLY_GET),
    "account_link_end": (CO_RESIDENT, CO_RESIDENT_DONE),
    "service_worker": (ALL, ONLY_GET),
    "offline": (ALL, ONLY_GET),
    "offline_door": (ALL, ONLY_GET),
    "readings_offline": (ONLY_POST, LINKED),
    "home": (OWN_DONE, ONLY_GET),
    "site_map": (OWN, ONLY_GET),
    "account": (LINKED, ONLY_GET),
    "services": (LINKED, ONLY_GET),
    "service_statement": (LINKED, ONLY_GET),
    "service_statement_pdf": (LINKED, ONLY_GET),
    "why": (LINKED, ONLY_GET),
    "consumption": (LINKED, ONLY_GET),
    "consumption_csv": (LINKED, ONLY_GET),
    "calculator": (LINKED, LINKED),
    "what_if": (LINKED, ONLY_GET),
    "readings": (LINKED, ONLY_GET),
    "readings_new": (LINKED, LINKED),
    "submission": (LINKED, ONLY_GET),
    "submission_photo": (LINKED, ONLY_GET),
    "payments": (LINKED, ONLY_GET),
    "pay": (OWN, ONLY_GET),
    "pay_check": (OWN_DONE, OWN_DONE),  # without a form it leads to the form
    "payment": (PAYER, PAYER_DONE),
    "payment_go": (PAYER_DONE, ONLY_GET),
    "payment_pdf": (PAYER, ONLY_GET),
    "receipts": (LINKED, ONLY_GET),
    "bill": (LINKED, ONLY_GET),
    "receipt_pdf": (LINKED, ONLY_GET),
    "receipt_back_pdf": (LINKED, ONLY_GET),
    "receipt_subscription": (LINKED, LINKED_DONE),
    "requests": (LINKED, ONLY_GET),
    "service_request_kinds": (LINKED, ONLY_GET),
    "service_request_new": (LINKED, LINKED),
    "service_request_check": (LINKED_DONE, LINKED_DONE),  # without a form it leads to the form
    "service_request_draft": (PAYER, ONLY_GET),  # not sent yet: nobody else's
    "service_request": (LINKED, LINKED),
    "service_request_filed": (LINKED, ONLY_GET),
    "service_request_cancel": (LINKED, LINKED_DONE),
    "service_request_reopen": (LINKED_DONE, LINKED_DONE),  # it is open: back to it
    "service_request_rate": (LINKED_DONE, LINKED_DONE),
    "service_request_file": (LINKED, ONLY_GET),
    "receipt_confirm": (ALL, ALL),  # whoever holds the letter
    "staff_invitation": (ALL, ALL),  # whoever holds the letter; accepted by the one it went to
    "receipt_unsubscribe": (ALL, ALL),
    "notices_unsubscribe": (ALL, ALL),  # whoever holds the letter
    "notice_wish": (OWN, OWN_DONE),
    "office_home": (STAFF, ONLY_GET),
    "office_account": (STAFF_OF_IT, ONLY_GET),
    "office_code": (ONLY_POST, STAFF_OF_IT),
    "office_link_end": (STAFF_OF_IT, STAFF_OF_IT_DONE),
    "office_link_confirm": (ONLY_POST, STAFF_OF_IT_DONE),
    "office_find": (STAFF, STAFF),
    "office_look": (STAFF_OF_IT, STAFF_OF_IT),  # without a reason it asks again
    "office_look_end": (ONLY_POST, STAFF_DONE),
    "office_sessions_end": (STAFF_OF_IT, STAFF_OF_IT_DONE),
    "office_staff": (STAFF, ONLY_GET),
    "office_staff_add": (STAFF, STAFF),
    "office_staff_invitation_revoke": (ONLY_POST, STAFF_OF_IT_DONE),
    "office_staff_member": (STAFF_OF_IT, STAFF_OF_IT),
    "office_staff_remove": (STAFF_OF_IT, STAFF_OF_IT_DONE),
    "office_staff_sessions": (ONLY_POST, STAFF_OF_IT_DONE),
    "office_requests": (STAFF, STAFF),
    "office_request": (STAFF_OF_IT, ONLY_GET),
    "office_request_act": (ONLY_POST, STAFF_OF_IT_DONE),
    "office_request_file": (STAFF_OF_IT, ONLY_GET),
    "office_readings": (STAFF, ONLY_GET),
    "office_readings_decide": (ONLY_POST, STAFF_DONE),
    "office_reading_photo": (STAFF_OF_IT, ONLY_GET),
    "office_unmatched": (NONE, ONLY_GET),
    "office_unmatched_resolve": (ONLY_POST, NONE),
    "office_closed_tries": (STAFF, ONLY_GET),
    "office_closed_tries_codes": (ONLY_POST, STAFF_DONE),
    "office_closed_tries_handled": (ONLY_POST, STAFF_DONE),
    "office_payments": (STAFF, STAFF),
    "office_payment": (STAFF_OF_IT, ONLY_GET),
    "office_payment_ask": (ONLY_POST, STAFF_OF_IT_DONE),
    "office_payment_refund": (ONLY_POST, STAFF_OF_IT),
    "office_registries": (NONE, ONLY_GET),  # of the portal's own staff; dana and erlan serve organisations
    "office_registry": (NONE, ONLY_GET),
    "office_registry_resolve": (ONLY_POST, NONE),
    "office_reconciliation": (STAFF, ONLY_GET),
    "office_reconcile": (ONLY_POST, NONE),
    "office_difference": (ONLY_POST, NONE),
    "office_announcements": (STAFF, ONLY_GET),
    "office_announcement_new": (STAFF, STAFF_NOT_TAKEN),  # its empty form comes back
    "office_announcement": (STAFF_OF_IT, ONLY_GET),
    "office_announcement_edit": (STAFF_OF_IT, STAFF_OF_IT_NOT_TAKEN),
    "office_announcement_schedule": (ONLY_POST, STAFF_OF_IT_NOT_TAKEN),  # without texts it does not go out
    "office_announcement_cancel": (STAFF_OF_IT, STAFF_OF_IT_DONE),
    "office_announcement_end": (STAFF_OF_IT, STAFF_OF_IT_DONE),
    # Of the portal's own staff, as registries.
    "office_imports": (NONE, ONLY_GET),
    "office_import_upload": (ONLY_POST, NONE),
    "office_import": (NONE, ONLY_GET),
    "office_import_report": (NONE, ONLY_GET),
    "office_import_apply": (ONLY_POST, NONE),
    "office_import_again": (ONLY_POST, NONE),
    "office_import_discard": (ONLY_POST, NONE),
    "office_import_undo": (NONE, NONE),
    "office_exports": (NONE, ONLY_GET),
    "office_export_now": (ONLY_POST, NONE),
    "office_tasks": (NONE, ONLY_GET),
    "office_task_retry": (ONLY_POST, NONE),
    "office_task_dismiss": (ONLY_POST, NONE),
    "office_person": (STAFF_OF_IT, ONLY_GET),
    "office_person_export": (ONLY_POST, STAFF_OF_IT_NOT_TAKEN),  # without a reason
    "office_person_deletion": (ONLY_POST, STAFF_OF_IT_NOT_TAKEN),
    "office_person_deletion_cancel": (ONLY_POST, STAFF_OF_IT_NOT_TAKEN),
    "office_retention": (STAFF, ONLY_GET),
    "office_publish": (STAFF, STAFF_NOT_TAKEN),  # administrators
    "office_linking": (STAFF, ONLY_GET),
    "office_measure": (ONLY_POST, STAFF_DONE),
    "office_reopen": (ONLY_POST, STAFF_OF_IT_DONE),
    "office_figures": (STAFF, ONLY_GET),
    "office_figures_csv": (STAFF, ONLY_GET),
    "office_audit": (STAFF, STAFF),
    "office_audit_csv": (ONLY_POST, STAFF),
    "draft": (NONE, ONLY_GET),  # of the portal's own administrators, and there is none
    "draft_tariff": (NONE, ONLY_GET),
    "office_settings": (NONE, ONLY_GET),  # of the portal's own administrators
    "office_setting": (NONE, ONLY_GET),
    "office_setting_edit": (NONE, NONE),
    "office_setting_kind": (NONE, NONE),
    "office_setting_preview": (NONE, NONE),
    "office_setting_discard": (ONLY_POST, NONE),
    "office_setting_revert": (NONE, NONE),
    "office_setting_withdraw": (ONLY_POST, NONE),
    "office_windows": (STAFF, ONLY_GET),
    "office_window": (STAFF_OF_IT, ONLY_GET),
    "office_window_edit": (STAFF_OF_IT, STAFF_OF_IT_NOT_TAKEN),
    "office_window_preview": (STAFF_OF_IT_DONE, STAFF_OF_IT_DONE),  # no draft waits
    "office_window_discard": (ONLY_POST, STAFF_OF_IT_DONE),
    "office_window_revert": (STAFF_OF_IT, STAFF_OF_IT_NOT_TAKEN),
    "office_window_withdraw": (ONLY_POST, STAFF_OF_IT_DONE),
    "office_tariffs": (NONE, ONLY_GET),  # of the portal's own administrators
    "office_tariff_text": (NONE, NONE),
    "office_tariff": (NONE, ONLY_GET),
    "office_tariff_rates": (NONE, NONE),
    "office_tariff_preview": (NONE, NONE),
    "office_tariff_discard": (ONLY_POST, NONE),
    "office_tariff_revert": (NONE, NONE),
    "bank_call": (REFUSED, ONLY_GET),
    "gateway_notice": (ONLY_POST, NONE),
    "demo": (NONE, NONE),  # outside the demo there is none
    "demo_mail": (NONE, NONE),
    "demo_letter": (NONE, NONE),
    "demo_attachment": (NONE, NONE),
}
#: Their `public_id` is a payment's, not an account's.
OF_A_PAYMENT = {"office_payment", "office_payment_ask", "office_payment_refund"}
#: And these are about one that is booked already.
OF_A_BOOKED_PAYMENT = {"payment", "payment_go", "payment_pdf"}
#: What some pages must be asked for besides.
QUERY = {
    "service_statement": "?service=power",
    "service_statement_pdf": "?service=power",
    "why": "?month=2026-10&service=power",
}


def _patterns(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for part in resolver.url_patterns:
        if isinstance(part, URLResolver):
            yield from _patterns(part, f"{part.namespace}:" if part.namespace else namespace)
        else:
            yield f"{namespace}{part.name}", part


PATTERNS = dict(_patterns(get_resolver()))


@pytest.fixture
def cast(transactional_db: None, settings: Any, tmp_path: Path) -> dict[str, Any]:
    """Two organisations with an account each, five people, and their links."""
    settings.STAFF_SECOND_FACTOR = False
    for name, text in BUNDLE.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    import_bundle(path=tmp_path, dry_run=False, now=NOW)
    home, other = Account.objects.get(key="700"), Account.objects.get(key="900")
    people = {
        name: User.objects.create(login=name, email=f"{name}@example.kz", email_confirmed=True)
        for name in ROLES[1:]
    }
    links = {
        name: AccountLink.objects.create(user=people[name], account=account, method="payment", created_at=NOW)
        for name, account in (("alice", home), ("bob", home), ("charlie", other))
    }
    for name, code in (("dana", "theirs"), ("erlan", "ours")):
        organisation = Organisation.objects.get(code=code)
        StaffMembership.objects.create(user=people[name], organisation=organisation, role="administrator")
    far = datetime(2100, 1, 1, tzinfo=UTC)
    reminder = ReadingLink.objects.create(
        account=home, user=people["alice"], period=NOW.date(), created_at=NOW, expires_at=far
    )
    wish = ReceiptSubscription.objects.create(
        user=people["alice"], account=home, email="alice@example.kz", started_at=NOW, asked_at=far
    )
    Announcement.objects.create(
        pk=1, kind="notice", audience="organisation", organisation=home.organisation, created_at=NOW
    )
    made = {"submission": _submission(home, people["alice"]), "reminder": reminder, "wish": wish}
    made["invitation"] = StaffInvitation.objects.create(
        email="new@example.kz", role="operator", organisation=home.organisation, invited_by=people["erlan"],
        created_at=NOW, expires_at=far,
    )  # fmt: skip
    made["payment"] = _payment(home, people["alice"])
    made["request"], made["request_file"], made["draft_file"] = _request(home, people["alice"])
    made["booked"] = _payment(home, people["alice"], state="booked", form_key="2", paid_at=NOW, booked_at=NOW)
    cookies = {name: _signed_in(person) for name, person in people.items()}
    return {"home": home, "people": people, "links": links, "cookies": cookies, **made}


def _signed_in(person: User) -> dict[str, str]:
    """The cookies of a session that every request begins with: none of them lasts."""
    client = Client()
    client.force_login(person)
    return {name: cookie.value for name, cookie in client.cookies.items()}


def _submission(home: Account, sender: User) -> Submission:
    """alice's readings of October, with a photo."""
    meter, october = Meter.objects.get(), date(2026, 10, 1)
    made = Submission.objects.create(account=home, user=sender, way="cabinet", key="1", submitted_at=NOW)
    SubmittedReading.objects.create(
        submission=made, meter=meter, scale="total", period=october, taken_on=NOW.date(), value=1
    )
    Photo.objects.create(submission=made, meter=meter, jpeg=b"\xff\xd8", width=1, height=1)
    return made


def _request(home: Account, asker: User) -> tuple[ServiceRequest, RequestFile, RequestDraftFile]:
    """alice asks for a seal, with a photo; another photo is not sent yet."""
    made = ServiceRequest.objects.create(
        account=home,
        organisation_id=home.organisation_id,
        user=asker,
        form_key="1",
        kind="sealing",
        kind_label={"ru": "Опломбирование"},
        language="ru",
        created_at=NOW,
        due_on=NOW.date(),
        last_customer_event_at=NOW,
    )
    event = RequestEvent.objects.create(
        request=made, at=NOW, kind="filed", state="received", by=asker, by_staff=False
    )
    file = {
        "name": "seal.jpg",
        "media_type": "image/jpeg",
        "size": 2,
        "checksum": "0",
        "content": b"\xff\xd8",
    }
    draft = RequestDraftFile.objects.create(user=asker, form_key="2", created_at=NOW, **file)
    return made, RequestFile.objects.create(event=event, **file), draft


def _payment(home: Account, payer: User, **facts: Any) -> Payment:
    """alice pays for the account; the gateway has not said anything yet."""
    moments = {"created_at": NOW, "expires_at": NOW, "next_question_at": NOW}
    made = Payment.objects.create(
        user=payer,
        method="card",
        amount=10,
        currency="KZT",
        language="ru",
        **{"form_key": "1", "state": "sent", **moments, **facts},
    )
    PaymentPart.objects.create(payment=made, position=1, account=home, amount=10)
    return made


def _address(name: str, cast: dict[str, Any]) -> str:
    """The URL about alice's account, her link, its organisation."""
    known = {
        "public_id": cast[_about(name)].public_id,
        "link": cast["links"]["alice"].public_id,
        "token": _token(name, cast),
        "organisation": cast["home"].organisation_id,
        "month": "2026-10",
        "number": 1,
        "sheet": "links",
        "setting": "offices",
        "tariff": "power",
        "to": 0,
        "version": 1,
        "member": cast["people"]["erlan"].staff_membership.pk,
        "submission": cast["submission"].number,
        "invitation": cast["invitation"].pk,
        "meter": Meter.objects.values_list("pk", flat=True).get(),
        "pk": 1,
        "key": "nobody",
        "method": "nobody",
        "uidb36": "1",
        "digest": "0",
        "name": "nothing.css",
        "code": "kaspi",
        "kind": "sealing",
        "action": "take",
        "request_id": cast["request"].public_id,
        "file_id": cast["draft_file" if name == "service_request_draft" else "request_file"].public_id,
    }
    known |= cast.get("known", {}).get(name, {})
    wanted = PATTERNS[name].pattern.regex.groupindex
    return reverse(name, kwargs={key: known[key] for key in wanted}) + QUERY.get(name, "")


def _about(name: str) -> str:
    """Whose public id the address has."""
    if name in OF_A_BOOKED_PAYMENT:
        return "booked"
    return "payment" if name in OF_A_PAYMENT else "home"


def _token(name: str, cast: dict[str, Any]) -> str:
    """What the letters of these pages carry: of a subscription, a reminder, or about bob's new link."""
    if name in ("receipt_confirm", "receipt_unsubscribe"):
        purpose: Any = name.removeprefix("receipt_")
        return subscription_links.token(cast["wish"].pk, int(NOW.timestamp()), purpose)
    if name == "staff_invitation":
        return invitation_links.token(cast["invitation"])
    if name == "notices_unsubscribe":
        return wish_links.token(cast["people"]["alice"].pk)
    if name != "reading_link":
        return not_me.token(link=cast["links"]["bob"].public_id, now=NOW)
    return reading_links.token(cast["reminder"])


def _ask(role: str, address: str, method: str, cast: dict[str, Any]) -> int | str:
    """The status of the answer; whatever the request did is taken back."""
    client = Client()
    if role in cast["people"]:
        client.cookies.load(cast["cookies"][role])
    with transaction.atomic():
        answer = getattr(client, method)(address)
        transaction.set_rollback(True)
    if answer.status_code == 302 and answer.headers["Location"].startswith(reverse("account_login")):
        return SIGN_IN
    if role != "visitor" and answer.status_code == 200 and not _is_public(address):
        assert "no-store" in answer.headers["Cache-Control"], address
    return int(answer.status_code)


def _is_public(address: str) -> bool:
    """The same for everybody, and kept by browsers."""
    return address.startswith(("/assets/", "/manifest", "/service-worker"))


def test_every_url_is_in_the_table() -> None:
    assert set(PATTERNS) == set(TABLE)


def test_every_url_answers_every_role_as_the_table_says(cast: dict[str, Any]) -> None:
    wrong = []
    for name, expected in TABLE.items():
        address = _address(name, cast)
        for method, answers in zip(("get", "post"), expected, strict=True):
            found = tuple(_ask(role, address, method, cast) for role in ROLES)
            if found != answers:
                wrong.append(f"{method} {name}: {dict(zip(ROLES, found, strict=True))}")
    assert wrong == []
