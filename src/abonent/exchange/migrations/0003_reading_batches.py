from django.db import migrations, models


class Migration(migrations.Migration):
    """Files of readings for billing: which were prepared, and which are written."""

    dependencies = [("exchange", "0002_runs_broken_off_and_repeated")]
    operations = [
        migrations.CreateModel(
            "ReadingBatch",
            [
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("prepared", "Prepared"), ("written", "Written")],
                        default="prepared",
                        max_length=8,
                    ),
                ),
                ("directory", models.CharField(max_length=1000)),
                ("formats", models.CharField(max_length=20)),
                ("rows", models.IntegerField()),
                ("prepared_at", models.DateTimeField()),
                ("written_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["number"],
                        condition=models.Q(state="prepared"),
                        name="exchange_batch_prepared",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(rows__gt=0), name="exchange_batch_has_rows"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(state="prepared", written_at=None)
                        | models.Q(state="written", written_at__isnull=False),
                        name="exchange_batch_written_at",
                    ),
                ],
            },
        ),
    ]
