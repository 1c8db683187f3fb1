"""Each mail that comes in, as it came, before anything was made of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inbox.models.mailboxes import Mailbox
from tenants.fields import TenantForeignKey
from tenants.models import TenantManager, TenantModel, TenantQuerySet, User
from tickets.models import Complaint, Message, Ticket

#: The latest complaints whose mails somebody finds in the list.
_MOST_COMPLAINTS = 1_000


def raw_path(mail: InboundMail, filename: str) -> str:
    """Where the mail lies as it came: by tenant and our own id."""
    return f"{mail.tenant_id}/mail/{mail.pk}"


class InboundMailQuerySet(TenantQuerySet):
    """Inbound mail of the active tenant."""

    def held(self) -> InboundMailQuerySet:
        """Those that wait for somebody to decide."""
        return self.filter(outcome=InboundMail.Outcome.HELD)

    def shown_to(self, person: User) -> InboundMailQuerySet:
        """Those that a person of the desk may read: what answers a complaint only where they may handle it."""
        handled = Complaint.objects.handled_by(person).order_by("-pk").values_list("pk", flat=True)[:_MOST_COMPLAINTS]
        theirs = [str(each) for each in handled]
        return self.filter(Q(verdict__complaint__isnull=True) | Q(verdict__complaint__in=theirs))


class InboundMail(TenantModel):
    """One mail that came in, and what became of it. Whatever happens, it is here."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Being read")
        TICKET = "ticket", _("New request")
        REPLY = "reply", _("Answer")
        HELD = "held", _("Held")
        DROPPED = "dropped", _("Set aside")

    mailbox = TenantForeignKey(Mailbox, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=64, help_text="the same mail, delivered again, has the same")
    raw = models.FileField(upload_to=raw_path, max_length=120)
    size = models.PositiveBigIntegerField(help_text="bytes")
    received_at = models.DateTimeField()
    copies = models.PositiveIntegerField(default=0, help_text="how often it came again")
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.WAITING)
    reason = models.CharField(max_length=40, blank=True, help_text="why it is held or was set aside")
    sender = models.CharField(max_length=320, blank=True)
    sender_name = models.CharField(max_length=300, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    quote = models.TextField(blank=True, help_text="what was quoted below the answer")
    verdict = models.JSONField(default=dict, help_text="how it was matched, who says that the sender is who they say")
    ticket = TenantForeignKey(Ticket, on_delete=models.CASCADE, null=True, related_name="+")
    message = TenantForeignKey(Message, on_delete=models.CASCADE, null=True, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0)
    decided_by = TenantForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(InboundMailQuerySet)()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "mailbox", "key"], name="one_inbound_mail_a_key")]
        indexes = [
            models.Index(fields=["tenant", "-received_at", "-id"], name="inbound_newest"),
            models.Index(fields=["tenant", "outcome", "-received_at", "-id"], name="inbound_outcome"),
            models.Index(fields=["tenant", "sender", "received_at"], name="inbound_sender"),
            models.Index(fields=["tenant", "message"], condition=Q(message__isnull=False), name="inbound_message"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} from {self.sender}"
