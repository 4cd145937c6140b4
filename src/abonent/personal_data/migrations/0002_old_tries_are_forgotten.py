from django.db import migrations

OLD_TRIES = """
CREATE FUNCTION accounts_try_may_go() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.at < now() - interval '24 months' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'accounts_linkattempt is append-only: a try is kept for 24 months'
        USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER append_only ON accounts_linkattempt;
CREATE TRIGGER append_only BEFORE UPDATE ON accounts_linkattempt
    FOR EACH ROW EXECUTE FUNCTION accounts_try_is_kept();
CREATE TRIGGER kept_for_24_months BEFORE DELETE ON accounts_linkattempt
    FOR EACH ROW EXECUTE FUNCTION accounts_try_may_go();

CREATE FUNCTION accounts_forget_old_tries(before timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE gone integer;
BEGIN
    DELETE FROM public.accounts_linkattempt WHERE id IN (
        SELECT id FROM public.accounts_linkattempt
         WHERE at < least(before, now() - interval '24 months') ORDER BY at LIMIT least(most, 10000));
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
REVOKE ALL ON FUNCTION accounts_forget_old_tries(timestamptz, integer) FROM PUBLIC;
"""
BACK = """
DROP FUNCTION accounts_forget_old_tries(timestamptz, integer);
DROP TRIGGER kept_for_24_months ON accounts_linkattempt;
DROP FUNCTION accounts_try_may_go();
DROP TRIGGER append_only ON accounts_linkattempt;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON accounts_linkattempt
    FOR EACH ROW EXECUTE FUNCTION accounts_try_is_kept();
"""


class Migration(migrations.Migration):
    """Tries to link are kept for 24 months, and no younger one can be deleted by anybody. The role that serves
    pages may delete none: it calls a function of the owner's, which takes the oldest and no others."""

    dependencies = [("personal_data", "0001_initial"), ("accounts", "0009_finding")]
    operations = [migrations.RunSQL(OLD_TRIES, BACK)]
