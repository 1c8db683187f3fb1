"""Who reads a ticket without an account, and what a customer takes along of all their contacts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.fields import TenantForeignKey
from tenants.models import TenantModel, User
from tickets.models.people import Organization
from tickets.models.ticket import Ticket


class EndedLinks(TenantModel):
    """How often a person's links to a ticket were ended: those of an earlier count are void. No row: never."""

    ticket = TenantForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    user = TenantForeignKey(User, on_delete=models.CASCADE, related_name="+")
    count = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "ticket", "user"], name="one_ending_a_reader")]

    def __str__(self) -> str:
        return f"links of {self.user_id} to {self.ticket_id} up to {self.count}"


class HistoryExport(TenantModel):
    """A customer's contacts as one file: how far it has come, and until when it can be fetched."""

    class State(models.TextChoices):
        WORKING = "working", _("In the making")
        DONE = "done", _("Ready")
        FAILED = "failed", _("Not made")
        EXPIRED = "expired", _("No longer kept")

    asked_by = TenantForeignKey(User, on_delete=models.CASCADE, related_name="+")
    organization = TenantForeignKey(
        Organization, on_delete=models.CASCADE, null=True, related_name="+", help_text="none: the person's own"
    )
    language = models.CharField(max_length=8)
    state = models.CharField(max_length=10, choices=State, default=State.WORKING)
    total = models.PositiveIntegerField(help_text="tickets when it was asked for")
    written = models.PositiveIntegerField(default=0, help_text="tickets in its finished parts")
    parts = models.PositiveIntegerField(default=0)
    last_number = models.BigIntegerField(default=0, help_text="of the tickets in its finished parts")
    size = models.PositiveBigIntegerField(null=True, help_text="bytes of the finished file")
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "asked_by", "-asked_at"], name="history_export_person")]

    def __str__(self) -> str:
        return f"{self.asked_by} {self.asked_at:%Y-%m-%d %H:%M}"
