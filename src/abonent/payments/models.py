"""Payments on their way and what is known of them. The money itself is in the ledger.

The database holds the rules: states go forward only, what was fixed at creation stays, parts and steps are
append-only, refunds never exceed the payment (triggers in migration 0001).
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from abonent.accounts.models import Account
from abonent.base.identifiers import new_public_id
from abonent.base.models import MoneyField
from abonent.portal.models import Organisation, Service


class Payment(models.Model):
    """Money of one customer through one gateway, for one account or several."""

    class State(models.TextChoices):
        CREATED = "created"
        """Written down; the gateway may or may not have heard of it."""
        SENT = "sent"
        """The gateway knows it, the customer has its address."""
        PAID = "paid"
        """The gateway has the money and the ledger has not: another amount than asked; staff resolve it."""
        BOOKED = "booked"
        TOLD = "told"
        """Every entry of it is in a file for billing."""
        DECLINED = "declined"
        EXPIRED = "expired"
        REFUNDED = "refunded"
        """The whole of it."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id)
    """Our name of it, also the idempotency key of every call to the gateway."""
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    form_key = models.CharField(max_length=40)
    """Of the page that asked: a double click, or a page sent twice, is one payment."""
    method = models.CharField(max_length=20)
    """`paying.methods[].code` of the profile."""
    amount = MoneyField()
    """What goes to the accounts: the sum of the parts."""
    commission = MoneyField(default=0)
    """What the customer is charged besides."""
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=8, choices=State.choices, default=State.CREATED)
    gateway_id = models.CharField(max_length=64, blank=True)
    confirmation_url = models.CharField(max_length=2000, blank=True)
    language = models.CharField(max_length=2)
    email = models.EmailField(blank=True)
    """Where the receipt goes."""
    address = models.GenericIPAddressField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    """Until then the customer can pay at the gateway."""
    sent_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    """By the gateway's clock."""
    booked_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    """When the customer came back from the gateway; shows, never decides."""
    next_question_at = models.DateTimeField(null=True)
    questions = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=100, blank=True)
    """Why it was declined, or waits for staff: the gateway's code, or amount | currency | closed."""
    paid_amount = MoneyField(null=True)
    """What the gateway says it took."""
    refunded = MoneyField(default=0)
    receipt_letter = models.BigIntegerField(null=True, unique=True)
    """The letter that says it is booked. No foreign key: letters are forgotten after a while."""

    class Meta:
        indexes = [
            models.Index(
                fields=["next_question_at"], name="payments_due", condition=Q(next_question_at__isnull=False)
            ),
            models.Index(fields=["user", "-created_at"], name="payments_of_user"),
            models.Index(fields=["-created_at"], name="payments_latest"),
            models.Index(
                fields=["-created_at"],
                name="payments_unsettled",
                condition=Q(state__in=["created", "sent", "paid"]),
            ),
            models.Index(fields=["paid_at"], name="payments_paid", condition=Q(paid_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["user", "form_key"], name="payments_one_per_form"),
            models.UniqueConstraint(
                fields=["method", "gateway_id"], condition=~Q(gateway_id=""), name="payments_gateway_id_once"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, commission__gte=0, refunded__gte=0)
                & Q(refunded__lte=F("amount") + F("commission")),
                name="payments_amounts",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["created", "sent"]) | Q(next_question_at__isnull=False),
                name="payments_next_question_planned",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["paid", "booked", "told"]) | Q(paid_at__isnull=False),
                name="payments_paid_at",
            ),
        ]


class PaymentPart(models.Model):
    """A share of a payment: for an account, perhaps for one of its services. Append-only."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="parts")
    position = models.PositiveSmallIntegerField()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, null=True, on_delete=models.PROTECT, related_name="+")
    amount = MoneyField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "position"], name="payments_part_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_part_amount"),
        ]


class PaymentStep(models.Model):
    """A line of a payment's history. Append-only."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField()
    state = models.CharField(max_length=8)
    cause = models.CharField(max_length=10)
    """customer | return | notice | question | registry | staff | billing"""
    details = models.CharField(max_length=300, blank=True)
    by_login = models.CharField(max_length=100, blank=True)
    """Of the staff member, where one acted: a name, for rows here are never changed."""


class GatewayNotice(models.Model):
    """A gateway rang. Kept before it is answered; what happened is asked of the gateway afterwards."""

    method = models.CharField(max_length=20)
    event_id = models.CharField(max_length=100)
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="notices")
    """None: of a payment that is not ours, or not yet known by its gateway id."""
    gateway_id = models.CharField(max_length=64, blank=True)
    body = models.BinaryField()
    """What it names, as JSON, and a digest of its bytes: never the bytes, which may hold a card's digits."""
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["method", "event_id"], name="payments_notice_once")]
        indexes = [
            models.Index(fields=["received_at"], name="payments_notice_with_body", condition=~Q(body=b""))
        ]


class Refund(models.Model):
    """Money given back, whole or in part; each its own negative entries in the ledger."""

    class State(models.TextChoices):
        CREATED = "created"
        SENT = "sent"
        DONE = "done"
        FAILED = "failed"

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    amount = MoneyField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.CREATED)
    gateway_id = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    """None: it was made at the gateway."""
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    next_question_at = models.DateTimeField(null=True)
    questions = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "gateway_id"], condition=~Q(gateway_id=""), name="payments_refund_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_refund_amount"),
            models.CheckConstraint(
                condition=~Q(state__in=["created", "sent"]) | Q(next_question_at__isnull=False),
                name="payments_refund_question_planned",
            ),
        ]


class BankPayment(models.Model):
    """A bank called and said that an account was paid; the answer it got is the answer it gets again."""

    bank = models.CharField(max_length=20)
    """`paying.banks[].code` of the profile."""
    txn_id = models.CharField(max_length=40)
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    """None: there is no such account, and the answer said so."""
    account_text = models.CharField(max_length=40)
    amount = MoneyField(null=True)
    paid_at = models.DateTimeField(null=True)
    result = models.PositiveSmallIntegerField()
    """Of the bank's protocol; 0 means booked."""
    answer = models.JSONField()
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["paid_at"], name="payments_bank_paid")]
        constraints = [
            models.UniqueConstraint(fields=["bank", "txn_id"], name="payments_bank_payment_once"),
            models.CheckConstraint(
                condition=~Q(result=0) | Q(account__isnull=False, amount__gt=0, paid_at__isnull=False),
                name="payments_bank_payment_whole",
            ),
        ]


class BankCallCount(models.Model):
    """Calls of a bank in an hour, counted against those who try account numbers (bank_calls.py)."""

    bank = models.CharField(max_length=20)
    hour = models.DateTimeField()
    network = models.CharField(max_length=45, blank=True)
    """Of those who were refused: the address, or the /64. Blank: the bank itself."""
    checks = models.PositiveIntegerField(default=0)
    unknown = models.PositiveIntegerField(default=0)
    """Of the checks: those for accounts that do not exist."""
    refused = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bank", "network", "hour"], name="payments_bank_calls_of_hour")
        ]


class Registry(models.Model):
    """A list of payments from a bank or a gateway, taken whole."""

    source = models.CharField(max_length=40)
    """The ledger's source of what is booked from it: `registry:<bank>`, or `statement:<method>`."""
    format = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    checksum = models.CharField(max_length=64, unique=True)
    day = models.DateField(null=True)
    """Of a statement about one day."""
    rows = models.PositiveIntegerField()
    total = MoneyField()
    """Payments less refunds, as the file's own trailer says where it has one."""
    loaded_at = models.DateTimeField()
    loaded_by = models.CharField(max_length=100, blank=True)


class RegistryRow(models.Model):
    """A line of a registry, and what became of it. All states together add up to the file."""

    class State(models.TextChoices):
        BOOKED = "booked"
        MATCHED = "matched"
        """It names one of our payments, or a bank's call that is booked already."""
        REPEATED = "repeated"
        """The same operation came in an earlier registry."""
        UNMATCHED = "unmatched"
        """No such account: staff resolve it."""
        SET_ASIDE = "set_aside"
        """Not a customer's payment: staff have said why."""
        REVERSED = "reversed"
        """Booked first, and reversed when our own payment was booked."""

    registry = models.ForeignKey(Registry, on_delete=models.PROTECT, related_name="lines")
    line = models.PositiveIntegerField()
    operation = models.CharField(max_length=60)
    """Unique within the source: the ledger's external id."""
    reference = models.CharField(max_length=64, blank=True)
    """May name one of our payments: its gateway id or public id."""
    parent = models.CharField(max_length=64, blank=True)
    """Of a refund: the payment's operation."""
    account_text = models.CharField(max_length=60, blank=True)
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    payer = models.CharField(max_length=200, blank=True)
    purpose = models.CharField(max_length=500, blank=True)
    paid_on = models.DateField()
    amount = MoneyField()
    """Negative: a refund."""
    commission = MoneyField(null=True)
    state = models.CharField(max_length=9, choices=State.choices)
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="registry_rows")
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    resolved_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["registry"], name="payments_row_unmatched", condition=Q(state="unmatched")),
            models.Index(fields=["reference"], name="payments_row_reference", condition=~Q(reference="")),
            models.Index(fields=["operation"], name="payments_row_operation"),
            models.Index(fields=["paid_on"], name="payments_row_day"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["registry", "line"], name="payments_row_once"),
            models.CheckConstraint(
                condition=~Q(state="booked") | Q(account__isnull=False), name="payments_row_booked_to"
            ),
        ]


class ReconciledDay(models.Model):
    """What came through a source on a day, as gateway, portal and billing had it when last looked at."""

    day = models.DateField()
    source = models.CharField(max_length=40)
    """`online:<method>`, `bank:<bank>`, `registry:<bank>`."""
    gateway = MoneyField(null=True)
    """None: there is no list of the day."""
    portal = MoneyField()
    told = MoneyField()
    """To billing, by us."""
    confirmed = MoneyField()
    """By billing."""
    reconciled_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "source"], name="payments_reconciled_once")]


class Difference(models.Model):
    """Gateway, portal and billing disagree about something of a day: whose it is, and since when."""

    day = models.DateField()
    kind = models.CharField(max_length=30)
    source = models.CharField(max_length=40)
    reference = models.CharField(max_length=100)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="+")
    ours = MoneyField(null=True)
    theirs = MoneyField(null=True)
    owner = models.CharField(max_length=10)
    """Who has to act: gateway | portal | billing."""
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "kind", "source", "reference"],
                condition=Q(settled_at__isnull=True),
                name="payments_difference_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["day"], name="payments_difference_open", condition=Q(settled_at__isnull=True)
            )
        ]
