"""Who can take how much of what, who is away, and what was passed by."""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tenants.fields import TenantForeignKey
from tenants.models import TenantManager, TenantModel, TenantQuerySet, User
from tickets.models.ticket import Ticket


class AgentProfile(TenantModel):
    """What one of the staff can take. Whoever has none can take anything, as much as their team's policy lets them."""

    user = TenantForeignKey(User, on_delete=models.CASCADE, related_name="agent_profiles")
    capacity = models.PositiveSmallIntegerField(null=True, help_text="most active tickets; the team's when none")
    categories = ArrayField(models.SlugField(max_length=60), default=list, help_text="keys; every one when empty")
    languages = ArrayField(models.CharField(max_length=8), default=list, help_text="any when empty")
    calendar = models.SlugField(
        db_index=False, max_length=60, blank=True, help_text="of the policy: their working hours; any time when empty"
    )

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "user"], name="one_profile_a_person")]

    def __str__(self) -> str:
        return f"profile of {self.user_id}"


class AbsenceQuerySet(TenantQuerySet["Absence"]):
    """Absences of the active tenant."""

    def at(self, instant: datetime) -> AbsenceQuerySet:
        """Those that last at an instant."""
        return self.filter(begins_at__lte=instant).filter(Q(ends_at=None) | Q(ends_at__gt=instant))

    def not_over(self, instant: datetime) -> AbsenceQuerySet:
        """Those that last at an instant, or lie ahead of it."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=instant))


class Absence(TenantModel):
    """A time in which somebody of the staff is away, and what becomes of the tickets that they hold."""

    class Tickets(models.TextChoices):
        RETURN_DUE = "return_due", _("Return those due before the person is back")
        RETURN_ALL = "return_all", _("Return all of them")
        KEEP = "keep", _("Keep them")

    user = TenantForeignKey(User, on_delete=models.CASCADE, related_name="absences")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, help_text="none: until they say that they are back")
    reason = models.CharField(max_length=200, blank=True)
    tickets = models.CharField(max_length=10, choices=Tickets, default=Tickets.RETURN_DUE)
    entered_by = TenantForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True, help_text="when the tickets that go back had gone back")

    objects = TenantManager.from_queryset(AbsenceQuerySet)()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        ordering = ["begins_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at=None) | Q(ends_at__gte=F("begins_at")), name="absence_in_order")
        ]
        indexes = [
            models.Index(fields=["tenant", "user", "begins_at"], name="absence_user"),
            models.Index(fields=["tenant", "ends_at"], name="absence_ends"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} from {self.begins_at:%Y-%m-%d %H:%M}"

    def lasts(self, at: datetime) -> bool:
        """Whether the person is away at an instant."""
        return self.begins_at <= at and (self.ends_at is None or self.ends_at > at)

    def takes_back(self, due_at: datetime | None) -> bool:
        """Whether a ticket that is due then goes back to its team when the absence begins."""
        if self.tickets == self.Tickets.RETURN_ALL:
            return True
        if self.tickets == self.Tickets.KEEP or due_at is None:
            return False
        return self.ends_at is None or due_at < self.ends_at

    def owes_answer(self, due_at: datetime | None) -> bool:
        """Whether a ticket on which the customer writes meanwhile goes back; also without a due time."""
        return self.takes_back(due_at) or (due_at is None and self.tickets != self.Tickets.KEEP)


class Skip(TenantModel):
    """A ticket that an agent passed by, and why; it is not offered to them again for a while."""

    class Reason(models.TextChoices):
        SUBJECT = "subject", _("I do not know enough about this")
        LANGUAGE = "language", _("I do not write the customer's language")
        INVOLVED = "involved", _("I am involved, so somebody else should answer")
        BLOCKED = "blocked", _("It has to wait for something else")
        OTHER = "other", _("Another reason")

    user = TenantForeignKey(User, on_delete=models.CASCADE, related_name="+")
    ticket = TenantForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=10, choices=Reason)
    words = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    until = models.DateTimeField(help_text="not offered to this person again before")

    class Meta(TenantModel.Meta):
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["tenant", "user", "until"], name="skip_user"),
            models.Index(fields=["tenant", "ticket", "until"], name="skip_ticket"),
            models.Index(fields=["tenant", "-at"], name="skip_at"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} by {self.user_id}"
