import abonent.base.models
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('metering', '0002_submissions'),
        ('portal', '0003_reading_windows'),
    ]

    operations = [
        migrations.AddField(
            model_name='reminderwish',
            name='organisation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='portal.organisation'),
        ),
        migrations.RunSQL(
            'UPDATE metering_reminderwish AS wish SET organisation_id = account.organisation_id,'
            ' opening_told_for = coalesce(opening_told_for, date_trunc(\'month\', wished_at)),'
            ' closing_told_for = coalesce(closing_told_for, date_trunc(\'month\', wished_at))'
            ' FROM accounts_account AS account WHERE account.id = wish.account_id',
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL('SET CONSTRAINTS ALL IMMEDIATE', migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='reminderwish',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='portal.organisation'),
        ),
        migrations.AlterField(
            model_name='reminderwish',
            name='opening_told_for',
            field=abonent.base.models.MonthField(),
        ),
        migrations.AlterField(
            model_name='reminderwish',
            name='closing_told_for',
            field=abonent.base.models.MonthField(),
        ),
        migrations.AddIndex(
            model_name='reminderwish',
            index=models.Index(fields=['organisation', 'opening_told_for'], name='metering_wish_opening'),
        ),
        migrations.AddIndex(
            model_name='reminderwish',
            index=models.Index(fields=['organisation', 'closing_told_for'], name='metering_wish_closing'),
        ),
    ]
