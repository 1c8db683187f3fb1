"""The services of a tenant, as its status page lists them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.fields import TenantForeignKey
from tenants.models import TenantManager, TenantModel, TenantQuerySet
from tenants.text import say
from tickets.models import Organization


class ComponentQuerySet(TenantQuerySet):
    """Services of the active tenant."""

    def public(self) -> ComponentQuerySet:
        """Those that anybody may know of."""
        return self.filter(is_active=True, is_public=True)


class Component(TenantModel):
    """A service whose state is told: its state is never kept, but follows from what is the matter with it."""

    class State(models.TextChoices):
        """From the best to the worst, as they are shown."""

        OPERATIONAL = "operational", _("Operational")
        MAINTENANCE = "maintenance", _("Under maintenance")
        DEGRADED = "degraded", _("Degraded")
        PARTIAL = "partial", _("Partial outage")
        MAJOR = "major", _("Major outage")

    name = models.JSONField()
    description = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField(default=0)
    is_public = models.BooleanField(default=True, help_text="else it stands on no page of the portal")
    is_active = models.BooleanField(default=True)
    categories = ArrayField(
        models.SlugField(max_length=60), default=list, help_text="kinds of request about it: their clocks may stand"
    )
    organizations = models.ManyToManyField(Organization, through="ComponentOrganization", related_name="+")
    since = models.DateTimeField(help_text="from when on its state is known")
    changed_at = models.DateTimeField()

    objects = TenantManager.from_queryset(ComponentQuerySet)()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        ordering = ["position", "id"]
        indexes = [models.Index(fields=["tenant", "position"], name="component_position")]

    def __str__(self) -> str:
        return say(self.name)


class ComponentOrganization(TenantModel):
    """An organisation that uses a service; one without any is used by all customers."""

    component = TenantForeignKey(Component, on_delete=models.CASCADE, related_name="+")
    organization = TenantForeignKey(Organization, on_delete=models.CASCADE, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "component", "organization"], name="one_use_a_component")
        ]
        indexes = [models.Index(fields=["tenant", "organization"], name="component_organization")]
