"""A customer's request, and everything said about it."""

from __future__ import annotations

from datetime import datetime

from django.apps import apps
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

    def waiting(self) -> TicketQuerySet:
        """Those that wait for somebody to take them: new or open, held by nobody, and not snoozed."""
        kinds = Status.objects.filter(kind__in=[Status.Kind.NEW, Status.Kind.OPEN]).values("pk")
        return self.filter(is_active=True, snoozed_at=None, assignee=None, status__in=kinds)

    def for_now(self, at: datetime) -> TicketQuerySet:
        """Those that are not snoozed, and what is overdue even so: a broken promise never hides."""
        return self.filter(Q(snoozed_at=None) | Q(due_at__lt=at))

    def visible_to(self, person: User) -> TicketQuerySet:
        """What a person may see: staff all or their teams', customers their own, copies, by scope their company's."""
        if person.may("ticket.see_all"):
            return self
        if person.is_staff_member:
            teams = Team.objects.filter(memberships__user=person)
            return self.filter(Q(team__in=teams) | Q(assignee=person))
        companies = Membership.objects.filter(user=person).exclude(scope=Membership.Scope.OWN)
        in_copy = apps.get_model("tickets", "Participant")._default_manager.filter(user=person).values("ticket")
        return self.filter(
            Q(requester=person) | Q(organization__in=companies.values("organization")) | Q(pk__in=in_copy)
        )

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
    answers = models.JSONField(
        default=dict, blank=True, help_text="by the key of the policy's field; of several choices a list"
    )
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
    is_unproven = models.BooleanField(
        db_default=False,
        default=False,
        help_text="filed without signing in; nobody has shown yet that the address is theirs",
    )
    template = TenantForeignKey(
        "TicketTemplate", on_delete=models.PROTECT, null=True, related_name="tickets", help_text="it was opened from"
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
    snoozed_at = models.DateTimeField(null=True, help_text="out of the lists of work since; none if it is in them")
    snoozed_until = models.DateTimeField(null=True, help_text="when it comes back; none: when the customer writes")
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
            models.Index(
                fields=["tenant", "priority", "number"],
                condition=Q(is_active=True),
                name="ticket_active_priority",
            ),
            models.Index(fields=["tenant", "priority", "number"], name="ticket_priority"),
            models.Index(fields=["tenant", "status", "number"], name="ticket_status"),
            models.Index(
                fields=["tenant", "due_at", "number"],
                condition=Q(snoozed_at__isnull=False),
                name="ticket_snoozed",
            ),
            models.Index(
                fields=["tenant", "template", "number"],
                condition=Q(template__isnull=False),
                name="ticket_template",
            ),
            models.Index(
                fields=["tenant", "status", "-updated_at", "number"],
                condition=Q(is_active=True),
                name="ticket_active_status",
            ),
            models.Index(
                fields=["tenant", "-updated_at", "number"],
                condition=Q(is_active=True),
                name="ticket_active_updated",
            ),
            models.Index(
                fields=["tenant", "organization", "number"],
                condition=Q(is_active=True),
                name="ticket_active_organization",
            ),
            models.Index(fields=["tenant", "due_at", "number"], name="ticket_due"),
            models.Index(fields=["tenant", "requester", "number"], name="ticket_requester"),
            models.Index(
                fields=["tenant", "requester"],
                condition=Q(is_unproven=True),
                name="ticket_unproven",
            ),
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
    body = models.TextField(help_text="as plain text: for search, programs and mail")
    html = models.TextField(blank=True, help_text="the same with its formatting, cleaned; plain when empty")
    posted_at = models.DateTimeField()
    merged_from = TenantForeignKey(Ticket, on_delete=models.PROTECT, null=True, related_name="+")
    is_rude = models.BooleanField(
        db_default=False, default=False, help_text="a customer's, with words that the policy forbids"
    )

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["tenant", "ticket", "posted_at"], name="message_ticket"),
            models.Index(fields=["tenant", "ticket"], condition=Q(is_rude=True), name="message_rude"),
        ]

    def __str__(self) -> str:
        return self.body[:60]


#: Of a picture that is drawn without being asked for; a larger one is opened by its name.
MOST_PIXELS = 40_000_000


def attachment_path(attachment: Attachment, filename: str) -> str:
    """Where the bytes lie: by tenant and our own id, never by the sender's name (FreeScout CVE-2026-27636)."""
    return f"{attachment.tenant_id}/{attachment.key}"


class Attachment(TenantModel):
    """A file on a message, or on a draft until that is sent; served only through a permission check."""

    message = TenantForeignKey(Message, on_delete=models.CASCADE, null=True, related_name="attachments")
    draft = TenantForeignKey("Draft", on_delete=models.CASCADE, null=True, related_name="files")
    is_inline = models.BooleanField(default=False, help_text="a picture that stands in the text")
    key = models.UUIDField(help_text="the stored file's own name")
    name = models.CharField(max_length=255, help_text="as the sender called it: text, never a path")
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(help_text="bytes")
    width = models.PositiveIntegerField(null=True, help_text="of a picture, in pixels; none when unknown")
    height = models.PositiveIntegerField(null=True, help_text="likewise")
    file = models.FileField(upload_to=attachment_path, max_length=120)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(message__isnull=False, draft=None) | Q(message=None, draft__isnull=False),
                name="attachment_of_one_thing",
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "message"], name="attachment_message"),
            models.Index(fields=["tenant", "draft"], condition=Q(draft__isnull=False), name="attachment_draft"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_shown(self) -> bool:
        """Whether it is a picture that stands below the message, small enough for any reader's machine to draw."""
        return bool(self.width and self.height and self.width * self.height <= MOST_PIXELS)
