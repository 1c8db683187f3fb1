"""How long agents worked on tickets."""

from __future__ import annotations

from django.db import models

from tenants.fields import TenantForeignKey
from tenants.models import TenantModel, User
from tickets.models.ticket import Ticket


class TimeEntry(TenantModel):
    """Minutes that an agent spent on a ticket on a day. What it was before is in the ticket's history."""

    ticket = TenantForeignKey(Ticket, on_delete=models.CASCADE, related_name="time_entries")
    agent = TenantForeignKey(User, on_delete=models.PROTECT, related_name="+")
    minutes = models.PositiveIntegerField()
    spent_on = models.DateField(help_text="in the agent's zone")
    note = models.CharField(max_length=500, blank=True)
    entered_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        ordering = ["-spent_on", "-id"]
        indexes = [
            models.Index(fields=["tenant", "ticket"], name="time_ticket"),
            models.Index(fields=["tenant", "spent_on"], name="time_day"),
        ]

    def __str__(self) -> str:
        return f"{self.minutes} min"
