"""What agents fill in to move a ticket between tiers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from escalation.actions import default_sentence
from escalation.ladder import Ladder
from tenants.context import active_tenant
from tenants.permissions import Permission
from tenants.text import say
from tickets.forms.desk import TicketForm, reason_field
from tickets.forms.portal import Described
from tickets.models import Tier
from tickets.sentences.customers import handed_back


class TierSelect(forms.RadioSelect):
    """Each tier with the sentence that a customer reads about it, which a script puts into the field."""

    usual: dict[UUID, str]

    def create_option(self, name: str, value: Any, *args: Any, **options: Any) -> dict[str, Any]:
        """An option with its sentence."""
        option = super().create_option(name, value, *args, **options)
        option["attrs"]["data-sentence"] = self.usual.get(value.value, "")
        return option


class EscalateForm(TicketForm):
    """Where to, why, and what the customer will read."""

    to = forms.ModelChoiceField(Tier.objects.none(), label=_("To"), empty_label=None, widget=TierSelect)
    reason = reason_field(_("Reason"), help_text=_("Colleagues read it, the customer does not."))
    sentence = forms.CharField(
        label=_("What the customer will read"),
        required=False,
        max_length=1000,
        help_text=_("Left as it is, it names the tier that you choose, and each reader gets it in their own language."),
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
        self.usual = {tier.pk: self._usual(tier) for tier in offered}
        field.widget.usual = self.usual
        if above:
            self.initial.setdefault("sentence", self.usual[above[0].pk])
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
        # That of any tier: without a script the field still names the next one when a higher one is chosen.
        untouched = {" ".join(usual.split()) for usual in self.usual.values()}
        return "" if written in untouched else self.cleaned_data["sentence"].strip()


class HandBackForm(TicketForm):
    """Why it goes down again, beside what the customer will read."""

    reason = reason_field(_("Reason"), help_text=_("Colleagues read it, the customer does not."))
    #: In the customer's language; empty on the lowest tier.
    told = ""

    def prepare(self) -> None:
        """The sentence names the tier below."""
        below, language = Ladder().below(self.ticket.tier), self.ticket.requester.language or active_tenant().language
        if below:
            with override(language):
                self.told = handed_back(say(below[0].name, language))
