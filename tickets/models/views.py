"""Lists of tickets that people keep, and what they did with many tickets at once."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.fields import TenantForeignKey
from tenants.models import TenantManager, TenantModel, TenantQuerySet, User
from tickets.models.desk import Team, TeamMembership
from tickets.models.ticket import Ticket

LONGEST_CONDITIONS = 1_000


class SavedViewQuerySet(TenantQuerySet):
    """Saved views of the active tenant."""

    def visible_to(self, person: User) -> SavedViewQuerySet:
        """One's own, those of one's teams and those for everybody."""
        teams = TeamMembership.objects.filter(user=person).values("team")
        return self.filter(
            Q(owner=person) | Q(audience=SavedView.Audience.EVERYBODY) | Q(audience="team", team__in=teams)
        )


class SavedView(TenantModel):
    """A selection of tickets under a name, for one person, for a team, or for everybody on the desk."""

    class Audience(models.TextChoices):
        OWN = "own", _("Only I")
        TEAM = "team", _("A team")
        EVERYBODY = "everybody", _("Everybody on the desk")

    name = models.CharField(max_length=80)
    conditions = models.CharField(
        max_length=LONGEST_CONDITIONS, blank=True, help_text="in the language of the search box"
    )
    columns = ArrayField(models.CharField(max_length=50), default=list, blank=True, help_text="the usual ones if empty")
    order = models.CharField(max_length=20, default="due")
    owner = TenantForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.OWN)
    team = TenantForeignKey(Team, on_delete=models.CASCADE, null=True, related_name="+", help_text="of audience team")
    position = models.PositiveSmallIntegerField(default=0)

    objects = TenantManager.from_queryset(SavedViewQuerySet)()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(audience="team", team__isnull=False) | ~Q(audience="team") & Q(team=None),
                name="team_of_a_teams_view",
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "owner"], name="saved_view_owner"),
            models.Index(fields=["tenant", "audience"], name="saved_view_audience"),
        ]

    def __str__(self) -> str:
        return self.name


class BulkChange(TenantModel):
    """One change that a person made to several tickets at once, and how far it has come."""

    class State(models.TextChoices):
        WORKING = "working"
        DONE = "done"
        UNDOING = "undoing"
        UNDONE = "undone"

    actor = TenantForeignKey(User, on_delete=models.PROTECT, related_name="+")
    act = models.CharField(max_length=20)
    value = models.CharField(max_length=60, blank=True, help_text="key, id or word: what the act sets")
    reason = models.CharField(max_length=2_000, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WORKING)
    total = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, help_text="of what its state says")

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "actor", "-made_at"], name="bulk_change_actor")]

    def __str__(self) -> str:
        return f"{self.act} {self.value}"


class BulkItem(TenantModel):
    """One ticket of a bulk change: what it was before, and what came of it."""

    class Outcome(models.TextChoices):
        WAITING = "waiting"
        CHANGED = "changed"
        SAME = "same"
        REFUSED = "refused"
        UNDONE = "undone"
        KEPT = "kept"

    change = TenantForeignKey(BulkChange, on_delete=models.CASCADE, related_name="items")
    ticket = TenantForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.WAITING)
    before = models.JSONField(default=dict, help_text="ids of what the act replaced")
    event = models.UUIDField(null=True, help_text="the last event of the ticket when the act was done")
    refusal = models.TextField(blank=True, help_text="why it was refused or not put back, in the actor's language")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "change", "ticket"], name="one_ticket_a_bulk_change")]
        indexes = [models.Index(fields=["tenant", "change", "outcome"], name="bulk_item_outcome")]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.outcome}"
