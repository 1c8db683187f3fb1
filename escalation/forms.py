"""What agents fill in to move a ticket between tiers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from escalation.actions import default_sentence
from tenants.permissions import Permission
from tenants.text import say
from tickets.forms.desk import TicketForm, reason_field
from tickets.forms.portal import Described
from tickets.models import Tier


class EscalateForm(TicketForm):
    """Where to, why, and what the customer will read."""

    to = forms.ModelChoiceField(Tier.objects.none(), label=_("To"), empty_label=None, widget=forms.RadioSelect)
    reason = reason_field(_("Reason"), help_text=_("Colleagues read it, the customer does not."))
    sentence = forms.CharField(
        label=_("What the customer will read"),
        required=False,
        max_length=1000,
        help_text=_("Left as it is, each reader gets it in their own language."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def prepare(self) -> None:
        """The next tier with its team; the higher ones too for those who may skip."""
        above = list(Tier.objects.filter(is_active=True, position__gt=self.ticket.tier.position))
        offered = above if self.person.may(Permission.SKIP_TIER) else above[:1]
        field: Any = self.fields["to"]
        field.queryset = Tier.objects.filter(pk__in=[tier.pk for tier in offered])
        policy = self.ticket.policy
        field.label_from_instance = lambda tier: Described(str(tier), self._team(policy, tier))
        self.usual = self._usual(above[0]) if above else ""
        self.initial.setdefault("sentence", self.usual)
        if above:
            self.initial.setdefault("to", above[0].pk)

    def _team(self, policy: Any, tier: Tier) -> str:
        if tier.key not in policy.tiers:
            return ""
        category = self.ticket.category.key
        team = policy.team_on(tier.key, category if category in policy.categories else None)
        return str(_("Team: %(team)s") % {"team": say(team.name)})

    def _usual(self, tier: Tier) -> str:
        """The plain sentence, in the customer's language."""
        return say(default_sentence(tier), self.ticket.requester.language or None)

    def clean_sentence(self) -> str:
        """Empty when nobody changed it, so that it stays in every language and names the tier that is chosen."""
        written = " ".join(self.cleaned_data["sentence"].split())
        return "" if written == " ".join(self.usual.split()) else self.cleaned_data["sentence"].strip()


class HandBackForm(TicketForm):
    """Why it goes down again."""

    reason = reason_field(_("Reason"), help_text=_("Colleagues read it, the customer does not."))
