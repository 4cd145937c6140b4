from django.db import migrations

FOLDING = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- What spellings of one word share, in ASCII letters: the same whatever the database's locale, so that indexes over
-- it stay true when the system's locale changes. Kazakh letters go with their Russian look-alikes, ё with е; what
-- parts words becomes a space; soft and hard signs go. Frequent characters stand first: each is looked for from the left.
-- Its twin in Python: abonent.base.folding.
CREATE FUNCTION folded(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN translate(
    words,
    'аоеинвртс лкмугдбыяйжпчзхшюцщэф0123456789.,АОЕИНВРТСЛКМУГДБЫЯЙЖПЧЗХШЮЦЩЭФ'
    || 'қіәңғұүөһёҚІӘҢҒҰҮӨҺЁABCDEFGHIJKLMNOPQRSTUVWXYZ/-()"«»№;:_+*ьъЬЪ''’',
    'aoeinvrts lkmugdbyaijpqzhwucwef0123456789  aoeinvrtslkmugdbyaijpqzhwucwef'
    || 'kianguuohekianguuoheabcdefghijklmnopqrstuvwxyz             '
);

-- The last ten digits: +7 701 …, 8 (701) … and 701 … are one number.
CREATE FUNCTION phone_digits(phone text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN right(regexp_replace(phone, '[^0-9]', '', 'g'), 10);

CREATE INDEX users_user_phone_digits ON users_user (reverse(phone_digits(phone)) text_pattern_ops) WHERE phone <> '';
CREATE INDEX users_user_email_start ON users_user (email text_pattern_ops) WHERE email <> '';

-- The trail is read by organisation and action at once, and by words of a reason.
CREATE INDEX users_audit_org_action ON users_auditevent (organisation_id, action, at);
CREATE INDEX users_audit_reason ON users_auditevent USING gin (folded(reason) gin_trgm_ops) WHERE reason <> '';
"""

UNFOLDING = """
DROP INDEX users_audit_reason;
DROP INDEX users_audit_org_action;
DROP INDEX users_user_email_start;
DROP INDEX users_user_phone_digits;
DROP FUNCTION phone_digits(text);
DROP FUNCTION folded(text);
"""


class Migration(migrations.Migration):
    """What finding people stands on: folded words, digits of phones, and indexes over them."""

    dependencies = [("users", "0005_roles_teams_reasons")]
    operations = [migrations.RunSQL(FOLDING, UNFOLDING)]
