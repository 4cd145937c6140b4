from django.db import migrations

NAMES = """
-- The words of a person's name, folded: whoever signed up is found by them beside the payers that billing names.
CREATE FUNCTION name_words(full_name text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN array_remove(string_to_array(folded(full_name), ' '), '');

CREATE INDEX users_user_name_words ON users_user USING gin (name_words(full_name)) WHERE full_name <> '';
"""

NO_NAMES = """
DROP INDEX users_user_name_words;
DROP FUNCTION name_words(text);
"""


class Migration(migrations.Migration):
    """Finding a person by their name."""

    dependencies = [("users", "0008_reasons_by_time")]
    operations = [migrations.RunSQL(NAMES, NO_NAMES)]
