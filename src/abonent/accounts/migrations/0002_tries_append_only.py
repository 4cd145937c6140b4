from django.db import migrations

REFUSE = """
CREATE FUNCTION accounts_try_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.outcome = 'trying'
       AND (to_jsonb(OLD) - 'outcome' - 'method') = (to_jsonb(NEW) - 'outcome' - 'method') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'accounts_linkattempt is append-only: only the outcome of a try is filled in, once'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON accounts_linkattempt
    FOR EACH ROW EXECUTE FUNCTION accounts_try_is_kept();
"""


class Migration(migrations.Migration):
    """A try is written before the comparison; its outcome is filled in once; then it stays as it is."""

    dependencies = [("accounts", "0001_initial"), ("users", "0002_audit_append_only")]
    operations = [
        migrations.RunSQL(
            REFUSE,
            "DROP TRIGGER append_only ON accounts_linkattempt; DROP FUNCTION accounts_try_is_kept();",
        )
    ]
