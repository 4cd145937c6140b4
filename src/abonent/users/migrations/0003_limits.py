from django.db import migrations, models

CACHE = """
CREATE TABLE users_limits (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX users_limits_expires ON users_limits (expires);
"""


class Migration(migrations.Migration):
    """Where limits are counted: Django's cache table (as `createcachetable` makes it) and wrong sign-ins in a row."""

    dependencies = [("users", "0002_audit_append_only")]
    operations = [
        migrations.AddIndex(
            model_name="user", index=models.Index(fields=["email"], name="users_user_email")
        ),
        migrations.RunSQL(CACHE, "DROP TABLE users_limits"),
        migrations.CreateModel(
            name="WrongSignIns",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("in_a_row", models.PositiveIntegerField()),
                ("last_at", models.DateTimeField()),
            ],
        ),
    ]
