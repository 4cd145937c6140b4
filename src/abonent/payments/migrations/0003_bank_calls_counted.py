from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_rules_of_the_database")]
    operations = [
        migrations.CreateModel(
            name="BankCallCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("bank", models.CharField(max_length=20)),
                ("hour", models.DateTimeField()),
                ("network", models.CharField(blank=True, max_length=45)),
                ("checks", models.PositiveIntegerField(default=0)),
                ("unknown", models.PositiveIntegerField(default=0)),
                ("refused", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("bank", "network", "hour"), name="payments_bank_calls_of_hour"
                    )
                ],
            },
        ),
    ]
