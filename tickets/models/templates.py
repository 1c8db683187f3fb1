"""Tickets that are opened again and again: templates of them, when each comes round, and what came of it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from sla.models import Priority
from tenants.fields import TenantForeignKey
from tenants.models import TenantManager, TenantModel, TenantQuerySet, User
from tenants.permissions import Permission
from tickets.models.checklists import ChecklistTemplate
from tickets.models.desk import Category, Team, TeamMembership
from tickets.models.people import Organization
from tickets.models.ticket import Ticket


class TicketTemplateQuerySet(TenantQuerySet):
    """Templates of the active tenant."""

    def visible_to(self, person: User) -> TicketTemplateQuerySet:
        """Those for everybody and for one's teams; who keeps templates sees all."""
        if person.may(Permission.MANAGE_TEMPLATES):
            return self
        if not person.is_staff_member:
            return self.none()
        teams = TeamMembership.objects.filter(user=person).values("team")
        return self.filter(Q(audience=None) | Q(audience__in=teams))

    def for_page(self) -> TicketTemplateQuerySet:
        """With all that a template points at, in one query."""
        return self.select_related(
            "audience", "requester__role", "organization", "category", "priority", "team", "assignee__role", "checklist"
        )


class TicketTemplate(TenantModel):
    """What a ticket is to say and where it goes, with placeholders; none of it is deleted, only put aside."""

    name = models.CharField(max_length=80)
    audience = TenantForeignKey(
        Team, on_delete=models.PROTECT, null=True, related_name="+", help_text="who uses it; none: the whole desk"
    )
    is_active = models.BooleanField(default=True)
    subject = models.CharField(max_length=200)
    description = models.TextField()
    requester = TenantForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    organization = TenantForeignKey(Organization, on_delete=models.PROTECT, null=True, related_name="+")
    category = TenantForeignKey(Category, on_delete=models.PROTECT, null=True, related_name="+")
    priority = TenantForeignKey(Priority, on_delete=models.PROTECT, null=True, related_name="+")
    impact = models.CharField(max_length=40, blank=True)
    urgency = models.CharField(max_length=40, blank=True)
    team = TenantForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+")
    assignee = TenantForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    tags = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    checklist = TenantForeignKey(ChecklistTemplate, on_delete=models.PROTECT, null=True, related_name="+")
    answers = models.JSONField(default=dict, blank=True, help_text="to the fields of the category")
    sends_receipt = models.BooleanField(
        default=False, help_text="customers get the usual receipt for what a schedule opens"
    )
    opened_count = models.PositiveIntegerField(default=0, help_text="tickets that were opened from it")

    objects = TenantManager.from_queryset(TicketTemplateQuerySet)()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        ordering = ["name"]
        constraints = [models.UniqueConstraint("tenant", Lower("name"), name="one_ticket_template_a_name")]

    def __str__(self) -> str:
        return self.name


class TemplateSchedule(TenantModel):
    """When tickets of a template are opened by themselves. Its alarm rings at `next_at`."""

    class Closed(models.TextChoices):
        OPEN = "open", _("open it all the same")
        SKIP = "skip", _("leave this date out")
        PREVIOUS = "previous", _("open it on the working day before")
        NEXT = "next", _("open it on the next working day")

    template = TenantForeignKey(TicketTemplate, on_delete=models.PROTECT, related_name="schedules")
    rule = models.JSONField(help_text="as sla.recurrence.Rule has it")
    time = models.TimeField(help_text="on the wall clock of the zone")
    timezone = models.CharField(max_length=64)
    calendar = models.SlugField(
        db_index=False, max_length=60, blank=True, help_text="of the policy, for closed days; its default one if empty"
    )
    closed = models.CharField(max_length=10, choices=Closed, default=Closed.OPEN)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    count = models.PositiveSmallIntegerField(null=True, help_text="dates in all; those that are left out count")
    is_active = models.BooleanField(default=True)
    kept_by = TenantForeignKey(User, on_delete=models.PROTECT, related_name="+", help_text="who changed it last")
    run_count = models.PositiveIntegerField(default=0)
    next_on = models.DateField(null=True, help_text="the date of the rule; what is done may be moved off a closed day")
    next_at = models.DateTimeField(null=True, help_text="none: paused or over")
    settled_on = models.DateField(null=True, help_text="dates of the rule up to here are done with")
    settled_at = models.DateTimeField(help_text="what lies up to here is not done any more")

    class Meta(TenantModel.Meta):
        ordering = ["id"]
        indexes = [models.Index(fields=["tenant", "template"], name="schedule_template")]

    def __str__(self) -> str:
        return f"{self.template_id} next at {self.next_at}"


class TemplateRun(TenantModel):
    """What came of one date of a schedule."""

    class Outcome(models.TextChoices):
        OPENED = "opened", _("Opened")
        FAILED = "failed", _("Not opened")

    template = TenantForeignKey(TicketTemplate, on_delete=models.PROTECT, related_name="runs")
    schedule = TenantForeignKey(TemplateSchedule, on_delete=models.PROTECT, related_name="runs")
    on = models.DateField(help_text="the date of the rule")
    due_at = models.DateTimeField()
    ran_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    ticket = TenantForeignKey(Ticket, on_delete=models.PROTECT, null=True, related_name="+")
    missed = ArrayField(models.DateField(), default=list, help_text="dates before it at which nothing ran")
    causes = models.JSONField(default=list, help_text="why it failed, or what was left out: code and values each")

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["tenant", "schedule", "on"], name="one_run_a_date")]
        indexes = [models.Index(fields=["tenant", "template", "-id"], name="run_template")]

    def __str__(self) -> str:
        return f"{self.outcome} for {self.on}"
