"""Reads of the demo: which accounts the town planted, and what proves them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone

from abonent.accounts.models import Account, LastPayment
from abonent.demo.town import DEMO, Kind, contact_email
from abonent.exchange.models import Run
from abonent.metering.models import SubmittedReading
from abonent.notices.models import Letter
from abonent.notices.queries import recent_letters
from abonent.payments.models import Payment, Registry
from abonent.portal.current import portal

#: Login and, but for the family's, the password; where people sign in by e-mail, `email_of(login)`.
CUSTOMER, FAMILY, OPERATOR = "demo", "family", "operator"
#: Login and password -> role, all of the portal's own staff.
STAFF = {OPERATOR: "operator", "accountant": "accountant", "admin": "administrator"}

REGISTRY = "demo-registry"
"""The mark of the bank's registry in the office."""


@dataclass(frozen=True, slots=True)
class PlantedAccount:
    """An account of the town that the demo shows, with what its payer knows."""

    id: int
    public_id: str
    owner_version: int
    number: str
    payer: str
    flat: str
    paid_on: date | None
    amount: Decimal | None

    @property
    def facts(self) -> Mapping[str, str]:
        """Every fact a profile may ask for, as a person types it; a fact that the account lacks is absent."""
        facts = {"surname": self.payer.split()[0], "flat": self.flat}
        if self.paid_on is not None and self.amount is not None:
            facts |= {
                "last_payment_date": f"{self.paid_on:%d.%m.%Y}",
                "last_payment_month": f"{self.paid_on:%m.%Y}",
                "last_payment_month_and_day": f"{self.paid_on:%d.%m}",
                "last_payment_amount": f"{self.amount:.2f}".replace(".", ","),
            }
        return facts

    @property
    def facts_asked(self) -> Mapping[str, str]:
        """Of them those that link an account in this portal, in the profile's order."""
        return {fact: self.facts[fact] for fact in portal().linking.facts if fact in self.facts}


def email_of(login: str) -> str:
    """The mailbox of a person of the demo."""
    return f"{login}@example.kz"


def is_settled() -> bool:
    """Whether the database holds accounts already, of a town or of anybody."""
    return Account.objects.exists()


def is_town() -> bool:
    """Whether the accounts are a town's: somebody may have loaded data of their own."""
    return Account.objects.filter(contact_email=contact_email(Kind.TO_LINK)).exists()


def is_complete() -> bool:
    """Whether the town has every account of the customer: one that an earlier version made has fewer."""
    emails = [contact_email(kind) for kind in DEMO]
    return Account.objects.filter(contact_email__in=emails).count() == len(emails)


def has_history() -> bool:
    """Whether billing has answered what the customer sent (history.send_readings)."""
    home = contact_email(Kind.DEMO_HOME)
    return SubmittedReading.objects.filter(submission__account__contact_email=home, state="used").exists()


def has_full_counter() -> bool:
    """Whether the office's counter is filled: the registry comes last (counter.fill_the_counter)."""
    return Registry.objects.filter(checksum=REGISTRY).exists()


def has_paid_online() -> bool:
    """Whether the town's own payment is made (online.pay_online), or the customer has paid by hand."""
    return Payment.objects.filter(user__login=CUSTOMER).exists()


def planted_account(kind: Kind) -> PlantedAccount:
    """The town's account of a kind, as billing knows it now. Raises `Account.DoesNotExist` outside a town."""
    account = Account.objects.get(contact_email=contact_email(kind))
    payment = LastPayment.objects.filter(account=account).first()
    return PlantedAccount(
        id=account.pk,
        public_id=account.public_id,
        owner_version=account.owner_version,
        number=account.number,
        payer=account.payer,
        flat=account.flat,
        paid_on=payment.paid_on if payment else None,
        amount=max(payment.amounts) if payment else None,
    )


def town_is_of() -> date | None:
    """The day of the first import, when the town was made; None when nothing was imported."""
    begun = (
        Run.objects.filter(state=Run.State.APPLIED)
        .order_by("started_at")
        .values_list("started_at", flat=True)
        .first()
    )
    return timezone.localtime(begun).date() if begun else None


def people() -> Sequence[tuple[str, str]]:
    """What each person of the demo signs in with, and the password."""
    by_email = portal().sign_up.sign_in_by == "email"
    return [
        (email_of(login) if by_email else login, password)
        for login, password in (
            (CUSTOMER, CUSTOMER),
            (FAMILY, CUSTOMER),
            *((login, login) for login in STAFF),
        )
    ]


def office_door() -> str:
    """Where staff sign in and come to the office, which for everybody else does not exist."""
    return f"{reverse('account_login')}?next={reverse('office_home')}"


def letters() -> Sequence[Letter]:
    """The newest hundred letters, newest first."""
    return recent_letters(100)


def letter(number: int) -> Letter | None:
    """One kept letter; None when there is none of this number."""
    return Letter.objects.filter(pk=number).first()
