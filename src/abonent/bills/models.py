"""Who wants the receipt by mail, which months were published, and what was written to whom."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from abonent.accounts.models import Account
from abonent.base.models import MonthField
from abonent.notices.models import Letter
from abonent.portal.models import Organisation


class ReceiptSubscription(models.Model):
    """«Подписаться на электронную квитанцию»: a person's wish for one account; ended, not deleted.

    Nothing is sent before it is confirmed by letter, nor once the person does not see the account any more or
    has another address: docs/domain/receipts.md, "By mail".
    """

    class Ended(models.TextChoices):
        PERSON = "person"
        """In the cabinet."""
        LETTER = "letter"
        """By the link in a receipt's letter."""
        EXPIRED = "expired"
        """Nobody confirmed it."""
        UNLINKED = "unlinked"
        """The person does not see the account any more."""
        MOVED = "moved"
        """The person has another address: a new subscription is asked for there."""
        REFUSED = "refused"
        """The mail server says that nobody reads there."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    email = models.EmailField(blank=True, default="", db_default="")
    """The mailbox that was asked, and gets the receipts."""
    started_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    """When the last letter that asks was written; null: a wish older than asking, asked by a job once."""
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=10, choices=Ended.choices, blank=True, default="", db_default="")
    refusal = models.CharField(max_length=300, blank=True, default="", db_default="")
    """The mail server's words."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "account"], condition=Q(ended_at__isnull=True), name="bills_subscription_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_why="")
                | (Q(ended_at__isnull=False) & ~Q(ended_why="")),
                name="bills_subscription_ended_why",
            ),
        ]
        indexes = [
            models.Index(
                Upper("email"), condition=Q(ended_at__isnull=True), name="bills_subscription_mailbox"
            )
        ]


class Publication(models.Model):
    """A month that is published to its subscribers: how far it is, so that it goes on after a kill."""

    month = MonthField()
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT)
    """Whose accounts; null: everybody's."""
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    total = models.PositiveIntegerField()
    """How many were to get a letter when it began."""
    written = models.PositiveIntegerField(default=0)
    reached = models.BigIntegerField(default=0)
    """The last subscription that was looked at: they are taken in the order of their ids."""
    touched_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["month", "organisation"],
                condition=Q(finished_at__isnull=True),
                name="bills_publication_once",
                nulls_distinct=False,
            )
        ]


class ReceiptLetter(models.Model):
    """The letter with a month's receipt, one for each person and account: written in its transaction."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    month = MonthField()
    publication = models.ForeignKey(Publication, on_delete=models.PROTECT)
    letter = models.ForeignKey(Letter, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "user", "month"], name="bills_receipt_letter_once")
        ]
