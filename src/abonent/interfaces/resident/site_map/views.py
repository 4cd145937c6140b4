"""Every page of the cabinet, in one list."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from abonent.accounts.queries import HeldAccount
from abonent.interfaces.resident.cabinet import (
    FOR_AN_ACCOUNT,
    OF_AN_ACCOUNT,
    SECTIONS,
    address,
    context,
    current_account,
    section_label,
)
from abonent.portal.current import portal

#: What one finds there, in a line.
_SAYS = {
    "accounts": gettext_noop("Your accounts: choose one, add one, remove one"),
    "account": gettext_noop("What you owe, the payer, the address, the services rendered"),
    "readings": gettext_noop("Your meters and all their readings; here you send new ones"),
    "consumption": gettext_noop("How much was used and what it cost, this year against last"),
    "calculator": gettext_noop("What your readings come to, and what another tariff would cost"),
    "services": gettext_noop("Balances, charges and payments of every service by month"),
    "pay": gettext_noop("Pay a bill or any amount, of one account or of several"),
    "payments": gettext_noop("Which payments came in, when and through which bank"),
    "receipts": gettext_noop("The receipt of any month, to view and print"),
    "requests": gettext_noop("Ask for a specialist or a paper, and see what became of it"),
    "password": gettext_noop("A new password for signing in"),
    "email": gettext_noop("Another address for letters"),
    "settings": gettext_noop("Name, language, months shown"),
}

Entry = tuple[str, str, str, str]


def _entry(section: str, account: HeldAccount | None) -> Entry | None:
    if section in FOR_AN_ACCOUNT and account is None:
        return None
    url = address(section, account if section in OF_AN_ACCOUNT else None)
    return url, section_label(section), _(_SAYS[section]), SECTIONS[section][1]


def _entries(account: HeldAccount | None) -> list[Entry]:
    listed = [_entry(section, account) for section in portal().menu]
    adding = (
        address("account_add"),
        _("Add a new account"),
        _("With the facts from your last payment"),
        "plus",
    )
    sessions = (
        address("sessions"),
        _("Where you are signed in"),
        _("Devices, and how to end the others"),
        "monitor",
    )
    return [*(one for one in listed if one), adding, sessions]


@require_safe
@login_required
def site_map(request: HttpRequest) -> HttpResponse:
    """The sections of the menu and the pages that the menu does not name."""
    entries = _entries(current_account(request))
    return render(
        request, "resident/site_map/page.html", context(request, section="site_map", entries=entries)
    )
