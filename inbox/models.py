"""Mail that goes out: a row before it is sent."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tenants.fields import TenantForeignKey
from tenants.models import TenantModel, User
from tickets.models import Event, Ticket


class OutgoingMail(TenantModel):
    """One mail to one person, with the Message-ID that it keeps however often it is tried."""

    ticket = TenantForeignKey(
        Ticket, on_delete=models.CASCADE, null=True, related_name="outgoing_mail"
    )
    event = TenantForeignKey(
        Event, on_delete=models.CASCADE, null=True, related_name="+"
    )
    recipient = TenantForeignKey(
        User, on_delete=models.CASCADE, null=True, related_name="+"
    )
    address = models.EmailField()
    language = models.CharField(max_length=8)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    message_id = models.CharField(max_length=255)
    in_reply_to = models.CharField(max_length=255, blank=True)
    references = models.TextField(blank=True)
    is_automatic = models.BooleanField(
        default=True, help_text="sets Auto-Submitted, RFC 3834"
    )
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "message_id"], name="one_mail_a_message_id"
            ),
            # However often a reaction runs, a person gets one mail about one event.
            models.UniqueConstraint(
                fields=["tenant", "event", "address"],
                name="one_mail_an_event",
                condition=Q(event__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "ticket", "created_at"], name="mail_ticket"),
            models.Index(fields=["tenant", "-created_at"], name="mail_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} to {self.address}"
