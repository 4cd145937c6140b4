from django.db import migrations

WORDS = """
-- A mistyped name of whoever signed up is compared with known words too. In one order, so that two who come at
-- once wait for each other, never both.
CREATE FUNCTION know_words_of_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO accounts_knownword (word)
    SELECT DISTINCT word FROM unnest(name_words(NEW.full_name)) AS word WHERE word ~ '^[a-z]{2,}$' ORDER BY word
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER know_words_of_new_person AFTER INSERT ON users_user FOR EACH ROW
    WHEN (NEW.full_name <> '') EXECUTE FUNCTION know_words_of_person();
CREATE TRIGGER know_words_of_renamed_person AFTER UPDATE OF full_name ON users_user FOR EACH ROW
    WHEN (NEW.full_name <> '' AND NEW.full_name <> OLD.full_name) EXECUTE FUNCTION know_words_of_person();

INSERT INTO accounts_knownword (word)
SELECT DISTINCT word FROM users_user, unnest(name_words(full_name)) AS word
 WHERE full_name <> '' AND word ~ '^[a-z]{2,}$' ORDER BY word
ON CONFLICT DO NOTHING;
"""

NO_WORDS = """
DROP TRIGGER know_words_of_renamed_person ON users_user;
DROP TRIGGER know_words_of_new_person ON users_user;
DROP FUNCTION know_words_of_person();
"""


class Migration(migrations.Migration):
    """The names of people who signed up, among the words that are known."""

    dependencies = [("accounts", "0011_accounts_to_count"), ("users", "0009_names")]
    operations = [migrations.RunSQL(WORDS, NO_WORDS)]
