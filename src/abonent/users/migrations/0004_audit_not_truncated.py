from django.db import migrations


class Migration(migrations.Migration):
    """The audit trail cannot be emptied in one stroke either: row triggers do not see TRUNCATE."""

    dependencies = [("users", "0003_limits")]
    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON users_auditevent"
            " FOR EACH STATEMENT EXECUTE FUNCTION abonent_append_only()",
            "DROP TRIGGER append_only_truncate ON users_auditevent",
        )
    ]
