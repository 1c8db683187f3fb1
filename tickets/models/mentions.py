"""Who of the staff a note calls upon."""

from __future__ import annotations

from django.db import models

from tenants.fields import TenantForeignKey
from tenants.models import TenantManager, TenantModel, TenantQuerySet, User
from tickets.models.desk import Team
from tickets.models.ticket import Message, Ticket


class MentionQuerySet(TenantQuerySet["Mention"]):
    """Mentions of the active tenant."""

    def within_sight(self, person: User) -> MentionQuerySet:
        """A person's, on tickets that they may still see."""
        seen = Ticket.objects.visible_to(person).filter(pk=models.OuterRef("message__ticket"))
        return self.filter(models.Exists(seen), user=person)

    def of(self, person: User) -> MentionQuerySet:
        """The same with what a list shows: those not looked at first, the newest first, by an index."""
        found = self.within_sight(person).order_by("is_seen", "-id")
        shown = ("is_seen", "team", "user", "tenant", "message__body", "message__posted_at", "message__author__name")
        ticket = ("message__ticket__number", "message__ticket__subject", "message__author__email")
        return found.select_related("message__ticket", "message__author", "team").only(*shown, *ticket, "team__name")


class Mention(TenantModel):
    """A person whom a note calls upon, by name or with their team. One a message, however often it names them."""

    message = TenantForeignKey(Message, on_delete=models.CASCADE, related_name="mentions")
    user = TenantForeignKey(User, on_delete=models.CASCADE, related_name="+")
    team = TenantForeignKey(
        Team, on_delete=models.CASCADE, null=True, related_name="+", help_text="through which; none: by name"
    )
    is_seen = models.BooleanField(default=False, help_text="the person has opened the ticket since")

    objects = TenantManager.from_queryset(MentionQuerySet)()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "message", "user"], name="one_mention_a_message")]
        indexes = [models.Index(fields=["tenant", "user", "is_seen", "-id"], name="mention_user")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.message_id}"
