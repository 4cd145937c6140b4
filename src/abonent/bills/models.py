"""Who wants the receipt by mail."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from abonent.accounts.models import Account


class ReceiptSubscription(models.Model):
    """«Подписаться на электронную квитанцию»: a person's wish for one account; ended, not deleted."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "account"], condition=Q(ended_at__isnull=True), name="bills_subscription_once"
            )
        ]
