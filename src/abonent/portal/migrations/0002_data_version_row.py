from django.db import migrations


class Migration(migrations.Migration):
    """The one row of the data's version exists from the start, so that nobody has to make it."""

    dependencies = [("portal", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "INSERT INTO portal_dataversion (id, version) VALUES (1, 1) ON CONFLICT DO NOTHING",
            "DELETE FROM portal_dataversion",
        )
    ]
