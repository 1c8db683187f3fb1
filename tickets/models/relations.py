"""How tickets belong together: links between two of them, bursts of similar ones, answers passed on to children."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from tenants.fields import TenantForeignKey
from tenants.models import TenantModel, User
from tickets.models.desk import Status
from tickets.models.ticket import Message, Ticket


class TicketLink(TenantModel):
    """Two tickets that have to do with each other: one row a pair, read from both sides."""

    class Kind(models.TextChoices):
        PARENT = "parent", _("Parent and child")
        DUPLICATE = "duplicate", _("Duplicate")
        RELATES = "relates", _("Relates to")

    kind = models.CharField(max_length=10, choices=Kind)
    source = TenantForeignKey(Ticket, on_delete=models.CASCADE, related_name="+", help_text="of a parent link: parent")
    target = TenantForeignKey(Ticket, on_delete=models.CASCADE, related_name="+", help_text="of a parent link: child")
    made_by = TenantForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint("tenant", Least("source", "target"), Greatest("source", "target"), name="one_link"),
            models.UniqueConstraint(fields=["tenant", "target"], condition=Q(kind="parent"), name="one_parent"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="no_link_to_itself"),
        ]
        indexes = [
            models.Index(fields=["tenant", "source"], name="link_source"),
            models.Index(fields=["tenant", "target"], name="link_target"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind} {self.target_id}"


class Burst(TenantModel):
    """Similar tickets of several people within a short time: offered as one incident until somebody decides."""

    class State(models.TextChoices):
        OFFERED = "offered", _("Offered")
        ACCEPTED = "accepted", _("One incident")
        DISMISSED = "dismissed", _("Not one incident")

    state = models.CharField(max_length=10, choices=State, default=State.OFFERED)
    incident = TenantForeignKey(Ticket, on_delete=models.PROTECT, null=True, related_name="+")
    began_at = models.DateTimeField(help_text="when the first of its tickets was filed")
    latest_at = models.DateTimeField(help_text="when the last of its tickets was filed")
    decided_by = TenantForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["tenant", "latest_at"], condition=Q(state="offered"), name="burst_offered"),
            models.Index(fields=["tenant", "incident"], condition=Q(state="accepted"), name="burst_incident"),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.began_at:%Y-%m-%d %H:%M}"


class BurstTicket(TenantModel):
    """A ticket of a burst, and what was decided about it."""

    class State(models.TextChoices):
        OFFERED = "offered", _("Offered")
        LINKED = "linked", _("Linked to the incident")
        DECLINED = "declined", _("Does not belong to it")

    burst = TenantForeignKey(Burst, on_delete=models.CASCADE, related_name="members")
    ticket = TenantForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.OFFERED)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "ticket"], name="one_burst_a_ticket")]
        indexes = [models.Index(fields=["tenant", "burst"], name="burst_members")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.state}"


class Relay(TenantModel):
    """What happened on an incident and is to reach one of its children: an answer, a state, or both. Done once."""

    incident = TenantForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    child = TenantForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    message = TenantForeignKey(Message, on_delete=models.CASCADE, null=True, related_name="+")
    status = TenantForeignKey(Status, on_delete=models.PROTECT, null=True, related_name="+")
    author = TenantForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    refused = models.CharField(max_length=40, blank=True, help_text="why it did not reach the child: a refusal's code")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "message", "child"], condition=Q(message__isnull=False), name="one_answer_a_child"
            )
        ]
        indexes = [models.Index(fields=["tenant", "incident", "asked_at"], name="relay_incident")]

    def __str__(self) -> str:
        return f"{self.incident_id} to {self.child_id}"
