from django.db import migrations, models

EVENTS = """
CREATE FUNCTION service_requests_said() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('abonent.forgetting', true) = 'on'
       AND (NEW.id, NEW.request_id, NEW.at, NEW.kind, NEW.state, NEW.by_id, NEW.by_staff, NEW.details,
            NEW.form_key)
           IS NOT DISTINCT FROM
           (OLD.id, OLD.request_id, OLD.at, OLD.kind, OLD.state, OLD.by_id, OLD.by_staff, OLD.details,
            OLD.form_key) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'request event %: what happened does not change', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER append_only ON service_requests_requestevent;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON service_requests_requestevent
    FOR EACH ROW EXECUTE FUNCTION service_requests_said();
"""
EVENTS_BACK = """
DROP TRIGGER append_only ON service_requests_requestevent;
DROP FUNCTION service_requests_said();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON service_requests_requestevent
    FOR EACH ROW EXECUTE FUNCTION abonent_append_only();
"""
FILES = """
CREATE FUNCTION service_requests_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('abonent.forgetting', true) = 'on'
       AND (NEW.id, NEW.public_id, NEW.event_id, NEW.media_type, NEW.size, NEW.checksum)
           IS NOT DISTINCT FROM
           (OLD.id, OLD.public_id, OLD.event_id, OLD.media_type, OLD.size, OLD.checksum)
       AND (NEW.content = OLD.content OR (length(NEW.content) = 0 AND NEW.forgotten_at IS NOT NULL)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'request file %: a file does not change', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER unchanged ON service_requests_requestfile;
CREATE TRIGGER unchanged BEFORE UPDATE ON service_requests_requestfile
    FOR EACH ROW EXECUTE FUNCTION service_requests_kept();
"""
FILES_BACK = """
DROP TRIGGER unchanged ON service_requests_requestfile;
DROP FUNCTION service_requests_kept();
CREATE TRIGGER unchanged BEFORE UPDATE ON service_requests_requestfile
    FOR EACH ROW EXECUTE FUNCTION abonent_append_only();
"""
FILED = """
CREATE OR REPLACE FUNCTION service_requests_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.public_id, NEW.account_id, NEW.organisation_id, NEW.form_key, NEW.created_at)
       IS DISTINCT FROM
       (OLD.public_id, OLD.account_id, OLD.organisation_id, OLD.form_key, OLD.created_at)
       OR ((NEW.answers, NEW.text) IS DISTINCT FROM (OLD.answers, OLD.text)
           AND current_setting('abonent.forgetting', true) IS DISTINCT FROM 'on') THEN
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
"""


class Migration(migrations.Migration):
    """A message is sent once; what names a person can be blanked, in a transaction that forgets."""

    dependencies = [("service_requests", "0002_rules_of_the_database")]
    operations = [
        migrations.AddField("requestevent", "form_key", models.CharField(max_length=64, null=True)),
        migrations.AddField("requestfile", "forgotten_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "requestevent",
            models.UniqueConstraint(
                condition=models.Q(("form_key__isnull", False)),
                fields=("request", "form_key"),
                name="requests_event_once",
            ),
        ),
        migrations.AddIndex(
            "servicerequest",
            models.Index(
                condition=models.Q(("closed_at__isnull", False)), fields=["-closed_at"], name="requests_closed"
            ),
        ),
        migrations.RunSQL(EVENTS, EVENTS_BACK),
        migrations.RunSQL(FILES, FILES_BACK),
        migrations.RunSQL(FILED, migrations.RunSQL.noop),
    ]
