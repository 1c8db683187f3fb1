"""What escalation rules did, and why they did not."""

from __future__ import annotations

from django.db import models

from tenants.fields import TenantForeignKey
from tenants.models import TenantModel
from tickets.models import Event, Ticket


class RuleRun(TenantModel):
    """A rule of the policy was considered after an event: it ran, or a condition failed. Written once."""

    ticket = TenantForeignKey(Ticket, on_delete=models.CASCADE, related_name="rule_runs")
    event = TenantForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    rule = models.SlugField(db_index=False, max_length=60)
    ran = models.BooleanField()
    because = models.JSONField(default=dict, help_text="the condition that failed and the value it saw")
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        # The key that makes a rule fire once for one warning or breach, however often its work is tried.
        constraints = [models.UniqueConstraint(fields=["tenant", "event", "rule"], name="one_run_an_event")]
        indexes = [
            models.Index(fields=["tenant", "ticket", "at"], name="rulerun_ticket"),
            # When a rule last did its work is one step into it, however often it has.
            models.Index(fields=["tenant", "rule", "at"], name="rulerun_latest", condition=models.Q(ran=True)),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {'ran' if self.ran else 'did not run'}"
