"""What happened to a ticket, written once; and its clocks, which are computed from that."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from tenants.fields import TenantForeignKey
from tenants.models import TenantModel, User
from tickets.models.ticket import Ticket


class Event(TenantModel):
    """One thing that happened: history, audit trail, source of reactions and of clocks. Never changed."""

    ticket = TenantForeignKey(Ticket, on_delete=models.CASCADE, related_name="events")
    verb = models.CharField(max_length=40)
    actor = TenantForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="none: the helpdesk",
    )
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    is_public = models.BooleanField(help_text="customers see it in their timeline")
    data = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        # The order of history: by time, ties in the order of recording (ids are made in that order).
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["tenant", "ticket", "at", "id"], name="event_ticket"),
            models.Index(fields=["tenant", "verb", "at"], name="event_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} at {self.at:%Y-%m-%d %H:%M}"


class Clock(TenantModel):
    """A promise on a ticket as the fold of its history gives it; the row is kept for queries and lists."""

    ticket = TenantForeignKey(Ticket, on_delete=models.CASCADE, related_name="clocks")
    metric = models.CharField(max_length=20)
    tier = models.SlugField(db_index=False, max_length=60, blank=True, help_text="of metric tier: which one holds it")
    number = models.PositiveSmallIntegerField(default=1, help_text="the n-th of its metric on this ticket")
    state = models.CharField(max_length=15)
    started_at = models.DateTimeField(null=True)
    target_seconds = models.PositiveIntegerField(null=True)
    consumed_seconds = models.PositiveIntegerField(default=0, help_text="business seconds, before the current stretch")
    remaining_seconds = models.IntegerField(null=True, help_text="business seconds, while paused")
    due_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    fulfilled_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=0)
    crossings = models.PositiveSmallIntegerField(default=0, help_text="warnings and breaches already in the history")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "ticket", "metric", "number"],
                name="one_clock_a_promise",
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "metric", "started_at"], name="clock_metric"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.state}"
