"""What somebody writes on a ticket and has not sent, or what rests or waits for its time to be sent."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from tenants.fields import TenantForeignKey
from tenants.models import TenantManager, TenantModel, TenantQuerySet, User
from tickets.models.ticket import Ticket


class DraftQuerySet(TenantQuerySet):
    """Drafts of the active tenant."""

    def open(self) -> DraftQuerySet:
        """Those in the composer: nobody has asked to send them."""
        return self.filter(send_at=None)

    def left_by(self, person: User) -> DraftQuerySet:
        """What a person began and did not send, the newest first; by an index, with what a list of them shows.

        Of a ticket that is not `is_within_sight` any more nothing may be shown but the draft's own words.
        """
        seen = Ticket.objects.visible_to(person).filter(pk=OuterRef("ticket"))
        left = self.open().filter(author=person).select_related("ticket__status").order_by("-updated_at")
        return left.annotate(is_within_sight=Exists(seen)).defer("html", "ticket__description", "ticket__answers")

    def on(self, ticket: Ticket, person: User) -> DraftQuerySet:
        """What a person sees of them on a ticket's page: their own, and what is to be sent at its time."""
        seen = self.filter(ticket=ticket).filter(Q(author=person) | Q(is_scheduled=True))
        return seen.select_related("author__role").prefetch_related("files").order_by("send_at", "id")


class Draft(TenantModel):
    """One person's reply or note on one ticket. Sent, it becomes a message with the same id, and the row goes away."""

    class Kind(models.TextChoices):
        REPLY = "reply", _("Reply to the customer")
        NOTE = "note", _("Internal note")

    class Returned(models.TextChoices):
        """Why a reply that was to be sent is a draft again."""

        CUSTOMER = "customer", _("The customer wrote before your reply went, so it is a draft again. Read it first.")
        CHANGED = "changed", _("Something happened on this ticket before your reply went, so it is a draft again.")
        REFUSED = "refused", _("Your reply could not be posted when its time came, so it is a draft again.")
        CANCELLED = "cancelled", _("A colleague stopped your reply before it went, so it is a draft again.")

    ticket = TenantForeignKey(Ticket, on_delete=models.CASCADE, related_name="drafts")
    author = TenantForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.REPLY)
    body = models.TextField(blank=True)
    html = models.TextField(blank=True, help_text="the same with its formatting; plain when empty")
    status = models.CharField(max_length=60, blank=True, help_text="key of the state that goes with the reply")
    reach = models.CharField(max_length=10, blank=True, help_text="how far an answer on an incident goes")
    acts = models.JSONField(default=dict, help_text="what is done to the ticket with it: see tickets.macros")
    seen = models.UUIDField(null=True, help_text="the last event that the author had read")
    revision = models.PositiveIntegerField(default=0, help_text="counts its changes, so that an older tab is told")
    updated_at = models.DateTimeField()
    send_at = models.DateTimeField(null=True, help_text="when it goes; none while it is in the composer")
    is_scheduled = models.BooleanField(default=False, help_text="at a chosen time, rather than resting for an undo")
    returned = models.CharField(max_length=10, choices=Returned, blank=True, help_text="why it did not go")

    objects = TenantManager.from_queryset(DraftQuerySet)()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "ticket", "author", "kind"], condition=Q(send_at=None), name="one_draft_a_kind"
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "ticket"], name="draft_ticket"),
            models.Index(fields=["tenant", "author", "-updated_at"], condition=Q(send_at=None), name="draft_author"),
        ]

    def __str__(self) -> str:
        return self.body[:60]

    @property
    def is_empty(self) -> bool:
        """Whether there are no words in it; files may hang on it."""
        return not self.body.strip()

    def rests_for(self, now: datetime) -> int:
        """Whole seconds until it goes, 0 when that time has come."""
        return max(0, round((self.send_at - now).total_seconds())) if self.send_at else 0
