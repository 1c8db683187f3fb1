"""Who we work for, who may act, and when we wake up for them."""

from __future__ import annotations

import hashlib
import secrets
from typing import ClassVar, cast

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Lower, Now
from django.db.models.lookups import Exact
from django.db.models.sql.where import AND
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tenants.context import active_tenant_id
from tenants.fields import TenantForeignKey, UUIDv7, uuid7
from tenants.logos import Logo, logo_in
from tenants.permissions import Permission


class Tenant(models.Model):
    """A company that runs its support here. Global: row-level security lets it be read by all, changed by itself."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    language = models.CharField(max_length=8, default="en")
    languages = ArrayField(models.CharField(max_length=8), default=list)
    timezone = models.CharField(max_length=64, default="UTC")
    brand = models.JSONField(default=dict, help_text="colour, logo, tagline")
    mail_address = models.EmailField(blank=True, help_text="the sender of mail to customers")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name

    @property
    def logo(self) -> Logo | None:
        """The picture in place of the name, if an administrator chose one."""
        return logo_in(self.brand)


class Domain(models.Model):
    """A host name that leads to a tenant. Global: read before we know for whom we work."""

    host = models.CharField(max_length=253, unique=True)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="domains")
    is_primary = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.host


class TenantQuerySet(models.QuerySet):
    """Rows of one tenant. Subclass it for a model's own filters."""


class TenantManager(models.Manager):
    """Adds the tenant as a literal to every query."""

    use_in_migrations = False

    def get_queryset(self) -> models.QuerySet:
        """All rows of the active tenant; row-level security hides all rows when there is none."""
        queryset = super().get_queryset()
        tenant_id = active_tenant_id()
        if tenant_id is not None:
            # The tenant as a literal too: Postgres prunes at plan time, and Citus asks one shard.
            # What filter(tenant_id=...) adds, without its way of finding it: 0.15 ms of every query.
            tenant = cast("models.ForeignKey", self.model._meta.get_field("tenant"))
            column = tenant.get_col(queryset.query.get_initial_alias())
            queryset.query.where.add(Exact(column, tenant_id), AND)
        return queryset


class TenantModel(models.Model):
    """A row that belongs to one tenant: isolated by Postgres, its id a version 7 UUID."""

    id = models.UUIDField(primary_key=True, default=uuid7, db_default=UUIDv7(), editable=False)
    tenant = models.ForeignKey(
        Tenant,
        on_delete=models.CASCADE,
        default=active_tenant_id,
        editable=False,
        related_name="+",
        db_index=False,
    )

    objects = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"


class Role(TenantModel):
    """What a person may do. Every tenant starts with four; their permissions are data."""

    class Kind(models.TextChoices):
        CUSTOMER = "customer", _("Customer")
        AGENT = "agent", _("Agent")
        MANAGER = "manager", _("Manager")
        ADMIN = "admin", _("Administrator")

    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=80)
    permissions = ArrayField(models.CharField(max_length=40, choices=Permission), default=list, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="one_role_a_name")]

    def __str__(self) -> str:
        """The name in the reader's language, while it is one of the four that everyone starts with."""
        return gettext(self.name)


class UserManager(BaseUserManager["User"], TenantManager):
    """People of the active tenant, found by mail address whatever its case."""

    def get_by_natural_key(self, username: str | None) -> User:
        """The person with this mail address. Raises User.DoesNotExist."""
        person: User = self.get(email__iexact=username)
        return person


class User(AbstractBaseUser, TenantModel):
    """A person of one tenant, customer and staff alike. The same human at two tenants is two rows."""

    role = TenantForeignKey(Role, on_delete=models.PROTECT, related_name="people")
    email = models.EmailField()
    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=8, blank=True)
    timezone = models.CharField(max_length=64, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint("tenant", Lower("email"), name="one_person_an_address")]
        indexes = [models.Index(fields=["tenant", "role"], name="user_role")]

    def __str__(self) -> str:
        return self.name or self.email

    def may(self, permission: str) -> bool:
        """Whether the person's role has this permission."""
        return self.is_active and permission in self.role.permissions

    @property
    def is_staff_member(self) -> bool:
        """Agents, managers and administrators: those who see the workspace."""
        return self.role.kind != Role.Kind.CUSTOMER


class ApiToken(TenantModel):
    """Lets a program act as one person. Only the digest is kept; the token is shown once."""

    user = TenantForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "digest"], name="one_token_a_digest")]
        indexes = [models.Index(fields=["tenant", "user"], name="token_user")]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def digest_of(token: str) -> str:
        """SHA-256 of a token in hexadecimal: tokens are random, so no salt is needed."""
        return hashlib.sha256(token.encode()).hexdigest()

    @classmethod
    def issue(cls, user: User, name: str) -> str:
        """Make a token for this person and return it; it can't be read again."""
        token = secrets.token_urlsafe(32)
        cls.objects.create(user=user, name=name, digest=cls.digest_of(token))
        return token


class AuditEntry(TenantModel):
    """A change of who may do what, or of what was agreed with whom. Written by `tenants.audit`, never changed."""

    act = models.CharField(max_length=40)
    subject = models.UUIDField(help_text="the row that was changed; it may be gone")
    subject_name = models.CharField(max_length=200)
    actor = TenantForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", help_text="none: the command line"
    )
    at = models.DateTimeField(db_default=Now())
    before = models.JSONField(encoder=DjangoJSONEncoder, default=dict)
    after = models.JSONField(encoder=DjangoJSONEncoder, default=dict)

    class Meta(TenantModel.Meta):
        ordering = ["-id"]  # ids are made in the order of recording
        indexes = [models.Index(fields=["tenant", "subject", "-id"], name="audit_subject")]

    def __str__(self) -> str:
        return f"{self.act} {self.subject_name}"


class IdempotentRequest(TenantModel):
    """An answer kept so that a POST sent again with the same Idempotency-Key does nothing twice."""

    user = TenantForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64, help_text="SHA-256 of method, path and body")
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "user", "key"], name="one_answer_a_key")]

    def __str__(self) -> str:
        return self.key


class Alarm(models.Model):
    """Something to do at a time. Global, so that one query finds all that is due; holds ids only."""

    id = models.UUIDField(primary_key=True, default=uuid7, db_default=UUIDv7(), editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, db_index=False)
    kind = models.CharField(max_length=60)
    subject = models.UUIDField()
    at = models.DateTimeField()
    rung_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    parked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "kind", "subject"], name="one_alarm_a_subject")]
        indexes = [
            # The sweep's only index: what it costs is what is due, whatever the number of tenants and tickets.
            models.Index(fields=["at"], condition=models.Q(parked_at=None), name="alarm_due"),
            models.Index(
                fields=["tenant", "parked_at"],
                condition=models.Q(parked_at__isnull=False),
                name="alarm_parked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject} at {self.at:%Y-%m-%d %H:%M:%S}"
