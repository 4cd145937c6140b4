import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

STATES = [
    ("uploaded", "Uploaded"),
    ("planning", "Planning"),
    ("planned", "Planned"),
    ("approved", "Approved"),
    ("started", "Started"),
    ("applied", "Applied"),
    ("refused", "Refused"),
    ("broken_off", "Broken Off"),
    ("discarded", "Discarded"),
    ("undo_asked", "Undo Asked"),
    ("undoing", "Undoing"),
    ("undone", "Undone"),
]


def person() -> "models.ForeignKey[models.Model | None, models.Model | None]":
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.SET_NULL,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
    )


class Migration(migrations.Migration):
    """Bundles uploaded in the office: their parts, plan, alarms and people; what the last run changed, kept
    for its undo."""

    dependencies = [
        ("exchange", "0004_payment_batches"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            "Upload",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("size", models.BigIntegerField(default=0)),
                ("begun_at", models.DateTimeField()),
                ("whole", models.BooleanField(default=False)),
            ],
            options={"indexes": [models.Index(fields=["begun_at"], name="exchange_upload_begun")]},
        ),
        migrations.CreateModel(
            "UploadPart",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.IntegerField()),
                ("data", models.BinaryField()),
                (
                    "upload",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="exchange.upload",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["upload", "number"], name="exchange_part_once")
                ]
            },
        ),
        migrations.AlterField("run", "state", models.CharField(choices=STATES, max_length=10)),
        migrations.AddField(
            "run",
            "upload",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="runs",
                to="exchange.upload",
            ),
        ),
        migrations.AddField("run", "whole_months", models.BooleanField(default=False)),
        migrations.AddField("run", "uploaded_by", person()),
        migrations.AddField("run", "uploaded_at", models.DateTimeField(null=True)),
        migrations.AddField("run", "planned_at", models.DateTimeField(null=True)),
        migrations.AddField("run", "alarms", models.JSONField(default=list)),
        migrations.AddField("run", "data_version", models.BigIntegerField(null=True)),
        migrations.AddField("run", "approved_by", person()),
        migrations.AddField("run", "approved_at", models.DateTimeField(null=True)),
        migrations.AddField("run", "undone_by", person()),
        migrations.AddField("run", "undone_at", models.DateTimeField(null=True)),
        migrations.AddField("run", "reason", models.CharField(blank=True, max_length=500)),
        migrations.AddField("run", "undoable", models.BooleanField(default=False)),
        migrations.CreateModel(
            "RunReport",
            [
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="report",
                        serialize=False,
                        to="exchange.run",
                    ),
                ),
                ("listed", models.JSONField(default=list)),
                ("whole", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            "RunProgress",
            [
                ("run_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("doing", models.CharField(max_length=60)),
                ("rows", models.BigIntegerField()),
                ("share", models.FloatField()),
                ("begun_at", models.DateTimeField()),
                ("told_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            "BeforeImage",
            [
                ("pk", models.CompositePrimaryKey("target", "row_id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("run_id", models.BigIntegerField()),
                ("target", models.CharField(max_length=63)),
                ("row_id", models.BigIntegerField()),
                ("was", models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            "FreshRows",
            [
                ("pk", models.CompositePrimaryKey("target", "first_id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("run_id", models.BigIntegerField()),
                ("target", models.CharField(max_length=63)),
                ("first_id", models.BigIntegerField()),
                ("last_id", models.BigIntegerField()),
            ],
        ),
    ]
