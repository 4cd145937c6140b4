from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_booked_here")]
    operations = [
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("by_portal", True)), fields=["paid_on"], name="ledger_booked_by_day"
            ),
        ),
    ]
