"""Personal accounts, links to people, the codes and tries that prove them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from abonent.base.identifiers import new_public_id
from abonent.base.models import MoneyField
from abonent.portal.models import Organisation


class Account(models.Model):
    """A personal account («лицевой счёт», «дербес шот») as billing describes it."""

    number = models.CharField(max_length=30)
    key = models.CharField(max_length=30, unique=True)
    """`identifiers.account_key(number)`: leading zeros and dashes forgiven."""
    public_id = models.CharField(max_length=22, unique=True, default=new_public_id)
    """Its name in URLs; the number itself stays out of them."""
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="accounts")
    payer = models.CharField(max_length=200)
    """Full name, surname first: «Иванов Иван Иванович»."""
    address = models.CharField(max_length=300)
    """Locality, street, house; the flat stands apart."""
    flat = models.CharField(max_length=20, blank=True)
    residents = models.PositiveSmallIntegerField(null=True)
    area = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    categories = models.CharField(max_length=120, blank=True, db_default="")
    """What a tariff may ask of a household, codes parted by spaces: `electric_stove alone` (tariffs.md)."""
    contact_email = models.EmailField(blank=True)
    contact_phone = models.CharField(max_length=30, blank=True)
    """Contacts known to billing: told when a first, weakly proven link is made."""
    opened_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    owner_since = models.DateField(null=True)
    owner_version = models.PositiveIntegerField(default=1)
    """Grows when billing reports a later `owner_since`: links end, older codes are void."""
    money_version = models.BigIntegerField(default=0, db_default=0)
    """Grows with every payment booked here or on its way: what is drawn of its money is kept by it."""

    announced_until = models.DateTimeField(null=True)
    """Until then an outage may stand on its pages; later nobody has to ask `announcements`."""

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "number"], name="accounts_account_org"),
            # Who counts open accounts, or what is of an organisation's, reads the index alone.
            models.Index(
                fields=["id"], include=["organisation", "closed_on"], name="accounts_account_to_count"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def full_address(self) -> str:
        return f"{self.address}, {self.flat}" if self.flat else self.address


class KnownWord(models.Model):
    """A word of some payer's name or of an address, folded (base.folding): what a mistyped one is compared
    with. Triggers of the database add to it (migration 0009), nobody else writes here."""

    word = models.CharField(max_length=300, primary_key=True, db_collation="C")


class LastPayment(models.Model):
    """The day an account was last paid and the amounts of that day: what the manuals ask as a proof.

    Told by the ledger, which lies above (`operations.remember_last_payments`); only positive amounts count.
    """

    account = models.OneToOneField(
        Account, primary_key=True, on_delete=models.CASCADE, related_name="last_payment"
    )
    paid_on = models.DateField()
    amounts = ArrayField(MoneyField())


class AccountLink(models.Model):
    """A person sees an account. A family links one account many times; a link ends, it is not deleted."""

    class Method(models.TextChoices):
        PAYMENT = "payment"
        NAME_AND_FLAT = "name_and_flat"
        CODE = "code"
        STAFF = "staff"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="links")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="links")
    public_id = models.CharField(max_length=22, unique=True, default=new_public_id)
    method = models.CharField(max_length=20, choices=Method.choices)
    created_at = models.DateTimeField()
    limited_until = models.DateTimeField(null=True, blank=True)
    """Until then (or confirmation) names are masked, no PDF, no other people. `objected_at` keeps it so."""
    objected_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "account"], condition=Q(ended_at__isnull=True), name="accounts_link_once"
            )
        ]
        indexes = [
            models.Index(fields=["account"], condition=Q(ended_at__isnull=True), name="accounts_link_account")
        ]


class PrintedCode(models.Model):
    """A one-time code that staff printed for an account: the strong proof where there is no bill."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="printed_codes")
    series = models.CharField(max_length=40, unique=True)
    """The random part from which the code is derived; the code itself is not kept."""
    owner_since = models.DateField(null=True)
    owner_version = models.PositiveIntegerField()
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)


class UsedCode(models.Model):
    """One use: the row is the use, and the unique key is what makes it one."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    series = models.CharField(max_length=40)
    used_at = models.DateTimeField()
    used_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "series"], name="accounts_code_one_use")]


class LinkAttempt(models.Model):
    """A try to link, written in its own transaction before anything is compared. Append-only.

    The number is an HMAC; `neighbourhood` is the HMAC of the number's block of twenty, so that counting
    through neighbours is seen without keeping numbers. Limits are counted here.
    """

    class Outcome(models.TextChoices):
        TRYING = "trying"
        LINKED = "linked"
        PROVEN = "proven"
        """Proven in a sign-up form; the link follows once the person exists."""
        ALREADY = "already"
        MISMATCH = "mismatch"
        LIMITED = "limited"

    at = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.DO_NOTHING, db_constraint=False
    )
    address = models.GenericIPAddressField(null=True)
    network = models.CharField(max_length=45, blank=True)
    """The /24 or /48 of the address."""
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT)
    account = models.ForeignKey(
        Account, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    """Whose number was typed, where somebody has it: what staff are told (closed_tries). None for a number
    that nobody has, and before migration 0010."""
    method = models.CharField(max_length=20)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    number_hash = models.CharField(max_length=64)
    neighbourhood = models.CharField(max_length=64)
    refused_by = models.CharField(max_length=20, blank=True, default="")
    """The limit that refused the try (nothing was compared), from `limits.Limit`. Such a try counts
    nowhere."""

    class Meta:
        # The limits count what was compared: refused tries, of which a flood has many, stay out of these.
        indexes = [
            *[
                models.Index(fields=[field, "at"], name=f"accounts_try_{short}", condition=Q(refused_by=""))
                for field, short in [
                    ("user", "user"),
                    ("number_hash", "number"),
                    ("address", "address"),
                    ("network", "network"),
                    ("organisation", "org"),
                ]
            ],
            models.Index(fields=["neighbourhood", "at"], name="accounts_try_neighbours"),
            models.Index(fields=["at"], name="accounts_try_at"),
            models.Index(
                fields=["-at"],
                condition=Q(account__isnull=False, outcome__in=["trying", "mismatch", "limited"]),
                name="accounts_try_closed",
            ),
        ]


class HandledTries(models.Model):
    """Staff have dealt with a person's closed tries of an account, up to `handled_at`; a later one is new."""

    class How(models.TextChoices):
        CODE = "code"
        """A one-time code was printed for the account."""
        OTHERWISE = "otherwise"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    """None: whoever tried without an account of the portal yet."""
    how = models.CharField(max_length=9, choices=How.choices)
    handled_at = models.DateTimeField()
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "user"], nulls_distinct=False, name="accounts_handled_once"
            )
        ]


class ProofsReopened(models.Model):
    """When a person of the staff last put an organisation's guessable proofs on again: tries count from
    then."""

    organisation = models.OneToOneField(
        Organisation, primary_key=True, on_delete=models.CASCADE, related_name="proofs_reopened"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)


class LinkingStrength(models.Model):
    """How many of an organisation's accounts the five likeliest answers would open, when last measured."""

    organisation = models.OneToOneField(
        Organisation, primary_key=True, on_delete=models.CASCADE, related_name="linking_strength"
    )
    accounts = models.PositiveIntegerField()
    opened = models.PositiveIntegerField()
    measured_at = models.DateTimeField()

    @property
    def share(self) -> float:
        return self.opened / self.accounts if self.accounts else 0.0


class StaffLook(models.Model):
    """A member of the staff sees an account as its customer does: read-only, masked, for a stated reason."""

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=300)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["staff"], condition=Q(ended_at__isnull=True), name="accounts_look_one_at_a_time"
            )
        ]
