from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """What waits is a handful among all payments ever made: found without reading those."""

    dependencies = [("payments", "0005_reconciled_days")]
    operations = [
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                fields=["-created_at"],
                name="payments_unsettled",
                condition=Q(state__in=["created", "sent", "paid"]),
            ),
        )
    ]
