"""Every column that may hold something of a person by itself, not by pointing at one: what becomes of it.

A test walks the models: a column that holds an address, a name, a phone or free words, by its type or its
name, stands in one of these two lists. Columns that point at a person are in the rooms' `TOLD` and
`LEFT_OUT`.
"""

from collections.abc import Mapping

FORGOTTEN = frozenset(
    {
        "account.EmailAddress.email",
        "mfa.Authenticator.data",
        "users.User.login",
        "users.User.email",
        "users.User.full_name",
        "users.User.phone",
        "users.Session.address",
        "users.Session.browser",
        "users.StaffInvitation.email",
        "users.StaffInvitation.full_name",
        "notices.Letter.to",
        "notices.Letter.text",
        "metering.KeptForm.values",
        "bills.ReceiptSubscription.email",
        "payments.Payment.email",
        "payments.Payment.address",
        "service_requests.ServiceRequest.answers",
        "service_requests.ServiceRequest.text",
        "service_requests.ServiceRequest.phone",
        "service_requests.RequestEvent.text",
        "service_requests.RequestFile.name",
        "service_requests.RequestDraftFile.name",
        "announcements.AnnouncementLetter.mailbox",
        "personal_data.Export.reason",
        "personal_data.Deletion.reason",
    }
)
"""In the export where the person wrote it, and gone when the person is forgotten."""

_BILLING = "billing's own: it comes with the bundle, of the account's holder"
_BANK = "the bank's own record of a payment"
_SIGNED = "who of the staff answers for it: the organisation's record of its decisions"
_TRAIL = "the trail: blanked by age (retention: trail_addresses, trail_reasons)"
_TRIES = "deleted by age (retention: tries)"
_STAFF = "words of the staff about a reading, a payment or a run, never shown with a person"

KEPT: Mapping[str, str] = {
    "accounts.Account.payer": _BILLING,
    "accounts.Account.address": _BILLING,
    "accounts.Account.contact_email": _BILLING,
    "accounts.Account.contact_phone": _BILLING,
    "payments.RegistryRow.payer": _BANK,
    "payments.RegistryRow.note": _STAFF,
    "payments.GatewayNotice.body": f"{_BANK}; blanked by age (retention: gateway_notices)",
    "payments.Payment.reason": "the gateway's word for why nothing was paid",
    "payments.PaymentStep.details": "the gateway's word for a step",
    "payments.Refund.reason": _STAFF,
    "payments.Difference.note": _STAFF,
    "payments.BankCallCount.network": "a bank's own network, no person's",
    "payments.Registry.name": "the name of a bank's file",
    "payments.Registry.loaded_by": _SIGNED,
    "portal.Organisation.bank_name": "an organisation's",
    "portal.Organisation.phone": "an organisation's",
    "portal.Organisation.address": "an organisation's",
    "portal.SettingsVersion.changed_by": _SIGNED,
    "portal.SettingsVersion.published_by": _SIGNED,
    "portal.SettingsVersion.withdrawn_by": _SIGNED,
    "portal.SettingsVersion.note": _SIGNED,
    "portal.SettingsVersion.withdrawn_note": _SIGNED,
    "tariffs.TariffVersion.text": "a tariff's file",
    "tariffs.TariffVersion.loaded_by": _SIGNED,
    "tariffs.TariffDraft.text": "a tariff's file",
    "tariffs.TariffDraft.changed_by": _SIGNED,
    "users.ConsentText.text": "what was agreed to, the same for everybody",
    "users.WrongSignIns.name": "a keyed hash; forgotten by itself after a day",
    "users.AuditEvent.address": _TRAIL,
    "users.AuditEvent.reason": _TRAIL,
    "users.AuditEvent.details": "codes and numbers: no name, mailbox or phone is written there",
    "accounts.LinkAttempt.address": _TRIES,
    "accounts.LinkAttempt.network": _TRIES,
    "accounts.LinkAttempt.refused_by": "the name of a rule",
    "accounts.StaffLook.reason": "why a member of the staff looked; deleted by age (retention: looks)",
    "metering.SubmittedReading.reason": _STAFF,
    "service_requests.RequestEvent.details": "codes of kinds, teams and days",
    "ledger.LoadedMonth.table_name": "a table's",
    "exchange.Upload.name": "the name of billing's file",
    "exchange.UploadPart.data": "billing's file; deleted when it was taken",
    "exchange.Run.reason": _STAFF,
}
"""Stays when a person is forgotten, and why."""
