from django.db import migrations

INDEXES = """
CREATE INDEX users_audit_reason_at ON users_auditevent (at, id) WHERE reason <> '';
CREATE INDEX users_audit_reason_org ON users_auditevent (organisation_id, at, id) WHERE reason <> '';
"""


class Migration(migrations.Migration):
    """Words that stand in many reasons are found among the newest of them, without reading all the others."""

    dependencies = [("users", "0007_consents_and_the_clock")]
    operations = [
        migrations.RunSQL(INDEXES, "DROP INDEX users_audit_reason_at; DROP INDEX users_audit_reason_org;")
    ]
