"""What a tenant announces to the people it concerns."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.fields import TenantForeignKey
from tenants.models import TenantManager, TenantModel, TenantQuerySet, User
from tenants.text import say
from tickets.models import ServiceWindow


class AnnouncementQuerySet(TenantQuerySet):
    """Announcements of the active tenant."""

    def showing(self, at: datetime) -> AnnouncementQuerySet:
        """Those to be shown at this instant."""
        return self.filter(shown_from__lte=at).filter(Q(shown_until=None) | Q(shown_until__gt=at))


class Announcement(TenantModel):
    """A notice with an audience, a severity and a time."""

    class Audience(models.TextChoices):
        EVERYONE = "everyone", _("Everyone")
        CUSTOMERS = "customers", _("Signed-in customers")
        AGENTS = "agents", _("Agents")

    class Severity(models.TextChoices):
        INFO = "info", _("Information")
        WARNING = "warning", _("Warning")
        OUTAGE = "outage", _("Outage")

    title = models.JSONField()
    body = models.JSONField(default=str, blank=True)
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.EVERYONE)
    severity = models.CharField(max_length=10, choices=Severity, default=Severity.INFO)
    shown_from = models.DateTimeField()
    shown_until = models.DateTimeField(null=True, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True, help_text="when the announced work begins")
    ends_at = models.DateTimeField(null=True, blank=True, help_text="when the announced work ends")
    window = TenantForeignKey(
        ServiceWindow, on_delete=models.SET_NULL, null=True, related_name="+", help_text="the announced work"
    )
    author = TenantForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = TenantManager.from_queryset(AnnouncementQuerySet)()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        ordering = ["-shown_from"]
        indexes = [models.Index(fields=["tenant", "-shown_from"], name="announcement_from")]

    def __str__(self) -> str:
        return say(self.title)

    @property
    def token(self) -> str:
        """Names this announcement as it reads now: who puts it away sees it again once its words change."""
        words = json.dumps([self.title, self.body, self.severity], sort_keys=True)
        return f"{self.pk}-{hashlib.sha256(words.encode()).hexdigest()[:8]}"

    def is_shown(self, at: datetime) -> bool:
        """Whether it is shown at an instant."""
        return self.shown_from <= at and (self.shown_until is None or at < self.shown_until)
