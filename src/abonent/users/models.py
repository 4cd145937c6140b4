"""People, their sessions, consents and places in an organisation, and the audit trail."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Lower

from abonent.portal.current import portal
from abonent.portal.models import Organisation


class UserManager(BaseUserManager["User"]):
    def create_user(self, login: str, email: str = "", password: str | None = None, **facts: Any) -> "User":
        user = self.model(login=login, email=email.lower(), **facts)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(login__iexact=username)


class User(AbstractBaseUser):
    """A person: customer, staff member, or both. Signs in by login or by e-mail, as the profile says."""

    login = models.CharField(max_length=150, unique=True)
    email = models.EmailField(blank=True)
    full_name = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=2, blank=True)
    months_shown = models.PositiveSmallIntegerField(default=12)
    """«Количество месяцев, отображаемых по умолчанию»."""
    email_confirmed = models.BooleanField(default=False)
    """Kept with allauth's EmailAddress in one transaction, so that a page needs no second query."""
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    agreed_to = models.CharField(max_length=300, blank=True, default="", db_default="")
    """`documents.marks` of the consents in force, kept beside them: no page asks a query for them."""
    deletion_due_at = models.DateTimeField(null=True)
    """The person asked to be forgotten, and will be then; may think again until then (personal_data)."""

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("login"), name="users_user_login_any_case")]
        indexes = [
            models.Index(fields=["email"], name="users_user_email"),
            models.Index(
                fields=["created_at"],
                name="users_user_unconfirmed",
                condition=models.Q(email_confirmed=False, is_active=True),
            ),
        ]

    def __str__(self) -> str:
        return self.login

    def get_full_name(self) -> str:
        return self.full_name

    @property
    def shown_name(self) -> str:
        """What a page calls the person: the name, else what they sign in by."""
        return self.full_name or (self.email if portal().sign_up.sign_in_by == "email" else self.login)


class Session(AbstractBaseSession):
    """A signed-in browser; its row knows the person, so that people see and end their sessions."""

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="sessions")
    created_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(auto_now_add=True)
    address = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=300, blank=True)

    class Meta(AbstractBaseSession.Meta):
        abstract = False

    @classmethod
    def get_session_store_class(cls) -> Any:
        from abonent.users.sessions import SessionStore

        return SessionStore


class ConsentText(models.Model):
    """What stood on the page that people agreed to: kept the first time somebody agrees. Append-only."""

    document = models.CharField(max_length=40)
    version = models.CharField(max_length=40)
    language = models.CharField(max_length=2)
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    """Of the text: a text that was changed without a new version is a row of its own, and is seen."""
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document", "version", "language", "sha256"], name="users_consent_text_once"
            )
        ]


class Consent(models.Model):
    """That a person agreed, to which version of which document, and when. Append-only."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="consents")
    document = models.CharField(max_length=40)
    version = models.CharField(max_length=40)
    given_at = models.DateTimeField()
    text = models.ForeignKey(ConsentText, null=True, on_delete=models.PROTECT, related_name="+")
    """As it was read; None: agreed to before texts were kept."""


class ConsentWithdrawal(models.Model):
    """A consent that counts no more, and since when: a row of its own. Append-only."""

    consent = models.OneToOneField(
        Consent, primary_key=True, on_delete=models.CASCADE, related_name="withdrawal"
    )
    withdrawn_at = models.DateTimeField()


class StaffMembership(models.Model):
    """A person's place among the staff; without an organisation it is the portal's own staff."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="staff_membership")
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT)
    role = models.CharField(
        max_length=20,
        choices=[
            ("operator", "operator"),
            ("accountant", "accountant"),
            ("administrator", "administrator"),
        ],
        default="operator",
    )
    """What it allows: rights.py."""
    team = models.CharField(max_length=20, blank=True, default="", db_default="")
    """`requests.teams[].code` of the profile: whose requests they see first; empty: all."""


class StaffInvitation(models.Model):
    """A letter that offers a place among the staff to whoever reads the mailbox. Nothing of it says whether
    anybody has a login with that address."""

    email = models.EmailField()
    full_name = models.CharField(max_length=200)
    """As the administrator wrote it; the name of a login that is made for it."""
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT)
    role = models.CharField(max_length=20)
    team = models.CharField(max_length=20, blank=True, default="")
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(accepted_at=None) | models.Q(revoked_at=None),
                name="users_invitation_ends_once",
            )
        ]


class AuditEvent(models.Model):
    """Who did what to whom, and when (UTC). Append-only: a trigger refuses UPDATE and DELETE,
    but for addresses and reasons that are blanked by age (audit.forget_addresses)."""

    at = models.DateTimeField()
    actor = models.ForeignKey(User, null=True, on_delete=models.DO_NOTHING, db_constraint=False)
    address = models.GenericIPAddressField(null=True)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=300, blank=True, default="", db_default="")
    """Why, in the words of the one who did it, where a reason is asked."""
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["action", "at"], name="users_audit_action"),
            models.Index(fields=["subject", "at"], name="users_audit_subject"),
            models.Index(fields=["actor", "at"], name="users_audit_actor"),
            models.Index(fields=["organisation", "at"], name="users_audit_org"),
            models.Index(fields=["at"], name="users_audit_at"),
        ]


class WrongSignIns(models.Model):
    """Wrong sign-ins in a row under one name, known or not. An HMAC: people type passwords there."""

    name = models.CharField(max_length=40, primary_key=True)
    in_a_row = models.PositiveIntegerField()
    last_at = models.DateTimeField()
