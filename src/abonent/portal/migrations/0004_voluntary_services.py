from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0003_reading_windows'),
    ]

    operations = [
        migrations.AddField(
            model_name='service',
            name='obligation',
            field=models.CharField(db_default='due', default='due', max_length=9),
        ),
    ]
