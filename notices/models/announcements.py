"""What a tenant announces to the people it concerns."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from notices.models.components import Component, ComponentOrganization
from tenants.fields import TenantForeignKey
from tenants.models import TenantManager, TenantModel, TenantQuerySet, User
from tenants.paging import IsOneOf
from tenants.text import say
from tickets.models import Membership, Organization, ServiceWindow


class AnnouncementQuerySet(TenantQuerySet):
    """Announcements of the active tenant."""

    def showing(self, at: datetime) -> AnnouncementQuerySet:
        """Those to be shown at this instant."""
        return self.filter(shown_from__lte=at).filter(Q(shown_until=None) | Q(shown_until__gt=at))

    def readable_by(self, person: User | None) -> AnnouncementQuerySet:
        """Those whose audience this reader belongs to. Staff reads all, to know what customers are told."""
        if person is None:
            return self.filter(audience=Announcement.Audience.EVERYONE, narrowed_by="")
        if person.is_staff_member:
            return self
        mine = Membership.objects.filter(user=person)
        chosen = AnnouncedOrganization.objects.filter(
            announcement=OuterRef("pk"), organization__in=mine.values("organization")
        )
        agreed = mine.filter(IsOneOf(F("organization__contract"), OuterRef("contracts")))
        used = ComponentOrganization.objects.filter(organization__in=mine.values("organization"))
        using = AnnouncedComponent.objects.filter(announcement=OuterRef("pk"), component__in=used.values("component"))
        narrowed = Announcement.Narrowed
        return self.exclude(audience=Announcement.Audience.AGENTS).filter(
            Q(narrowed_by="")
            | Q(Q(Exists(chosen)) | Q(Exists(agreed)), narrowed_by=narrowed.ORGANIZATIONS)
            | Q(Exists(using), narrowed_by=narrowed.COMPONENTS)
        )

    def not_put_away_by(self, person: User) -> AnnouncementQuerySet:
        """Those that a person has not put away as they read now."""
        away = PutAway.objects.filter(announcement=OuterRef("pk"), person=person, wording=OuterRef("wording"))
        return self.exclude(Exists(away))

    def on_the_status_page(self, at: datetime) -> AnnouncementQuerySet:
        """Work that anybody may know of: what concerns chosen organisations only is nobody else's business.

        Also what was withdrawn, of which the days of the services still tell; its words are shown no more.
        """
        of_some = AnnouncedOrganization.objects.filter(announcement=OuterRef("pk"))
        about = AnnouncedComponent.objects.filter(announcement=OuterRef("pk"))
        seen = about.filter(component__is_public=True, component__is_active=True)
        told = self.filter(audience=Announcement.Audience.EVERYONE, narrowed_by="", contracts=[], shown_from__lte=at)
        return told.filter(~Q(Exists(of_some)), Q(Exists(seen)) | ~Q(Exists(about)), starts_at__isnull=False)


class Announcement(TenantModel):
    """A notice with an audience, a severity and a time."""

    class Audience(models.TextChoices):
        EVERYONE = "everyone", _("Everyone")
        CUSTOMERS = "customers", _("Signed-in customers")
        AGENTS = "agents", _("Agents")
        CHOSEN = "chosen", _("Only those it concerns")

    class Severity(models.TextChoices):
        INFO = "info", _("Information")
        WARNING = "warning", _("Warning")
        OUTAGE = "outage", _("Outage")

    class Narrowed(models.TextChoices):
        """By what the customers who are told are found, where it is not all of them."""

        ORGANIZATIONS = "orgs", _("Members of the chosen organisations and contracts")
        COMPONENTS = "services", _("Users of the chosen services")

    title = models.JSONField()
    body = models.JSONField(default=str, blank=True)
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.EVERYONE)
    severity = models.CharField(max_length=10, choices=Severity, default=Severity.INFO)
    organizations = models.ManyToManyField(Organization, through="AnnouncedOrganization", related_name="+")
    contracts = ArrayField(models.SlugField(max_length=60), default=list, help_text="keys of the policy's contracts")
    components = models.ManyToManyField(Component, through="AnnouncedComponent", related_name="+")
    narrowed_by = models.CharField(max_length=10, choices=Narrowed, blank=True, help_text="empty: nobody is left out")
    by_mail = models.BooleanField(default=False)
    shown_from = models.DateTimeField()
    shown_until = models.DateTimeField(null=True, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True, help_text="when the announced work begins")
    ends_at = models.DateTimeField(null=True, blank=True, help_text="when the announced work ends")
    cancelled_at = models.DateTimeField(null=True, help_text="when the announced work was called off")
    withdrawn_at = models.DateTimeField(null=True, help_text="when it was taken back: nobody reads it any more")
    window = TenantForeignKey(
        ServiceWindow, on_delete=models.SET_NULL, null=True, related_name="+", help_text="the announced work"
    )
    author = TenantForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(null=True)
    renewed_at = models.DateTimeField(null=True, help_text="when people were last told: who had put it away reads it")
    wording = models.CharField(max_length=8, blank=True, help_text="names what it says now")

    objects = TenantManager.from_queryset(AnnouncementQuerySet)()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        ordering = ["-shown_from"]
        indexes = [
            models.Index(fields=["tenant", "-shown_from"], name="announcement_from"),
            models.Index(fields=["tenant", "ends_at"], condition=Q(ends_at__isnull=False), name="announcement_work"),
        ]

    def __str__(self) -> str:
        return say(self.title)

    @property
    def token(self) -> str:
        """Names this announcement as it reads now: who puts it away sees it again once it has something new to say."""
        return f"{self.pk}-{self.wording}"

    def reword(self) -> None:
        """Work out the name of what it says; to be saved with it."""
        times = [
            at.isoformat() if at else "" for at in (self.starts_at, self.ends_at, self.cancelled_at, self.renewed_at)
        ]
        said: list[Any] = [self.title, self.body, self.severity, times]
        self.wording = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:8]

    def is_shown(self, at: datetime) -> bool:
        """Whether it is shown at an instant."""
        return self.shown_from <= at and (self.shown_until is None or at < self.shown_until)


class AnnouncedOrganization(TenantModel):
    """An organisation that an announcement, or the work that it announces, concerns."""

    announcement = TenantForeignKey(Announcement, on_delete=models.CASCADE, related_name="+")
    organization = TenantForeignKey(Organization, on_delete=models.CASCADE, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "announcement", "organization"], name="one_organization_an_announcement"
            )
        ]


class AnnouncedComponent(TenantModel):
    """A service that an announcement, or the work that it announces, concerns; all of them without any."""

    announcement = TenantForeignKey(Announcement, on_delete=models.CASCADE, related_name="+")
    component = TenantForeignKey(Component, on_delete=models.CASCADE, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "announcement", "component"], name="one_component_an_announcement"
            )
        ]


class PutAway(TenantModel):
    """A person has put an announcement away, as it read then."""

    announcement = TenantForeignKey(Announcement, on_delete=models.CASCADE, related_name="+")
    person = TenantForeignKey(User, on_delete=models.CASCADE, related_name="+")
    wording = models.CharField(max_length=8)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "announcement", "person"], name="one_putting_away_a_person")
        ]
