from django.db import migrations

REFUSE = """
CREATE FUNCTION abonent_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: a correction is a row of its own', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON users_auditevent
    FOR EACH ROW EXECUTE FUNCTION abonent_append_only();
"""


class Migration(migrations.Migration):
    """The audit trail can be added to and read, nothing else: also by the application's own role."""

    dependencies = [("users", "0001_initial")]
    operations = [
        migrations.RunSQL(
            REFUSE,
            "DROP TRIGGER append_only ON users_auditevent; DROP FUNCTION abonent_append_only();",
        )
    ]
