"""Filling in a ticket's fields: all of them, or those that are wanted before it is solved."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sla.document import SupportPolicy
from sla.document.form_fields import FormField
from tenants.models import User
from tickets import answers
from tickets.forms.desk import TicketForm
from tickets.forms.fields import PREFIX, AskingForm, as_typed, kept
from tickets.models import Status, Ticket


class FieldsForm(AskingForm, TicketForm):
    """All fields of a ticket, for staff: nothing is required, and what is left as it was is not looked at."""

    seen = forms.JSONField(widget=forms.HiddenInput, required=False)

    def prepare(self) -> None:
        """With what the ticket says now."""
        policy, given = self.ticket.policy, self.ticket.answers
        self.initial.setdefault("seen", given)
        self.ask(policy, self.chosen(policy), answers.facts_of(self.ticket), given=given, required=False)

    def chosen(self, policy: SupportPolicy) -> Iterable[FormField]:
        """Which fields it has."""
        return policy.fields_for(self.ticket.category.key)

    def clean(self) -> dict[str, Any]:
        """What was changed, and what the ticket said when that began."""
        cleaned = super().clean() or self.cleaned_data
        seen = cleaned.get("seen")
        seen = seen if isinstance(seen, dict) else dict(self.ticket.answers)
        for name, each in self.questions.items():
            if name in self.errors and as_typed(self[name].value()) == as_typed(seen.get(each.key, "")):
                self.errors.pop(name)  # it was so before the policy asked for something else
                cleaned[name] = seen.get(each.key)
        self.pass_over(cleaned)
        changes = {each.key: kept(cleaned[name]) for name, each in self.questions.items() if name in cleaned}
        self.seen_before = seen
        self.changes = {key: value for key, value in changes.items() if value != kept(seen.get(key))}
        return {"filled": self}

    def learn(self) -> None:
        """Come back knowing what the ticket says now: sent again, this takes its place."""
        now = Ticket.objects.values_list("answers", flat=True).get(pk=self.ticket.pk)
        posted = self.data.copy()  # type: ignore[attr-defined]
        posted["seen"] = json.dumps(now)
        self.data = posted


class MissingForm(FieldsForm):
    """The fields without which a ticket can't be solved, beside what would solve it."""

    # They are empty, so nothing is written over.
    seen = None  # type: ignore[assignment]

    def chosen(self, policy: SupportPolicy) -> Iterable[FormField]:
        """Those that are missing, and what was sent of them."""
        sent = {name.removeprefix(PREFIX) for name in self.data if name.startswith(PREFIX)} if self.is_bound else set()
        missing = {each.key for each in answers.missing_to_solve(self.ticket, policy)}
        return [each for each in policy.fields_for(self.ticket.category.key) if each.key in missing | sent]


def missing_fields(data: Any, ticket: Ticket, person: User) -> MissingForm | None:
    """The fields without which this ticket can't be solved, with what was sent of them; None when nothing is missing.

    Where nothing was sent of them, they were not known to be wanted: then they are only shown.
    """
    sent = any(name.startswith(PREFIX) for name in data)
    if not sent and not answers.missing_to_solve(ticket, ticket.policy):
        return None
    return MissingForm(data if sent else None, ticket=ticket, person=person, auto_id="missing_%s")


def ends(status: Status | None, ticket: Ticket) -> bool:
    """Whether a state ends a ticket that is worked on as solved."""
    return status is not None and ticket.is_active and status.kind in (Status.Kind.SOLVED, Status.Kind.CLOSED)


class StatusForm(TicketForm):
    """Another state, with the fields that are wanted before it."""

    status = forms.ModelChoiceField(Status.objects.none(), label=_("State"), empty_label=None)
    missing: MissingForm | None = None

    def prepare(self) -> None:
        """Refusing asks for a reason, and has a form of its own."""
        usable = Status.objects.filter(is_active=True).exclude(kind__in=[Status.Kind.REFUSED, Status.Kind.NEW])
        self.fields["status"].queryset = usable  # type: ignore[attr-defined]
        self.initial.setdefault("status", self.ticket.status_id)

    def clean(self) -> dict[str, Any]:
        """What was filled in on the way."""
        cleaned = super().clean() or self.cleaned_data
        if ends(cleaned.get("status"), self.ticket):
            self.missing = missing_fields(self.data, self.ticket, self.person)
        cleaned["filled"] = filled = self.missing if self.missing is not None and self.missing.is_bound else None
        if filled is not None and not filled.is_valid():
            self.add_error(None, _("Something is missing or not clear yet. See the marked fields."))
        return cleaned
