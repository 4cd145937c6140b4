from django.db import migrations

BY_AGE = """
CREATE FUNCTION users_trail_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('abonent.forgetting', true) = 'on'
       AND (NEW.address IS NOT DISTINCT FROM OLD.address
            OR (NEW.address IS NULL AND OLD.at < now() - interval '1 year'))
       AND (NEW.reason = OLD.reason OR (NEW.reason = '' AND OLD.at < now() - interval '5 years'))
       AND to_jsonb(NEW) - 'address' - 'reason' = to_jsonb(OLD) - 'address' - 'reason' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'users_auditevent is append-only: a correction is a row of its own'
        USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER append_only ON users_auditevent;
CREATE TRIGGER append_only BEFORE UPDATE ON users_auditevent
    FOR EACH ROW EXECUTE FUNCTION users_trail_is_kept();
CREATE TRIGGER append_only_delete BEFORE DELETE ON users_auditevent
    FOR EACH ROW EXECUTE FUNCTION abonent_append_only();
CREATE INDEX users_audit_address_at ON users_auditevent (at) WHERE address IS NOT NULL;
CREATE INDEX accounts_look_age ON accounts_stafflook (opened_at);

CREATE FUNCTION users_forget_old_trail(what text, before timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE gone integer; marked text := coalesce(current_setting('abonent.forgetting', true), '');
BEGIN
    PERFORM set_config('abonent.forgetting', 'on', true);
    IF what = 'addresses' THEN
        UPDATE public.users_auditevent SET address = NULL WHERE id IN (
            SELECT id FROM public.users_auditevent
             WHERE address IS NOT NULL AND at < least(before, now() - interval '1 year')
             ORDER BY at LIMIT least(most, 10000));
    ELSIF what = 'reasons' THEN
        UPDATE public.users_auditevent SET reason = '' WHERE id IN (
            SELECT id FROM public.users_auditevent
             WHERE reason <> '' AND at < least(before, now() - interval '5 years')
             ORDER BY at, id LIMIT least(most, 10000));
    ELSE
        RAISE EXCEPTION 'nothing of the trail is called %', what;
    END IF;
    GET DIAGNOSTICS gone = ROW_COUNT;
    PERFORM set_config('abonent.forgetting', marked, true);
    RETURN gone;
END $$;
REVOKE ALL ON FUNCTION users_forget_old_trail(text, timestamptz, integer) FROM PUBLIC;
"""
BACK = """
DROP FUNCTION users_forget_old_trail(text, timestamptz, integer);
DROP INDEX accounts_look_age;
DROP INDEX users_audit_address_at;
DROP TRIGGER append_only_delete ON users_auditevent;
DROP TRIGGER append_only ON users_auditevent;
DROP FUNCTION users_trail_is_kept();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON users_auditevent
    FOR EACH ROW EXECUTE FUNCTION abonent_append_only();
"""


class Migration(migrations.Migration):
    """The trail stays, what in it speaks of people by themselves does not: network addresses go after a year,
    reasons in the staff's own words after five, blanked by a function of the owner's and in no other way. The
    database's own clock says how old a row is."""

    dependencies = [
        ("personal_data", "0002_old_tries_are_forgotten"),
        ("users", "0008_reasons_by_time"),
        ("accounts", "0008_announced_until_and_looks"),
    ]
    operations = [migrations.RunSQL(BY_AGE, BACK)]
