"""What agents fill in: lists, and what can be done with a ticket."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sla.models import Priority
from tenants.models import Role, User
from tenants.text import say
from tickets.actions.closing import is_lifted
from tickets.forms.portal import Described
from tickets.forms.selects import QuickSelect
from tickets.listing import BEST, Listing
from tickets.models import Category, Exclusion, RefusalReason, Team, Ticket
from tickets.paging import ORDERS

LONGEST_REASON = 2_000
MOST_CHOSEN = 100


def named(records: Any) -> list[tuple[str, str]]:
    """Choices out of records of the policy, in the policy's order and the reader's words."""
    return [(record.key, say(record.name)) for record in records.values()]


def _choice(label: Any, choices: list[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=False, widget=QuickSelect)


class FilterForm(forms.Form):
    """How a list is narrowed and sorted. Everything is in the address; nothing is required."""

    view = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any, *, listed: Listing) -> None:
        super().__init__({**data.dict(), "view": listed.view.key, "sort": listed.order}, auto_id="filter_%s")
        policy = listed.policy
        if policy:
            self._narrow("status", _("State"), named(policy.statuses))
            self._narrow("priority", _("Priority"), named(policy.priorities))
            self._narrow("category", _("Category"), named(policy.categories))
            self._narrow("team", _("Team"), named(policy.teams))
        self._narrow("assignee", _("Assignee"), [("me", _("Me")), ("none", _("Nobody"))])
        sorts = [(each.key, each.name) for each in ORDERS.values()]
        if listed.whole.wanted_words:
            sorts.insert(0, (BEST, _("Best match first")))
        self.fields["sort"] = _choice(_("Sort"), sorts)
        #: What the address narrows by beside the selects; kept when one of them is changed.
        for name in ("organization", "requester", "tag", "tier"):
            if data.get(name):
                self.fields[name] = forms.CharField(widget=forms.HiddenInput, required=False)
        #: Columns that were chosen, each a field of its own.
        self.columns = data.getlist("columns")
        self.text = data.get("q", "")

    def _narrow(self, name: str, label: Any, choices: list[tuple[str, Any]]) -> None:
        self.fields[name] = _choice(label, [("", _("All")), *choices])

    @property
    def is_narrowed(self) -> bool:
        """Whether the list is narrowed down at all."""
        return bool(self.text) or any(self.data.get(name) for name in self.fields if name not in ("view", "sort"))


class TicketForm(forms.Form):
    """Something to do with one ticket."""

    #: What doing it returned.
    outcome: object = None

    def __init__(self, *args: Any, ticket: Ticket, person: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.ticket, self.person = ticket, person
        self.prepare()

    def prepare(self) -> None:
        """Fill the choices that depend on the ticket."""


def reason_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    """A few sentences."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST_REASON,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AssignForm(TicketForm):
    """Who works on it."""

    assignee = forms.ModelChoiceField(User.objects.none(), label=_("Assignee"), required=False, empty_label=_("Nobody"))

    def prepare(self) -> None:
        """Those of the ticket's team first."""
        staff = User.objects.exclude(role__kind=Role.Kind.CUSTOMER).filter(is_active=True)
        field: Any = self.fields["assignee"]
        field.queryset = staff
        team = set(self.ticket.team.memberships.values_list("user", flat=True)) if self.ticket.team else set()
        people = sorted(staff, key=lambda each: str(each).casefold())
        ours = [(each.pk, str(each)) for each in people if each.pk in team]
        others = [(each.pk, str(each)) for each in people if each.pk not in team]
        groups = [(str(self.ticket.team), ours), (_("Other teams"), others)]
        field.choices = [("", _("Nobody")), *((name, group) for name, group in groups if group)]
        self.initial.setdefault("assignee", self.ticket.assignee_id)


class HandOverForm(TicketForm):
    """Which other team on the same tier."""

    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"), empty_label=None)
    reason = reason_field(_("Reason"), required=False, help_text=_("Colleagues read it, the customer does not."))

    def prepare(self) -> None:
        """Teams of this tier, but for the one that has it."""
        same = Team.objects.filter(tier=self.ticket.tier, is_active=True)
        if self.ticket.team_id is not None:
            same = same.exclude(pk=self.ticket.team_id)
        self.fields["team"].queryset = same  # type: ignore[attr-defined]


class PriorityForm(TicketForm):
    """Another priority, with its reason."""

    priority = forms.ModelChoiceField(Priority.objects.none(), label=_("Priority"), empty_label=None)
    reason = reason_field(_("Reason"), help_text=_("The customer reads it, and the promised times follow."))

    def prepare(self) -> None:
        """The priorities of the policy."""
        self.fields["priority"].queryset = Priority.objects.filter(is_active=True)  # type: ignore[attr-defined]
        self.initial.setdefault("priority", self.ticket.priority_id)


class CategoryForm(TicketForm):
    """Another category, and with it another team."""

    category = forms.ModelChoiceField(
        Category.objects.none(),
        label=_("Category"),
        empty_label=None,
        help_text=_("The ticket moves to the team that takes this category on its tier."),
    )

    def prepare(self) -> None:
        """The categories of the policy."""
        self.fields["category"].queryset = Category.objects.filter(is_active=True)  # type: ignore[attr-defined]
        self.initial.setdefault("category", self.ticket.category_id)


class NotCoveredForm(TicketForm):
    """Which exclusion of the policy."""

    exclusion = forms.ModelChoiceField(
        Exclusion.objects.none(), label=_("What is not covered"), empty_label=None, widget=forms.RadioSelect
    )
    explanation = reason_field(
        _("Explanation"), required=False, help_text=_("The customer reads it beside the exclusion.")
    )

    def prepare(self) -> None:
        """The exclusions that hold for this customer."""
        offered = Exclusion.objects.filter(is_active=True)
        held = [each.pk for each in offered if not is_lifted(self.ticket, each)]
        self.fields["exclusion"].queryset = offered.filter(pk__in=held)  # type: ignore[attr-defined]


class RefuseForm(TicketForm):
    """For which reason of the policy."""

    reason = forms.ModelChoiceField(
        RefusalReason.objects.none(), label=_("Reason"), empty_label=None, widget=forms.RadioSelect
    )
    explanation = reason_field(_("Explanation"), required=False, help_text=_("The customer reads it."))

    def prepare(self) -> None:
        """Each with the sentence that the customer is told."""
        field: Any = self.fields["reason"]
        field.queryset = RefusalReason.objects.filter(is_active=True)
        texts = self.ticket.policy.refusal_reasons
        field.label_from_instance = lambda each: Described(
            str(each), say(texts[each.key].text) if each.key in texts else ""
        )


class ReopenForm(TicketForm):
    """Why it is taken up again."""

    reason = reason_field(_("Reason"), required=False, help_text=_("Colleagues read it, the customer does not."))


class TagForm(TicketForm):
    """A word."""

    name = forms.CharField(label=_("Tag"), max_length=50)
