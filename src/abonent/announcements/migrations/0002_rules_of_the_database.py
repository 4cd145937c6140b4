from django.db import migrations

FOLLOW = """
CREATE FUNCTION announcements_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND
       (NEW.kind, NEW.audience, NEW.organisation_id, NEW.service_id, NEW.place, NEW.texts, NEW.starts_at, NEW.ends_at)
       IS DISTINCT FROM
       (OLD.kind, OLD.audience, OLD.organisation_id, OLD.service_id, OLD.place, OLD.texts, OLD.starts_at, OLD.ends_at)
    THEN
        RAISE EXCEPTION 'announcement %: what was published does not change', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at THEN
        RAISE EXCEPTION 'announcement %: it has ended', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'draft>scheduled', 'draft>cancelled', 'scheduled>sending', 'scheduled>cancelled',
        'sending>sent', 'sending>cancelled']) THEN
        RAISE EXCEPTION 'announcement %: % does not follow %', OLD.id, NEW.state, OLD.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER announcements_follow BEFORE UPDATE ON announcements_announcement
    FOR EACH ROW EXECUTE FUNCTION announcements_follow();
"""


class Migration(migrations.Migration):
    """States go forward only, and what was published does not change: a correction is one of its own."""

    dependencies = [("announcements", "0001_initial")]
    operations = [
        migrations.RunSQL(
            FOLLOW,
            "DROP TRIGGER announcements_follow ON announcements_announcement;"
            " DROP FUNCTION announcements_follow();",
        )
    ]
