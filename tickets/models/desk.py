"""How a tenant's desk is set up: rows that tickets point at, made by applying the policy document."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.fields import TenantForeignKey
from tenants.models import TenantModel, User
from tenants.text import say


class KeyedModel(TenantModel):
    """A thing of the policy document with a key, a name in the tenant's words, and an order."""

    key = models.SlugField(db_index=False, max_length=60)
    name = models.JSONField()
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True, help_text="no longer in the policy, kept for old tickets")

    class Meta(TenantModel.Meta):
        abstract = True
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="one_%(class)s_a_key")]

    def __str__(self) -> str:
        return say(self.name)


class Tier(KeyedModel):
    """A line of support. Tickets climb from position 1 upwards."""


class Team(KeyedModel):
    """Agents who work together, on one tier."""

    tier = TenantForeignKey(Tier, on_delete=models.PROTECT, related_name="teams")
    members = models.ManyToManyField(User, through="TeamMembership", related_name="teams")


class TeamMembership(TenantModel):
    """A person in a team."""

    team = TenantForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = TenantForeignKey(User, on_delete=models.CASCADE, related_name="team_memberships")
    given_at = models.DateTimeField(null=True, help_text="when the team last handed them a ticket; orders the ring")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "team", "user"], name="one_membership_a_team")]
        indexes = [models.Index(fields=["tenant", "user"], name="team_membership_user")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.team_id}"


class Status(KeyedModel):
    """A state of tickets in the tenant's words; its kind says what it means to clocks and people."""

    class Kind(models.TextChoices):
        NEW = "new", _("New")
        OPEN = "open", _("Open")
        PENDING = "pending", _("Waiting for the customer")
        ON_HOLD = "on_hold", _("On hold")
        SOLVED = "solved", _("Solved")
        CLOSED = "closed", _("Closed")
        REFUSED = "refused", _("Refused")

    #: Kinds in which somebody is still expected to act.
    ACTIVE = (Kind.NEW, Kind.OPEN, Kind.PENDING, Kind.ON_HOLD)
    #: Whoever holds the ticket has something to do.
    WORKED_ON = (Kind.NEW, Kind.OPEN)

    kind = models.CharField(max_length=10, choices=Kind)
    customer_name = models.JSONField(help_text="the word that customers read")


class Category(KeyedModel):
    """What a ticket is about; routes it to a team."""

    description = models.JSONField(default=str, blank=True)
    team = TenantForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+")


class Channel(KeyedModel):
    """A way to reach support: portal, email, chat, phone, letter, api."""

    is_official = models.BooleanField(default=True, help_text="advisory channels carry no clock")


class Exclusion(KeyedModel):
    """Something that support does not cover."""


class RefusalReason(KeyedModel):
    """A reason from the tenant's list for refusing a request."""


class Tag(TenantModel):
    """A word that agents put on tickets."""

    name = models.CharField(max_length=50)
    is_leaving = models.BooleanField(default=False, help_text="taken off its tickets in the background, then deleted")
    replaced_by = TenantForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", help_text="what its tickets get instead"
    )

    class Meta(TenantModel.Meta):
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="one_tag_a_name")]

    def __str__(self) -> str:
        return self.name
