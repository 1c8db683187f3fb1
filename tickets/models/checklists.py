"""Steps that a customer ticks off, and the lists of steps that a tenant keeps ready."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from tenants.fields import TenantForeignKey
from tenants.models import TenantModel, User
from tickets.models.ticket import Ticket


class ChecklistTemplate(TenantModel):
    """Steps that agents send often."""

    name = models.CharField(max_length=120)
    steps = ArrayField(models.CharField(max_length=500))

    class Meta(TenantModel.Meta):
        ordering = ["name"]
        constraints = [models.UniqueConstraint("tenant", Lower("name"), name="one_checklist_template_a_name")]

    def __str__(self) -> str:
        return self.name


class Checklist(TenantModel):
    """Steps that an agent sent to the customer of a ticket."""

    ticket = TenantForeignKey(Ticket, on_delete=models.CASCADE, related_name="checklists")
    title = models.CharField(max_length=120)
    sent_by = TenantForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, help_text="the last step was ticked")
    withdrawn_at = models.DateTimeField(null=True, help_text="the agent took it back")

    class Meta(TenantModel.Meta):
        ordering = ["sent_at", "id"]
        indexes = [models.Index(fields=["tenant", "ticket"], name="checklist_ticket")]

    def __str__(self) -> str:
        return self.title


class ChecklistStep(TenantModel):
    """One step, and what came of it."""

    checklist = TenantForeignKey(Checklist, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=500)
    done_at = models.DateTimeField(null=True)
    done_by = TenantForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    result = models.CharField(max_length=1000, blank=True, help_text="what the customer saw")

    class Meta(TenantModel.Meta):
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["tenant", "checklist", "position"], name="one_step_a_position")]

    def __str__(self) -> str:
        return self.text
