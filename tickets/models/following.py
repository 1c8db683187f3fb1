"""Who else reads a ticket: agents who follow it, and people in copy, who take part beside the one who asked."""

from __future__ import annotations

from django.db import models

from tenants.fields import TenantForeignKey
from tenants.models import TenantModel, User
from tickets.models.ticket import Ticket


class Follower(TenantModel):
    """Somebody of the staff who is told what happens to a ticket, though it is not theirs."""

    ticket = TenantForeignKey(Ticket, on_delete=models.CASCADE, related_name="followers")
    user = TenantForeignKey(User, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "ticket", "user"], name="one_following_a_person")]
        indexes = [models.Index(fields=["tenant", "user"], name="follower_user")]

    def __str__(self) -> str:
        return f"{self.user_id} follows {self.ticket_id}"


class Participant(TenantModel):
    """A customer in copy: gets the public messages of a ticket, and may read and answer it."""

    ticket = TenantForeignKey(Ticket, on_delete=models.CASCADE, related_name="participants")
    user = TenantForeignKey(User, on_delete=models.CASCADE, related_name="+")
    added_by = TenantForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        # The person first: what somebody may see is asked far more often than who takes part.
        constraints = [models.UniqueConstraint(fields=["tenant", "user", "ticket"], name="one_copy_a_person")]
        indexes = [models.Index(fields=["tenant", "ticket"], name="participant_ticket")]

    def __str__(self) -> str:
        return f"{self.user_id} takes part in {self.ticket_id}"
