"""The tariffs that staff loaded: every version of every file, as it was given."""

from django.db import models
from django.db.models import Q

from abonent.portal.models import Service


class TariffVersion(models.Model):
    """One loading of a tariff's file. Append-only: a correction is a version of its own, so is going back.

    Of a code's versions that which was loaded last among those whose day has come is in force
    (docs/domain/tariffs.md). The file itself says from which days its rates count.
    """

    code = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    """1, 2, … of its code."""
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    is_own = models.BooleanField()
    """Its service's own: what a meter is charged by that names no tariff."""
    names = models.JSONField()
    """{"ru": …, "kk": …, "en": …}"""
    text = models.TextField()
    """The TOML as it was given: what is reckoned with."""
    sha256 = models.CharField(max_length=64)
    filename = models.CharField(max_length=200)
    takes_effect_on = models.DateField()
    """Until then it waits, and what was loaded before it is in force."""
    loaded_at = models.DateTimeField()
    loaded_by = models.CharField(max_length=150)
    """Who ran the command, by the name the machine knows."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="tariffs_version_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="tariffs_version_counts_from_one"),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="tariffs_version_sha256"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.number}"


class TariffDraft(models.Model):
    """A tariff's next version before it is published: one a code. Its text is a tariff that could be loaded.

    People are named, not pointed at: a draft is gone once it is published, and the trail says who did it.
    """

    code = models.CharField(max_length=60, unique=True)
    text = models.TextField()
    filename = models.CharField(max_length=200)
    revision = models.PositiveIntegerField(default=1)
    """Grows with every change, so that the second of two people is told of the first."""
    changed_by = models.CharField(max_length=200)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.code
