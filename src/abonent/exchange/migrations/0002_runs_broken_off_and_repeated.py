from django.db import migrations, models


class Migration(migrations.Migration):
    """A run that was killed says so, and a bundle sent twice is known by its size before it is read."""

    dependencies = [("exchange", "0001_initial")]
    operations = [
        migrations.AddField("run", "size", models.BigIntegerField(default=0)),
        migrations.AlterField("run", "checksum", models.CharField(blank=True, max_length=64)),
        migrations.AlterField(
            "run",
            "state",
            models.CharField(
                choices=[
                    ("started", "Started"),
                    ("applied", "Applied"),
                    ("refused", "Refused"),
                    ("broken_off", "Broken Off"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddIndex("run", models.Index(fields=["-started_at"], name="exchange_run_latest")),
    ]
