from django.db import migrations


class Migration(migrations.Migration):
    """Tries cannot be emptied in one stroke either: row triggers do not see TRUNCATE."""

    dependencies = [("accounts", "0004_count_compared_tries"), ("users", "0002_audit_append_only")]
    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON accounts_linkattempt"
            " FOR EACH STATEMENT EXECUTE FUNCTION abonent_append_only()",
            "DROP TRIGGER append_only_truncate ON accounts_linkattempt",
        )
    ]
