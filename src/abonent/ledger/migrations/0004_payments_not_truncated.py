from django.db import migrations


class Migration(migrations.Migration):
    """Payments cannot be emptied in one stroke either: row triggers do not see TRUNCATE."""

    dependencies = [("ledger", "0003_undo_and_totals_of_months"), ("users", "0002_audit_append_only")]
    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON ledger_payment"
            " FOR EACH STATEMENT EXECUTE FUNCTION abonent_append_only()",
            "DROP TRIGGER append_only_truncate ON ledger_payment",
        )
    ]
