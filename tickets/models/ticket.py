"""A customer's request, and everything said about it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sla.document import SupportPolicy
from sla.models import PolicyVersion, Priority, policy_of
from tenants.fields import TenantForeignKey
from tenants.models import TenantManager, TenantModel, TenantQuerySet, User
from tickets.models.desk import (
    Category,
    Channel,
    Exclusion,
    RefusalReason,
    Status,
    Tag,
    Team,
    Tier,
)
from tickets.models.people import Membership, Organization


class TicketCounter(TenantModel):
    """The last ticket number of a tenant. Numbers may have gaps and are never used again."""

    last = models.BigIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant"], name="one_counter_a_tenant")]

    def __str__(self) -> str:
        return str(self.last)


class TicketQuerySet(TenantQuerySet):
    """Tickets of the active tenant."""

    def active(self) -> TicketQuerySet:
        """Those in which somebody is still expected to act."""
        return self.filter(is_active=True)

    def visible_to(self, person: User) -> TicketQuerySet:
        """What a person may see: staff all or their teams', customers their own and by scope their company's."""
        if person.may("ticket.see_all"):
            return self
        if person.is_staff_member:
            teams = Team.objects.filter(memberships__user=person)
            return self.filter(Q(team__in=teams) | Q(assignee=person))
        companies = Membership.objects.filter(user=person).exclude(scope=Membership.Scope.OWN)
        return self.filter(Q(requester=person) | Q(organization__in=companies.values("organization")))

    def for_list(self) -> TicketQuerySet:
        """With all that a row of a list shows, in one query."""
        return self.select_related(
            "status",
            "priority",
            "category",
            "requester",
            "organization",
            "assignee",
            "team",
            "tier",
        )


class Ticket(TenantModel):
    """A customer's request."""

    number = models.BigIntegerField()
    subject = models.CharField(max_length=200)
    description = models.TextField()
    answers = models.JSONField(default=dict, blank=True, help_text="what the category's fields asked for")
    requester = TenantForeignKey(User, on_delete=models.PROTECT, related_name="requested_tickets")
    organization = TenantForeignKey(Organization, on_delete=models.PROTECT, null=True, related_name="tickets")
    channel = TenantForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    category = TenantForeignKey(Category, on_delete=models.PROTECT, related_name="tickets")
    impact = models.CharField(max_length=40, blank=True)
    urgency = models.CharField(max_length=40, blank=True)
    priority = TenantForeignKey(Priority, on_delete=models.PROTECT, related_name="tickets")
    status = TenantForeignKey(Status, on_delete=models.PROTECT, related_name="tickets")
    is_active = models.BooleanField(
        default=True,
        help_text="the status is of an active kind; kept for partial indexes",
    )
    tier = TenantForeignKey(Tier, on_delete=models.PROTECT, related_name="tickets")
    team = TenantForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="tickets")
    assignee = TenantForeignKey(User, on_delete=models.PROTECT, null=True, related_name="assigned_tickets")
    tags = models.ManyToManyField(Tag, through="TicketTag", related_name="tickets")
    policy_version = TenantForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    sla = models.SlugField(
        db_index=False,
        max_length=60,
        blank=True,
        help_text="the SLA policy of the document that holds; none if empty",
    )
    merged_into = TenantForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")
    exclusion = TenantForeignKey(Exclusion, on_delete=models.PROTECT, null=True, related_name="+")
    refusal_reason = TenantForeignKey(RefusalReason, on_delete=models.PROTECT, null=True, related_name="+")
    articles = ArrayField(
        models.PositiveIntegerField(),
        default=list,
        blank=True,
        help_text="numbers of near articles",
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, help_text="the earliest due time of its running clocks")
    clocks_at = models.DateTimeField(null=True, help_text="until when warnings and breaches are settled in the history")

    objects = TenantManager.from_queryset(TicketQuerySet)()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "number"], name="one_ticket_a_number")]
        indexes = [
            models.Index(
                fields=["tenant", "due_at", "number"],
                condition=Q(is_active=True),
                name="ticket_active_due",
            ),
            models.Index(
                fields=["tenant", "assignee", "due_at", "number"],
                condition=Q(is_active=True),
                name="ticket_assignee_due",
            ),
            models.Index(
                fields=["tenant", "team", "due_at", "number"],
                condition=Q(is_active=True),
                name="ticket_team_due",
            ),
            models.Index(
                fields=["tenant", "tier", "due_at", "number"],
                condition=Q(is_active=True),
                name="ticket_tier_due",
            ),
            models.Index(fields=["tenant", "status", "number"], name="ticket_status"),
            models.Index(fields=["tenant", "requester", "number"], name="ticket_requester"),
            models.Index(fields=["tenant", "organization", "number"], name="ticket_organization"),
            models.Index(fields=["tenant", "-updated_at", "number"], name="ticket_updated"),
            models.Index(
                fields=["tenant", "-updated_at", "number"],
                condition=Q(is_active=False),
                name="ticket_finished",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.subject}"

    @property
    def policy(self) -> SupportPolicy:
        """The support policy that holds for this ticket, from the process's cache."""
        return policy_of(self.tenant_id, self.policy_version_id)


class TicketTag(TenantModel):
    """A tag on a ticket."""

    ticket = TenantForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    tag = TenantForeignKey(Tag, on_delete=models.CASCADE, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "ticket", "tag"], name="one_tag_a_ticket")]
        indexes = [models.Index(fields=["tenant", "tag"], name="tickettag_tag")]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.ticket_id}"


class Message(TenantModel):
    """Something said on a ticket: to the customer, by the customer, or among agents."""

    class Kind(models.TextChoices):
        PUBLIC = "public", _("Public")
        INTERNAL = "internal", _("Internal note")

    ticket = TenantForeignKey(Ticket, on_delete=models.CASCADE, related_name="messages")
    author = TenantForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PUBLIC)
    by_staff = models.BooleanField(help_text="written on the desk's side, whatever role the author has today")
    channel = TenantForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    body = models.TextField()
    posted_at = models.DateTimeField()
    merged_from = TenantForeignKey(Ticket, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "ticket", "posted_at"], name="message_ticket")]

    def __str__(self) -> str:
        return self.body[:60]


def attachment_path(attachment: Attachment, filename: str) -> str:
    """Where the bytes lie: by tenant and our own id, never by the sender's name (FreeScout CVE-2026-27636)."""
    return f"{attachment.tenant_id}/{attachment.key}"


class Attachment(TenantModel):
    """A file on a message, served only through a permission check."""

    message = TenantForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    key = models.UUIDField(help_text="the stored file's own name")
    name = models.CharField(max_length=255, help_text="as the sender called it: text, never a path")
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(help_text="bytes")
    file = models.FileField(upload_to=attachment_path, max_length=120)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "message"], name="attachment_message")]

    def __str__(self) -> str:
        return self.name
