import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0008_announced_until_and_looks'),
        ('notices', '0003_attachments_and_refusals'),
        ('portal', '0004_voluntary_services'),
        ('users', '0005_roles_teams_reasons'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='NoNotices',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('since', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Announcement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('notice', 'Notice'), ('outage', 'Outage')], max_length=6)),
                ('audience', models.CharField(choices=[('all', 'All'), ('organisation', 'Organisation'), ('service', 'Service'), ('street', 'Street'), ('house', 'House')], max_length=12)),
                ('place', models.CharField(blank=True, max_length=300)),
                ('texts', models.JSONField(default=dict)),
                ('starts_at', models.DateTimeField(null=True)),
                ('ends_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('scheduled', 'Scheduled'), ('sending', 'Sending'), ('sent', 'Sent'), ('cancelled', 'Cancelled')], default='draft', max_length=9)),
                ('created_at', models.DateTimeField()),
                ('scheduled_at', models.DateTimeField(null=True)),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('touched_at', models.DateTimeField(null=True)),
                ('reached', models.BigIntegerField(default=0)),
                ('gathered', models.BooleanField(default=False)),
                ('clearing', models.BooleanField(default=False)),
                ('accounts', models.PositiveIntegerField(default=0)),
                ('figures', models.JSONField(null=True)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='portal.organisation')),
                ('scheduled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('service', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.service')),
            ],
        ),
        migrations.CreateModel(
            name='AnnouncedAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.account')),
                ('announcement', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='announced', to='announcements.announcement')),
            ],
        ),
        migrations.CreateModel(
            name='AnnouncementLetter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mailbox', models.EmailField(max_length=254)),
                ('written_at', models.DateTimeField(null=True)),
                ('announcement', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='letters', to='announcements.announcement')),
                ('letter', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='notices.letter')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddIndex(
            model_name='announcement',
            index=models.Index(condition=models.Q(('kind', 'outage')), fields=['-id'], name='announcements_outages'),
        ),
        migrations.AddIndex(
            model_name='announcement',
            index=models.Index(fields=['organisation', '-id'], name='announcements_of_org'),
        ),
        migrations.AddIndex(
            model_name='announcement',
            index=models.Index(condition=models.Q(('state__in', ['scheduled', 'sending']), ('clearing', True), _connector='OR'), fields=['scheduled_at'], name='announcements_waiting'),
        ),
        migrations.AddConstraint(
            model_name='announcement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ends_at', None), ('kind', 'notice'), ('starts_at', None)), models.Q(('ends_at__gt', models.F('starts_at')), ('kind', 'outage'), ('starts_at__isnull', False)), _connector='OR'), name='announcements_hours'),
        ),
        migrations.AddConstraint(
            model_name='announcement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('audience', 'all'), ('organisation', None), ('place', ''), ('service', None)), models.Q(('audience', 'organisation'), ('organisation__isnull', False), ('place', ''), ('service', None)), models.Q(('audience', 'service'), ('place', ''), ('service__isnull', False)), models.Q(('audience__in', ['street', 'house']), ('service', None), models.Q(('place', ''), _negated=True)), _connector='OR'), name='announcements_audience'),
        ),
        migrations.AddConstraint(
            model_name='announcement',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'cancelled']), ('scheduled_at__isnull', False), _connector='OR'), name='announcements_scheduled_at'),
        ),
        migrations.AddIndex(
            model_name='announcedaccount',
            index=models.Index(fields=['account'], name='announcements_of_account'),
        ),
        migrations.AddConstraint(
            model_name='announcedaccount',
            constraint=models.UniqueConstraint(fields=('announcement', 'account'), name='announcements_account_once'),
        ),
        migrations.AddIndex(
            model_name='announcementletter',
            index=models.Index(condition=models.Q(('written_at', None)), fields=['announcement', 'id'], name='announcements_to_write'),
        ),
        migrations.AddConstraint(
            model_name='announcementletter',
            constraint=models.UniqueConstraint(fields=('announcement', 'user'), name='announcements_person_once'),
        ),
        migrations.AddConstraint(
            model_name='announcementletter',
            constraint=models.UniqueConstraint(fields=('announcement', 'mailbox'), name='announcements_mailbox_once'),
        ),
    ]
