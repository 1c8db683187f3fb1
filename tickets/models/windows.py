"""Times in which services are under maintenance or down."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import OuterRef, Q

from tenants.fields import TenantForeignKey
from tenants.models import TenantManager, TenantModel, TenantQuerySet
from tenants.text import say
from tickets.models.people import Organization


class ServiceWindowQuerySet(TenantQuerySet):
    """Windows of the active tenant."""

    def stopping_since(self, at: datetime | OuterRef) -> ServiceWindowQuerySet:
        """Those that stop any clock and were not over by then."""
        return self.exclude(metrics=[]).filter(Q(ends_at=None) | Q(ends_at__gt=at))


class ServiceWindow(TenantModel):
    """Maintenance or an outage: what it concerns, from when until when, and the clocks that stand still meanwhile.

    What lies behind is never changed, so that no clock is judged again by it.
    """

    title = models.JSONField()
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, help_text="none while it lasts")
    categories = ArrayField(models.SlugField(max_length=60), default=list, help_text="all services when empty")
    organizations = models.ManyToManyField(Organization, through="AffectedOrganization", related_name="+")
    metrics = ArrayField(models.CharField(max_length=20), default=list, help_text="from the policy, when it was made")
    known_at = models.DateTimeField(help_text="when it was entered")

    objects = TenantManager.from_queryset(ServiceWindowQuerySet)()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        ordering = ["begins_at", "id"]
        indexes = [models.Index(fields=["tenant", "ends_at"], name="servicewindow_ends")]

    def __str__(self) -> str:
        return say(self.title)

    def concerns(self, category: str, organization: UUID | None) -> bool:
        """Whether it is about such a request: its category's key, its organisation's id.

        No query when the organisations are prefetched.
        """
        affected = {each.pk for each in self.organizations.all()}
        return (not self.categories or category in self.categories) and (not affected or organization in affected)


class AffectedOrganization(TenantModel):
    """A window that concerns this organisation; one without any concerns all."""

    window = TenantForeignKey(ServiceWindow, on_delete=models.CASCADE, related_name="+")
    organization = TenantForeignKey(Organization, on_delete=models.CASCADE, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "window", "organization"], name="one_organization_a_window")
        ]
