import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """A foreign key with which a unique key begins needs no index of its own: every one costs each row written."""

    dependencies = [
        ('accounts', '0006_categories'),
        ('metering', '0004_rejections_to_tell'),
    ]

    operations = [
        migrations.AlterField(
            model_name='reading',
            name='meter',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='readings', to='metering.meter'),
        ),
        migrations.AlterField(
            model_name='submission',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='submissions', to='accounts.account'),
        ),
        migrations.AlterField(
            model_name='submittedreading',
            name='submission',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='readings', to='metering.submission'),
        ),
    ]
