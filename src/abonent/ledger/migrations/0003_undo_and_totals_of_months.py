from django.db import migrations, models


class Migration(migrations.Migration):
    """An undo swaps a month's rows and totals with its table; totals are what the next month is compared with."""

    dependencies = [("ledger", "0002_payments_append_only")]
    operations = [
        migrations.AddField("loadedmonth", "totals", models.JSONField(default=dict)),
        migrations.AddField("loadedmonth", "previous_rows", models.BigIntegerField(default=0)),
        migrations.AddField("loadedmonth", "previous_totals", models.JSONField(default=dict)),
        migrations.AddField("loadedmonth", "changed_in_parts", models.BooleanField(default=False)),
    ]
