from django.db import migrations, models


class Migration(migrations.Migration):
    """Which letter is the receipt of a payment: exactly one (docs/domain/paying.md)."""

    dependencies = [("payments", "0003_bank_calls_counted")]
    operations = [
        migrations.AddField(
            model_name="payment",
            name="receipt_letter",
            field=models.BigIntegerField(null=True, unique=True),
        )
    ]
