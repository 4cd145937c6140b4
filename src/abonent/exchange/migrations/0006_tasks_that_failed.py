from django.db import migrations, models


class Migration(migrations.Migration):
    """Why a task failed, without what it was about; and the few jobs that failed or are at work, found among
    millions that wait."""

    dependencies = [
        ("exchange", "0005_runs_of_the_office"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]
    operations = [
        migrations.CreateModel(
            "TaskFailure",
            [
                ("job_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("error", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(
            "CREATE INDEX abonent_jobs_failed ON procrastinate_jobs (id) WHERE status IN ('failed', 'doing')",
            "DROP INDEX abonent_jobs_failed",
        ),
    ]
