from django.db import migrations, models

WORDS = """
-- The words of an account, folded; the flat also by its own name (kv12), so that «кв 12» is no house 12.
CREATE FUNCTION account_words(payer text, address text, flat text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN array_remove(
    string_to_array(
        folded(payer || ' ' || address) || CASE WHEN flat = '' THEN '' ELSE ' kv' || replace(folded(flat), ' ', '') END,
        ' '
    ),
    ''
);

CREATE INDEX accounts_account_words ON accounts_account USING gin (account_words(payer, address, flat));
CREATE INDEX accounts_account_phone_digits
    ON accounts_account (reverse(phone_digits(contact_phone)) text_pattern_ops) WHERE contact_phone <> '';
CREATE INDEX accounts_account_email_start
    ON accounts_account (lower(contact_email) text_pattern_ops) WHERE contact_email <> '';
CREATE INDEX accounts_account_address ON accounts_account (address text_pattern_ops);

-- What a mistyped word is compared with: each word of names and addresses once.
CREATE INDEX accounts_knownword_trigrams ON accounts_knownword USING gin (word gin_trgm_ops);

CREATE FUNCTION know_words(payers_and_addresses text) RETURNS void LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO accounts_knownword (word)
    SELECT word FROM unnest(string_to_array(folded(payers_and_addresses), ' ')) AS word
     WHERE word ~ '^[a-z]{2,}$' ON CONFLICT DO NOTHING;
END;

CREATE FUNCTION know_words_of_new_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO accounts_knownword (word)
    SELECT DISTINCT word FROM (
        SELECT unnest(string_to_array(folded(part), ' ')) AS word FROM (
            SELECT DISTINCT address AS part FROM added UNION ALL SELECT DISTINCT payer FROM added
        ) AS parts
    ) AS words WHERE word ~ '^[a-z]{2,}$' ORDER BY word
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER know_words_of_new_accounts AFTER INSERT ON accounts_account REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION know_words_of_new_accounts();

CREATE FUNCTION know_words_of_changed_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM know_words(NEW.payer || ' ' || NEW.address);
    RETURN NULL;
END $$;
CREATE TRIGGER know_words_of_changed_account AFTER UPDATE OF payer, address ON accounts_account FOR EACH ROW
    WHEN (NEW.payer <> OLD.payer OR NEW.address <> OLD.address) EXECUTE FUNCTION know_words_of_changed_account();

INSERT INTO accounts_knownword (word)
SELECT DISTINCT word FROM accounts_account, unnest(string_to_array(folded(payer || ' ' || address), ' ')) AS word
 WHERE word ~ '^[a-z]{2,}$';
"""

NO_WORDS = """
DROP TRIGGER know_words_of_changed_account ON accounts_account;
DROP TRIGGER know_words_of_new_accounts ON accounts_account;
DROP FUNCTION know_words_of_changed_account();
DROP FUNCTION know_words_of_new_accounts();
DROP FUNCTION know_words(text);
DROP INDEX accounts_knownword_trigrams;
DROP INDEX accounts_account_address;
DROP INDEX accounts_account_email_start;
DROP INDEX accounts_account_phone_digits;
DROP INDEX accounts_account_words;
DROP FUNCTION account_words(text, text, text);
"""


class Migration(migrations.Migration):
    """Finding an account by its words, contacts of billing's, and a house by its address."""

    dependencies = [("accounts", "0008_announced_until_and_looks"), ("users", "0006_finding")]
    operations = [
        migrations.CreateModel(
            name="KnownWord",
            fields=[
                (
                    "word",
                    models.CharField(db_collation="C", max_length=300, primary_key=True, serialize=False),
                )
            ],
        ),
        migrations.RunSQL(WORDS, NO_WORDS),
    ]
