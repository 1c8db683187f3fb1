"""Versions and drafts of the support policy, and the priorities that tickets point at."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from django.db import models
from django.db.models.functions import Now

from sla.document import SupportPolicy
from tenants.context import active_tenant_id
from tenants.fields import TenantForeignKey
from tenants.models import TenantManager, TenantModel, TenantQuerySet, User
from tenants.statements import Statement
from tenants.text import say


class Priority(TenantModel):
    """How pressing a ticket is, in the tenant's own words. Rank 1 is the most pressing."""

    key = models.SlugField(db_index=False, max_length=40)
    name = models.JSONField()
    rank = models.PositiveSmallIntegerField()
    is_default = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta(TenantModel.Meta):
        ordering = ["rank"]
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="one_priority_a_key")]

    def __str__(self) -> str:
        return say(self.name)


class PolicyVersionQuerySet(TenantQuerySet["PolicyVersion"]):
    """Versions of the active tenant's policy."""

    def current(self) -> PolicyVersion:
        """The version in force. Raises PolicyVersion.DoesNotExist before the first policy is applied."""
        return self.defer("document", "source").latest("number")


class PolicyVersion(TenantModel):
    """A support policy as it was applied: the whole document, never changed. The highest number is in force."""

    number = models.PositiveIntegerField()
    document = models.JSONField()
    source = models.TextField(help_text="the policy file as it was written, comments kept")
    digest = models.CharField(max_length=64)
    applied_at = models.DateTimeField(db_default=Now())
    applied_by = TenantForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    moves_clocks = models.BooleanField(default=True, help_text="differs from the former in what clocks depend on")

    objects = TenantManager.from_queryset(PolicyVersionQuerySet)()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "number"], name="one_version_a_number")]

    def __str__(self) -> str:
        return f"v{self.number}"

    @property
    def policy(self) -> SupportPolicy:
        """The typed policy, compiled once a process and version."""
        return policy_of(active_tenant_id(), self.pk)


_IN_FORCE = Statement(lambda: PolicyVersion.objects.defer("document", "source").order_by("-number")[:1])


def version_in_force() -> PolicyVersion | None:
    """The version in force, without its document; None before the first policy is applied. One query."""
    return _IN_FORCE.first()


class PolicyDraft(TenantModel):
    """A policy that somebody is still changing on the pages. Nobody follows it; applying it deletes it."""

    author = TenantForeignKey(User, on_delete=models.CASCADE, related_name="+")
    base = models.PositiveIntegerField(help_text="the version that it was changed from; 0 for none")
    document = models.JSONField()
    source = models.TextField(blank=True, help_text="the file that it came as; it stands for the whole policy then")
    changed_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "changed_at"], name="drafts_by_time")]

    def __str__(self) -> str:
        return f"{self.author}, v{self.base}"


class Recalculation(TenantModel):
    """How far the open tickets have followed a version: they do so in the background, some at a time."""

    version = TenantForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    total = models.PositiveIntegerField(help_text="tickets that were open when it began")
    done = models.PositiveIntegerField(default=0)
    position = models.UUIDField(null=True, help_text="the last ticket that was looked at; they go by id")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, help_text="also when a later version took over")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "version"], name="one_recalculation_a_version")]

    def __str__(self) -> str:
        return f"{self.done} of {self.total}"

    @property
    def is_running(self) -> bool:
        """Whether there is work left."""
        return self.finished_at is None

    @property
    def percent(self) -> int:
        """How much is done, 0 to 100; tickets that are closed meanwhile count as done at the end."""
        return 100 if not self.is_running or not self.total else min(99, 100 * self.done // self.total)


@lru_cache(maxsize=1024)
def policy_of(tenant_id: int | None, version_id: UUID) -> SupportPolicy:
    """The typed policy of a version of the active tenant. A version never changes, so the cache never ages.

    One takes some 150 KiB; reading one anew costs more than the clocks of a dozen tickets.
    """
    return SupportPolicy.from_stored(PolicyVersion.objects.values_list("document", flat=True).get(pk=version_id))
