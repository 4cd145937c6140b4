"""Organisations: suppliers and housing managers inside the portal."""

from django.db import models


class Organisation(models.Model):
    """Who supplies, manages or bills; rows come with the bundle (`organisations.csv`).

    Requisites are printed on receipts; those of Russia also fill the payment QR.
    """

    code = models.CharField(max_length=40, unique=True)
    name_ru = models.CharField(max_length=200)
    name_kk = models.CharField(max_length=200, blank=True)
    tax_number = models.CharField(max_length=12, blank=True)  # БИН (12) or ИНН (10, 12)
    tax_reason_code = models.CharField(max_length=9, blank=True)  # КПП
    bank_account = models.CharField(max_length=34, blank=True)  # IBAN or 20 digits
    bank_name = models.CharField(max_length=160, blank=True)
    bank_code = models.CharField(max_length=11, blank=True)  # БИК
    correspondent_account = models.CharField(max_length=20, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    address = models.CharField(max_length=300, blank=True)
    readings_from = models.PositiveSmallIntegerField(null=True, blank=True)
    readings_to = models.PositiveSmallIntegerField(null=True, blank=True)
    """Days of the month between which readings are taken, both included; from > to runs into the next month.
    Empty: the profile's (`readings.first_day`, `readings.last_day`)."""
    time_zone = models.CharField(max_length=40, blank=True, db_default="")
    """Where its days begin; empty: the portal's."""
    overdue_readings = models.CharField(max_length=6, blank=True, db_default="")
    """`accept` or `refuse` readings of a meter past its verification date; empty: the profile's word."""
    guessable_proofs_shut_at = models.DateTimeField(null=True, blank=True)
    """Set by the alarm of docs/domain/linking.md; a person of the staff clears it."""

    class Meta:
        ordering = ["name_ru"]

    def __str__(self) -> str:
        return self.name_ru

    def name(self, language: str | None) -> str:
        return (self.name_kk if (language or "")[:2] == "kk" else "") or self.name_ru


class Service(models.Model):
    """What is charged for. Lines nest: «горячая вода» = «в т.ч. холодная вода» + «в т.ч. подогрев».

    A nested line explains its parent's amounts; totals count only services without a parent.
    It stands here, not in the ledger, because meters and tariffs, which lie lower, name services too
    (ADR 0004).
    """

    code = models.CharField(max_length=40, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="services")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts")
    position = models.PositiveIntegerField(default=0)
    name_ru = models.CharField(max_length=200)
    name_kk = models.CharField(max_length=200, blank=True)
    name_en = models.CharField(max_length=200, blank=True)
    unit_ru = models.CharField(max_length=20, blank=True)
    unit_kk = models.CharField(max_length=20, blank=True)
    obligation = models.CharField(max_length=9, default="due", db_default="due")
    """`due`, or `voluntary`: nobody has to pay it (insurance, donations) and nothing ticks it."""

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name_ru


class DataVersion(models.Model):
    """One row: grows by one in every transaction that changes what the portal was told by billing.

    What is drawn from that data may be kept by (account, version) and never be stale.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    version = models.BigIntegerField(default=1)
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="portal_dataversion_one_row")]


class SettingsNumber(models.Model):
    """One row: grows by one with every publication of a setting, so that processes see that there is one.

    Whoever publishes locks it first: publications stand one after another.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="portal_settingsnumber_one_row")]


class SettingsVersion(models.Model):
    """A part of the profile as the office wants it (portal.overlay), with its day, its reason and its people.

    A draft may change and go; what was published stays as it was (a trigger), and may only be withdrawn
    before its day. People are named, not pointed at: users stand above the portal.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        WITHDRAWN = "withdrawn"

    part = models.CharField(max_length=20)
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    method = models.CharField(max_length=20, blank=True, default="")
    value = models.JSONField(null=True)
    """In the shape of the profile's own model; null: the profile's word again."""
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    revision = models.PositiveIntegerField(default=1)
    """Of a draft: grows with every change, so that the second of two people is told of the first."""
    number = models.BigIntegerField(null=True, unique=True)
    """The settings' number that its publication made."""
    in_force_from = models.DateField(null=True)
    changed_by_id = models.BigIntegerField()
    changed_by = models.CharField(max_length=200)
    changed_at = models.DateTimeField()
    published_by_id = models.BigIntegerField(null=True)
    published_by = models.CharField(max_length=200, blank=True, default="")
    published_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True, default="")
    """Why it was published."""
    withdrawn_by_id = models.BigIntegerField(null=True)
    withdrawn_by = models.CharField(max_length=200, blank=True, default="")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["part", "organisation", "method"],
                condition=models.Q(state="draft"),
                nulls_distinct=False,
                name="portal_settings_one_draft",
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft")
                | (
                    models.Q(number__isnull=False, in_force_from__isnull=False, published_at__isnull=False)
                    & ~models.Q(note="")
                ),
                name="portal_settings_published_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(state="withdrawn", withdrawn_at__isnull=False)
                | (~models.Q(state="withdrawn") & models.Q(withdrawn_at__isnull=True)),
                name="portal_settings_withdrawn_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(part="window", organisation__isnull=False)
                | (~models.Q(part="window") & models.Q(organisation__isnull=True)),
                name="portal_settings_window_of_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["part", "-id"], name="portal_settings_of_part"),
        ]

    def __str__(self) -> str:
        return f"{self.part} {self.pk}"


class KeptCount(models.Model):
    """What a count of a whole town came to, and when (portal.counts): for pages that cannot wait for it."""

    what = models.CharField(max_length=40)
    """Who counts: a name under which a room registered its function."""
    key = models.CharField(max_length=300)
    """What was asked, as JSON with sorted keys: ids, codes and months, nobody's own data."""
    value = models.JSONField()
    version = models.BigIntegerField()
    """Of billing's data, as it was before the count."""
    counted_at = models.DateTimeField()
    """Its moment: everything that had happened by then is in it."""
    asked_at = models.DateTimeField()
    """When somebody last wanted it, within the hour: what nobody wants is not counted again."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["what", "key"], name="portal_keptcount_once")]

    def __str__(self) -> str:
        return f"{self.what} {self.key}"
