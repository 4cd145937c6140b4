"""What the facts about a person are called where people read them; other codes show themselves."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from abonent.users import trail_words

WORDS: Mapping[str, str | Promise] = {
    "profile": _("About you"),
    "email_addresses": _("E-mail addresses"),
    "second_factors": _("Second factors"),
    "sessions": _("Where you are signed in"),
    "consents": _("Consents"),
    "staff_place": _("Place among the staff"),
    "trail": _("What was done"),
    "login": _("Login"),
    "email": "E-mail",
    "full_name": _("Full name"),
    "phone": _("Phone"),
    "language": _("Language"),
    "months_shown": _("Months shown"),
    "confirmed": _("Confirmed"),
    "in_use": _("In use"),
    "since": _("Since"),
    "deletion_due_at": _("To be deleted on"),
    "kind": _("Kind"),
    "kind=totp": _("authenticator app"),
    "kind=webauthn": _("passkey"),
    "kind=recovery_codes": _("recovery codes"),
    "last_used_at": _("Last used"),
    "last_seen_at": _("Last seen"),
    "address": _("Address"),
    "browser": _("Browser"),
    "document": _("Document"),
    "document=agreement": _("Licence agreement"),
    "document=personal_data": _("Consent to the processing of personal data"),
    "version": _("Version"),
    "given_at": _("Given"),
    "withdrawn_at": _("Withdrawn"),
    "text": _("Text"),
    "organisation": _("Organisation"),
    "role": _("Role"),
    "role=operator": _("operator"),
    "role=accountant": _("accountant"),
    "role=administrator": _("administrator"),
    "team": _("Team"),
    "at": _("Time"),
    "action": _("Action"),
    "by_you": _("By you"),
    "subject": _("To whom"),
    "reason": _("Reason"),
    "details": _("Details"),
    **trail_words.WORDS,
}
