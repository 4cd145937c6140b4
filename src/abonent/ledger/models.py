"""Charges by month and payments booked: the tables of money, opened only by the ledger."""

from django.db import models

from abonent.accounts.models import Account
from abonent.base.models import MoneyField, MonthField
from abonent.portal.models import Service


class Charge(models.Model):
    """One line of an account's month: a service with its balance. Partitioned by month.

    closing = opening + accrued + corrections - paid, as the supplier sent it: the supplier's figure is kept
    even when it does not add up (docs/domain/balances.md). The key is natural; partitions come whole.
    """

    pk = models.CompositePrimaryKey("account_id", "month", "service_id")
    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, related_name="+", db_index=False)
    month = MonthField()
    service = models.ForeignKey(Service, on_delete=models.DO_NOTHING, related_name="+", db_index=False)
    opening = MoneyField()
    accrued = MoneyField()
    corrections = MoneyField()
    """Recalculation and everything else besides, the deduction for underdelivery included."""
    paid = MoneyField()
    closing = MoneyField()
    volume = models.DecimalField(max_digits=15, decimal_places=5, null=True)
    tariff = models.DecimalField(max_digits=14, decimal_places=5, null=True)
    undelivered_days = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    undelivered_amount = MoneyField(null=True)
    within_norm = MoneyField(null=True)
    """Cost within the social norm, of the accrued amount."""


class LoadedMonth(models.Model):
    """Which table holds a month's charges, and which held them before: what an undo attaches again."""

    month = MonthField(primary_key=True)
    table_name = models.CharField(max_length=63)
    """Blank when the month's first load was undone."""
    loaded_at = models.DateTimeField()
    rows = models.BigIntegerField()
    totals = models.JSONField(default=dict)
    """`ledger.totals.MonthTotals`: what the next month is compared with."""
    previous_table = models.CharField(max_length=63, blank=True)
    """Blank when the month's table is its first."""
    previous_rows = models.BigIntegerField(default=0)
    previous_totals = models.JSONField(default=dict)
    changed_in_parts = models.BooleanField(default=False)
    """Since it was loaded as a whole, or put back with a whole run: then the previous table is not what an
    undo would give back."""
    part_before = models.CharField(max_length=63, blank=True, default="")
    """Where the rows stand that the last run's part changed, as they were."""
    part_new = models.CharField(max_length=63, blank=True, default="")
    """Where the rows stand that the last run's part brought."""
    part_totals = models.JSONField(default=dict)
    """`totals` before that part."""


class Payment(models.Model):
    """A payment booked by billing. Append-only: a correction is a row of its own with a negative amount."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    paid_on = models.DateField()
    amount = MoneyField()
    bank = models.CharField(max_length=160, blank=True)
    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=60)
    service = models.ForeignKey(Service, null=True, on_delete=models.PROTECT, related_name="+")
    by_portal = models.BooleanField(default=False, db_default=False)
    """Booked here (online, by a bank's call, from a registry) and told to billing; not told by billing."""
    booked_at = models.DateTimeField(null=True)
    """When it was booked here."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="ledger_payment_posted_once")
        ]
        indexes = [
            models.Index(fields=["account", "-paid_on"], name="ledger_payment_account"),
            models.Index(fields=["paid_on"], name="ledger_booked_by_day", condition=models.Q(by_portal=True)),
        ]


class ExpectedPayment(models.Model):
    """Money on its way: a customer is paying, or has paid, and it is not booked. It is no debt meanwhile.

    Kept by `payments` in the transactions of its own states: here from `sent` to whatever ends it.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, null=True, on_delete=models.PROTECT, related_name="+")
    amount = MoneyField()
    since = models.DateTimeField()
    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=60)
    """Those that the ledger's entry will have."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="ledger_expected_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="ledger_expected_amount"),
        ]


class ToldPayment(models.Model):
    """A payment booked here of which billing knows: the file that told it, and when billing said it back."""

    payment = models.OneToOneField(Payment, primary_key=True, on_delete=models.PROTECT, related_name="told")
    batch = models.BigIntegerField(null=True)
    """None: billing told of it before we did."""
    told_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["batch"], name="ledger_told_batch")]
