"""Calls that customers asked for: at which number, about what, and when."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.fields import TenantForeignKey
from tenants.models import TenantModel, User
from tickets.models.ticket import Ticket


class Callback(TenantModel):
    """A call that is to be made within the hours of the phone line, and what came of it."""

    class State(models.TextChoices):
        WANTED = "wanted", _("To be made")
        DONE = "done", _("Made")
        NOT_REACHED = "not_reached", _("Not reached")
        CANCELLED = "cancelled", _("No longer wanted")

    ticket = TenantForeignKey(Ticket, on_delete=models.CASCADE, related_name="callbacks")
    requester = TenantForeignKey(User, on_delete=models.PROTECT, related_name="+")
    phone = models.CharField(max_length=40)
    topic = models.CharField(max_length=500)
    at = models.DateTimeField(help_text="when the customer is to be called")
    state = models.CharField(max_length=12, choices=State, default=State.WANTED)
    asked_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0, help_text="calls that reached nobody")
    ended_at = models.DateTimeField(null=True)
    ended_by = TenantForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "ticket"], condition=Q(state="wanted"), name="one_open_callback")
        ]
        indexes = [
            models.Index(fields=["tenant", "at"], condition=Q(state="wanted"), name="callback_wanted"),
            models.Index(fields=["tenant", "ticket", "-id"], name="callback_ticket"),
        ]

    def __str__(self) -> str:
        return f"{self.phone} at {self.at:%Y-%m-%d %H:%M}"

    def is_of(self, person: User) -> bool:
        """Whether this person is to be called: who asked for it, or for whom staff did."""
        asked_by_staff = self.requester.is_staff_member and self.ticket.requester_id == person.pk
        return self.requester_id == person.pk or asked_by_staff

    @property
    def is_wanted(self) -> bool:
        """Whether the call is still to be made."""
        return self.state == self.State.WANTED
