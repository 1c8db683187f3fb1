"""Mail that goes out: a row before it is sent."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.fields import TenantForeignKey
from tenants.models import TenantManager, TenantModel, TenantQuerySet, User
from tickets.models import Event, Ticket


class OutgoingMailQuerySet(TenantQuerySet):
    """Outgoing mail of the active tenant."""

    def automatic_since(self, address: str, since: datetime) -> OutgoingMailQuerySet:
        """Automatic mails to an address that were written after an instant and not withheld."""
        written = self.filter(address=address, is_automatic=True, created_at__gt=since)
        return written.exclude(state=OutgoingMail.State.WITHHELD)

    def before(self, mail: OutgoingMail) -> OutgoingMailQuerySet:
        """What the same person is to read first: mails about earlier events of the ticket that still wait."""
        same = self.filter(ticket=mail.ticket_id, address=mail.address, state=OutgoingMail.State.WAITING)
        return same.filter(event__lt=mail.event_id)


class OutgoingMail(TenantModel):
    """One mail to one person, with the Message-ID that it keeps however often it is tried."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        WITHHELD = "withheld", _("Withheld")

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("Receipt")
        REPLY = "reply", _("Reply")
        COMMENT = "comment", _("Customer's comment")
        NEWS = "news", _("News of a request")
        NOTICE = "notice", _("Notice to staff")
        ACCOUNT = "account", _("Account")

    ticket = TenantForeignKey(Ticket, on_delete=models.CASCADE, null=True, related_name="outgoing_mail")
    event = TenantForeignKey(Event, on_delete=models.CASCADE, null=True, related_name="+")
    recipient = TenantForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    address = models.CharField(max_length=254)
    language = models.CharField(max_length=8)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    message_id = models.CharField(max_length=255)
    in_reply_to = models.CharField(max_length=255, blank=True)
    references = models.TextField(blank=True)
    is_automatic = models.BooleanField(default=True, help_text="sets Auto-Submitted, RFC 3834")
    created_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True, help_text="the last attempt")
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)

    objects = TenantManager.from_queryset(OutgoingMailQuerySet)()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "message_id"], name="one_mail_a_message_id"),
            # However often a reaction runs, a person gets one mail about one event.
            models.UniqueConstraint(
                fields=["tenant", "event", "address"], name="one_mail_an_event", condition=Q(event__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "ticket", "address", "created_at"], name="mail_ticket"),
            models.Index(fields=["tenant", "address", "created_at"], name="mail_address"),
            models.Index(fields=["tenant", "-created_at", "-id"], name="mail_newest"),
            models.Index(fields=["tenant", "state", "-created_at", "-id"], name="mail_state"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} to {self.address}"

    @property
    def is_secret(self) -> bool:
        """Whether it carries a sign-in code or link, which nobody but its recipient may read."""
        return self.kind == self.Kind.ACCOUNT
