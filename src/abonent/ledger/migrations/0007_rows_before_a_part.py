from django.db import migrations, models


class Migration(migrations.Migration):
    """Of a month that was changed by a part: the rows as they were, and those that are new, for an undo of the
    last run."""

    dependencies = [("ledger", "0006_booked_by_day")]
    operations = [
        migrations.AddField("loadedmonth", "part_before", models.CharField(blank=True, max_length=63, default="")),
        migrations.AddField("loadedmonth", "part_new", models.CharField(blank=True, max_length=63, default="")),
        migrations.AddField("loadedmonth", "part_totals", models.JSONField(default=dict)),
    ]
