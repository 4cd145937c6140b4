"""Meters and their readings, as billing tells them."""

from django.db import models

from abonent.accounts.models import Account
from abonent.portal.models import Service


class Meter(models.Model):
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="meters")
    service = models.ForeignKey(Service, on_delete=models.PROTECT)
    serial = models.CharField(max_length=40)
    scales = models.PositiveSmallIntegerField(default=1)  # 1..3
    digits = models.PositiveSmallIntegerField(default=5)  # before the decimal point
    ratio = models.DecimalField(max_digits=10, decimal_places=3, default=1)  # transformation
    installed_on = models.DateField(null=True)
    verified_on = models.DateField(null=True)
    next_verification_on = models.DateField(null=True)
    planned_replacement_on = models.DateField(null=True)
    removed_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "serial"], name="metering_meter_serial"),
            models.CheckConstraint(condition=models.Q(scales__gte=1, scales__lte=3), name="metering_scales"),
        ]


class Reading(models.Model):
    """A value on one scale on a day from one source; a reading of another source stands beside it."""

    class Scale(models.TextChoices):
        TOTAL = "total"
        DAY = "day"
        NIGHT = "night"
        PEAK = "peak"
        HALF_PEAK = "half_peak"

    class Source(models.TextChoices):
        CUSTOMER = "customer"
        INSPECTOR = "inspector"
        AUTOMATIC = "automatic"
        ESTIMATE = "estimate"

    meter = models.ForeignKey(Meter, on_delete=models.CASCADE, related_name="readings")
    scale = models.CharField(max_length=10, choices=Scale.choices)
    taken_on = models.DateField()
    source = models.CharField(max_length=10, choices=Source.choices)
    value = models.DecimalField(max_digits=15, decimal_places=3)  # in the service's unit

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["meter", "scale", "taken_on", "source"], name="metering_reading_once"
            )
        ]
