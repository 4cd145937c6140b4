from django.db import migrations, models


class Migration(migrations.Migration):
    """Rejections whose customers are not told yet are found without reading the rest."""

    dependencies = [("metering", "0003_reminder_wish_organisation")]
    operations = [
        migrations.AddIndex(
            "submittedreading",
            models.Index(
                fields=["id"],
                condition=models.Q(state="rejected", told_at=None),
                name="metering_submitted_untold",
            ),
        ),
    ]
