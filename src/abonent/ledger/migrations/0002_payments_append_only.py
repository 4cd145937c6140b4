from django.db import migrations


class Migration(migrations.Migration):
    """Money is append-only: a correction of a payment is a row of its own."""

    dependencies = [("ledger", "0001_initial"), ("users", "0002_audit_append_only")]
    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_payment"
            " FOR EACH ROW EXECUTE FUNCTION abonent_append_only()",
            "DROP TRIGGER append_only ON ledger_payment",
        )
    ]
