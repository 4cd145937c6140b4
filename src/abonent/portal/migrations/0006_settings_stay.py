from django.db import migrations

STAY = """
CREATE FUNCTION portal_settings_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'draft' THEN
            RAISE EXCEPTION 'settings version %: what was published stays', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF (NEW.part, NEW.organisation_id, NEW.method) IS DISTINCT FROM (OLD.part, OLD.organisation_id, OLD.method) THEN
        RAISE EXCEPTION 'settings version %: a version stays in its place', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state <> 'draft' AND (
        (OLD.state, NEW.state) IS DISTINCT FROM ('published', 'withdrawn')
        OR (NEW.value, NEW.number, NEW.in_force_from, NEW.changed_by, NEW.changed_by_id, NEW.changed_at,
            NEW.published_by, NEW.published_by_id, NEW.published_at, NEW.note)
           IS DISTINCT FROM
           (OLD.value, OLD.number, OLD.in_force_from, OLD.changed_by, OLD.changed_by_id, OLD.changed_at,
            OLD.published_by, OLD.published_by_id, OLD.published_at, OLD.note)) THEN
        RAISE EXCEPTION 'settings version %: what was published does not change', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER portal_settings_stay BEFORE UPDATE OR DELETE ON portal_settingsversion
    FOR EACH ROW EXECUTE FUNCTION portal_settings_stay();
"""


class Migration(migrations.Migration):
    """The counter's one row exists from the start; what was published may be withdrawn and nothing else."""

    dependencies = [("portal", "0005_settings_versions")]
    operations = [
        migrations.RunSQL(
            "INSERT INTO portal_settingsnumber (id, number) VALUES (1, 0) ON CONFLICT DO NOTHING",
            "DELETE FROM portal_settingsnumber",
        ),
        migrations.RunSQL(
            STAY,
            "DROP TRIGGER portal_settings_stay ON portal_settingsversion;"
            " DROP FUNCTION portal_settings_stay();",
        ),
    ]
