from django.db import migrations

STATES = """
CREATE FUNCTION service_requests_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.public_id, NEW.account_id, NEW.organisation_id, NEW.form_key, NEW.answers, NEW.text, NEW.created_at)
       IS DISTINCT FROM
       (OLD.public_id, OLD.account_id, OLD.organisation_id, OLD.form_key, OLD.answers, OLD.text, OLD.created_at) THEN
        RAISE EXCEPTION 'request %: what was filed does not change', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'received>in_work', 'received>waiting', 'received>done', 'received>refused', 'received>cancelled',
        'in_work>received', 'in_work>waiting', 'in_work>done', 'in_work>refused', 'in_work>cancelled',
        'waiting>in_work', 'waiting>received', 'waiting>done', 'waiting>refused', 'waiting>cancelled',
        'done>received', 'refused>received']) THEN
        RAISE EXCEPTION 'request %: % does not follow %', OLD.id, NEW.state, OLD.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER service_requests_follow BEFORE UPDATE ON service_requests_servicerequest
    FOR EACH ROW EXECUTE FUNCTION service_requests_follow();
"""


class Migration(migrations.Migration):
    """States follow each other; what happened is added to and read. Files may be forgotten, never changed."""

    dependencies = [("service_requests", "0001_initial"), ("users", "0004_audit_not_truncated")]
    operations = [
        migrations.RunSQL(
            STATES,
            "DROP TRIGGER service_requests_follow ON service_requests_servicerequest;"
            " DROP FUNCTION service_requests_follow();",
        ),
        migrations.RunSQL(
            "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON service_requests_requestevent"
            " FOR EACH ROW EXECUTE FUNCTION abonent_append_only();"
            "CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON service_requests_requestevent"
            " FOR EACH STATEMENT EXECUTE FUNCTION abonent_append_only();",
            "DROP TRIGGER append_only ON service_requests_requestevent;"
            " DROP TRIGGER append_only_truncate ON service_requests_requestevent;",
        ),
        migrations.RunSQL(
            "CREATE TRIGGER unchanged BEFORE UPDATE ON service_requests_requestfile"
            " FOR EACH ROW EXECUTE FUNCTION abonent_append_only();",
            "DROP TRIGGER unchanged ON service_requests_requestfile;",
        ),
    ]
