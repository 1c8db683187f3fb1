"""Texts that are kept ready, and what is done together with sending them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.fields import TenantForeignKey
from tenants.models import TenantManager, TenantModel, TenantQuerySet, User
from tenants.text import say
from tickets.models.desk import Team, TeamMembership
from tickets.models.drafts import Draft


class MacroQuerySet(TenantQuerySet):
    """Macros of the active tenant."""

    def visible_to(self, person: User) -> MacroQuerySet:
        """One's own, those of one's teams and those for everybody."""
        teams = TeamMembership.objects.filter(user=person).values("team")
        return self.filter(
            Q(owner=person) | Q(audience=Macro.Audience.EVERYBODY) | Q(audience=Macro.Audience.TEAM, team__in=teams)
        )


class Macro(TenantModel):
    """A text in several languages, and acts on the ticket that go with it. With text alone, a ready text."""

    class Audience(models.TextChoices):
        OWN = "own", _("Only I")
        TEAM = "team", _("A team")
        EVERYBODY = "everybody", _("Everybody on the desk")

    name = models.CharField(max_length=80)
    key = models.SlugField(db_index=False, max_length=30, blank=True, help_text="what is typed after a slash")
    text = models.JSONField(default=dict, help_text="by language, with placeholders")
    html = models.JSONField(default=dict, help_text="by language, where it has formatting: the same with it, cleaned")
    kind = models.CharField(max_length=10, choices=Draft.Kind, blank=True, help_text="what it is sent as; any if empty")
    acts = models.JSONField(default=dict, help_text="keys of the policy's things, by act: see tickets.macros")
    owner = TenantForeignKey(User, on_delete=models.CASCADE, related_name="macros")
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.OWN)
    team = TenantForeignKey(Team, on_delete=models.CASCADE, null=True, related_name="+", help_text="of audience team")
    used_count = models.PositiveIntegerField(default=0, help_text="how often it was sent")
    used_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(MacroQuerySet)()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "owner", "key"], condition=~Q(key=""), name="one_macro_a_key"),
            models.CheckConstraint(
                condition=Q(audience="team", team__isnull=False) | ~Q(audience="team") & Q(team=None),
                name="team_of_a_teams_macro",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "owner"], name="macro_owner"),
            models.Index(fields=["tenant", "audience"], name="macro_audience"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def preview(self) -> str:
        """Its text as it is kept, in the reader's language."""
        return say(self.text)
