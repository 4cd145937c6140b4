from django.db import migrations

SERIALS = """
-- Serial numbers as they are compared: case, spaces and signs between digits do not matter, nor whether a letter that
-- looks the same was typed in Latin or in Cyrillic. Its twin in Python: abonent.metering.serials.
CREATE FUNCTION serial_key(serial text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN translate(upper(serial COLLATE "C"), 'АВСЕНКМОРТХавсенкмортх -/.№', 'ABCEHKMOPTXABCEHKMOPTX');
CREATE INDEX metering_meter_serial_key ON metering_meter (serial_key(serial) text_pattern_ops);
"""


class Migration(migrations.Migration):
    """A meter is found by its serial number."""

    dependencies = [("metering", "0005_indexes_of_unique_keys"), ("users", "0006_finding")]
    operations = [
        migrations.RunSQL(
            SERIALS, "DROP INDEX metering_meter_serial_key; DROP FUNCTION serial_key(text);"
        )
    ]
