"""Fair use: what counts against a customer, and whose support is suspended."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.fields import TenantForeignKey
from tenants.models import TenantManager, TenantModel, TenantQuerySet, User
from tickets.models.people import Organization
from tickets.models.ticket import Ticket


class StrikeQuerySet(TenantQuerySet):
    """Strikes of the active tenant."""

    def standing(self) -> StrikeQuerySet:
        """Those that nobody took back."""
        return self.filter(withdrawn_at=None)

    def on_tickets_of(self, reader: User) -> StrikeQuerySet:
        """Those on tickets that a person sees."""
        return self.filter(ticket__in=Ticket.objects.visible_to(reader))

    def to_review(self) -> StrikeQuerySet:
        """Those for which managers are asked whether to suspend, and that nobody has settled."""
        return self.standing().filter(outcome=Strike.Outcome.REVIEW, settled_at=None)


class Strike(TenantModel):
    """Something that a customer did against the rules. Whether it counts was for the policy of that time to say."""

    class Kind(models.TextChoices):
        RUDE = "rude", _("Rude words")
        FALSE_REPORT = "false_report", _("False or senseless report")
        DUPLICATE = "duplicate", _("Second request about the same")
        NUDGE = "nudge", _("Asked again without anything new")

    class Outcome(models.TextChoices):
        NONE = "", _("Kept")
        WARNING = "warning", _("The customer was warned")
        REVIEW = "review", _("Managers were asked to suspend")

    person = TenantForeignKey(User, on_delete=models.CASCADE, related_name="strikes")
    ticket = TenantForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind)
    counts = models.BooleanField(help_text="a strike; else only kept, as the first nudges are")
    at = models.DateTimeField()
    made_by = TenantForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", help_text="none: the helpdesk"
    )
    words = models.TextField(blank=True, help_text="why, as the customer reads it")
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, default=Outcome.NONE)
    settled_at = models.DateTimeField(null=True, help_text="when a manager decided about the review")
    settled_by = TenantForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = TenantForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = TenantManager.from_queryset(StrikeQuerySet)()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "ticket"],
                condition=Q(kind="false_report", withdrawn_at=None),
                name="one_false_report_a_ticket",
            )
        ]
        indexes = [
            models.Index(
                fields=["tenant", "person", "-at"], condition=Q(withdrawn_at__isnull=True), name="strike_person"
            ),
            models.Index(
                fields=["tenant", "at"],
                condition=Q(outcome="review", settled_at__isnull=True, withdrawn_at__isnull=True),
                name="strike_review",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.ticket_id}"


class SuspensionQuerySet(TenantQuerySet):
    """Suspensions of the active tenant."""

    def current(self) -> SuspensionQuerySet:
        """Those that have not ended, begun or not."""
        return self.filter(ended_at=None)

    def to_decide(self) -> SuspensionQuerySet:
        """Those to which somebody objects; an objection is over with its suspension."""
        return self.current().filter(appeal_state=Suspension.Appeal.OPEN)

    def at(self, at: datetime) -> SuspensionQuerySet:
        """Those that hold at an instant, whether or not the alarm of their end has rung."""
        return self.current().filter(Q(until=None) | Q(until__gt=at), since__lte=at)

    def concerning(self, person: User) -> SuspensionQuerySet:
        """A person's own, and those of their organisations."""
        return self.filter(Q(person=person) | Q(organization__in=Organization.objects.of(person)))


class Suspension(TenantModel):
    """Support taken from a person or a company for a time or for good: why, by whom, and what became of it."""

    class Appeal(models.TextChoices):
        NONE = "", _("No objection")
        OPEN = "open", _("Objection to be decided")
        UPHELD = "upheld", _("It stays suspended")
        GRANTED = "granted", _("The objection was right")

    person = TenantForeignKey(User, on_delete=models.CASCADE, null=True, related_name="suspensions")
    organization = TenantForeignKey(Organization, on_delete=models.CASCADE, null=True, related_name="suspensions")
    cause = models.CharField(max_length=60, blank=True, help_text="key of a reason of the policy")
    words = models.TextField(help_text="what they read")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, help_text="none: until somebody lifts it")
    made_by = TenantForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = TenantForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", help_text="none: it ended by itself"
    )
    appeal = models.TextField(blank=True, help_text="what they object")
    appeal_state = models.CharField(max_length=10, choices=Appeal, blank=True, default=Appeal.NONE)
    appealed_by = TenantForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    appealed_at = models.DateTimeField(null=True)
    decision = models.TextField(blank=True, help_text="what was answered to the objection")
    decided_by = TenantForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(SuspensionQuerySet)()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        ordering = ["-made_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, organization=None) | Q(person=None, organization__isnull=False),
                name="suspension_of_one",
            ),
            models.UniqueConstraint(
                fields=["tenant", "person"],
                condition=Q(ended_at=None, person__isnull=False),
                name="one_suspension_a_person",
            ),
            models.UniqueConstraint(
                fields=["tenant", "organization"],
                condition=Q(ended_at=None, organization__isnull=False),
                name="one_suspension_a_company",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "person", "-made_at"], name="suspension_person"),
            models.Index(fields=["tenant", "organization", "-made_at"], name="suspension_organization"),
            models.Index(fields=["tenant", "-made_at"], condition=Q(ended_at__isnull=True), name="suspension_current"),
            models.Index(fields=["tenant", "appealed_at"], condition=Q(appeal_state="open"), name="suspension_appeal"),
        ]

    def __str__(self) -> str:
        return str(self.person or self.organization)

    @property
    def subject(self) -> User | Organization:
        """Whose support it is."""
        found = self.person if self.person is not None else self.organization
        assert found is not None  # the constraint sees to it
        return found
