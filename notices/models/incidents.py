"""Disturbances as the status page tells them."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from notices.models.components import Component
from tenants.fields import TenantForeignKey
from tenants.models import TenantManager, TenantModel, TenantQuerySet, User
from tenants.text import say
from tickets.models import ServiceWindow, Ticket


class IncidentQuerySet(TenantQuerySet):
    """Disturbances of the active tenant."""

    def public(self) -> IncidentQuerySet:
        """Those that anybody may know of: about a public service, or about none in particular."""
        about = Impact.objects.filter(incident=OuterRef("pk"))
        seen = about.filter(component__is_public=True, component__is_active=True)
        return self.filter(Q(Exists(seen)) | ~Q(Exists(about)))


class Incident(TenantModel):
    """Something that is the matter with services, from when until when."""

    class State(models.TextChoices):
        INVESTIGATING = "investigating", _("Looking for the cause")
        IDENTIFIED = "identified", _("Cause found")
        MONITORING = "monitoring", _("Mended, being watched")
        RESOLVED = "resolved", _("Over")

    title = models.JSONField()
    state = models.CharField(max_length=15, choices=State, default=State.INVESTIGATING)
    begins_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(help_text="when it was last told of")
    ticket = TenantForeignKey(
        Ticket, on_delete=models.SET_NULL, null=True, related_name="+", help_text="where staff works on it"
    )
    window = TenantForeignKey(
        ServiceWindow, on_delete=models.SET_NULL, null=True, related_name="+", help_text="where clocks stand meanwhile"
    )

    objects = TenantManager.from_queryset(IncidentQuerySet)()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        ordering = ["-begins_at", "-id"]
        indexes = [
            models.Index(fields=["tenant", "-begins_at", "-id"], name="incident_begins"),
            models.Index(fields=["tenant", "ticket"], condition=Q(ticket__isnull=False), name="incident_ticket"),
            models.Index(fields=["tenant"], condition=Q(resolved_at=None), name="incident_open"),
        ]

    def __str__(self) -> str:
        return say(self.title)


class IncidentUpdate(TenantModel):
    """What was said about a disturbance at an instant. Never changed: who read it can rely on having read it."""

    incident = TenantForeignKey(Incident, on_delete=models.CASCADE, related_name="updates")
    state = models.CharField(max_length=15, choices=Incident.State)
    body = models.JSONField()
    at = models.DateTimeField()
    author = TenantForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["tenant", "incident", "-at"], name="incidentupdate_at")]

    def __str__(self) -> str:
        return say(self.body)[:80]


class ImpactQuerySet(TenantQuerySet):
    """What was the matter with services of the active tenant."""

    def since(self, at: datetime) -> ImpactQuerySet:
        """What was not over by then."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=at))


class Impact(TenantModel):
    """The state of one service because of one disturbance, from when until when."""

    incident = TenantForeignKey(Incident, on_delete=models.CASCADE, related_name="impacts")
    component = TenantForeignKey(Component, on_delete=models.CASCADE, related_name="impacts")
    state = models.CharField(max_length=12, choices=Component.State)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(ImpactQuerySet)()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        ordering = ["begins_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "incident", "component"], condition=Q(ends_at=None), name="one_impact_at_a_time"
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "incident"], name="impact_incident"),
            models.Index(fields=["tenant", "ends_at"], name="impact_ends"),
        ]

    def __str__(self) -> str:
        return f"{self.component_id} {self.state}"
