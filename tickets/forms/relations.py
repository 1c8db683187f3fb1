"""What agents fill in to merge, split and link tickets, and to make many of them one incident."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from sla.words import when
from tenants.models import User
from tickets import along, disclosure
from tickets.actions.linking import Role
from tickets.forms.desk import TicketForm, reason_field
from tickets.forms.fields import LONGEST_TEXT
from tickets.forms.portal import Described
from tickets.models import Category, Message, Ticket

#: Messages that are offered for splitting off, the newest.
MOST_OFFERED = 60


class NumberField(forms.CharField):
    """The number of a ticket, with or without the hash."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(max_length=20, widget=widget, **options)


def ticket_numbered(typed: str, person: User) -> Ticket:
    """The ticket with this number that a person may see. Raises ValidationError."""
    number = typed.strip().removeprefix("#")
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        raise forms.ValidationError(_("Write the number of a ticket, such as 1024."))
    seen = Ticket.objects.visible_to(person).select_related("requester", "organization", "status")
    found = seen.filter(number=int(number)).first()
    if found is None:
        raise forms.ValidationError(_("There is no ticket with this number. Look it up and try again."))
    return found


class MergeForm(TicketForm):
    """Which ticket stays, and that the agent knows who will read it."""

    number = NumberField(
        label=_("Ticket that stays"), help_text=_("Its number. This ticket is closed, and its messages move there.")
    )
    disclose = forms.BooleanField(label="", required=False)

    #: The ticket that stays, once it is known.
    other: Ticket | None = None
    disclosed: disclosure.Disclosure | None = None
    #: What is under way on this ticket, and what becomes of it.
    along: Sequence[str] = ()

    def prepare(self) -> None:
        """Warn of what merging with the named ticket would disclose; without that there is nothing to tick."""
        typed = self.data.get("number") or self.initial.get("number") or ""
        try:
            self.other = ticket_numbered(typed, self.person)
        except forms.ValidationError:
            self.other = None
        if self.other is not None and self.other.pk != self.ticket.pk:
            self.disclosed = disclosure.of(self.ticket, self.other)
            self.along = list(along.told(self.ticket, self.other))
        if self.disclosed is None:
            del self.fields["disclose"]
        else:
            readers = {"readers": self.disclosed.named}
            self.fields["disclose"].label = _("These people may read it from now on: %(readers)s") % readers

    def clean_number(self) -> Ticket:
        """A ticket that this person may see."""
        return ticket_numbered(self.cleaned_data["number"], self.person)

    def clean_disclose(self) -> bool:
        """Said where it is ticked, which is where the cursor goes then."""
        if not self.cleaned_data["disclose"]:
            raise forms.ValidationError(_("Tick this if it is right, or link the two tickets instead."))
        return True


class UnmergeForm(TicketForm):
    """Nothing to fill in: the button says it."""


class SplitForm(TicketForm):
    """Which messages, and what the new ticket is about."""

    messages = forms.MultipleChoiceField(label=_("Messages"), widget=forms.CheckboxSelectMultiple)
    subject = forms.CharField(label=_("Subject of the new ticket"), max_length=200)
    category = forms.ModelChoiceField(Category.objects.none(), label=_("Category"), empty_label=None)
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def prepare(self) -> None:
        """The public messages, the newest first, and the ticket's own category."""
        said = Message.objects.filter(ticket=self.ticket, kind=Message.Kind.PUBLIC).select_related("author__role")
        field: Any = self.fields["messages"]
        field.choices = [
            (
                str(each.pk),
                Described(f"{each.author}, {when(each.posted_at)}", Truncator(each.body).chars(160)),
            )
            for each in said.order_by("-posted_at", "-id")[:MOST_OFFERED]
        ]
        self.fields["category"].queryset = Category.objects.filter(is_active=True)  # type: ignore[attr-defined]
        self.initial.setdefault("category", self.ticket.category_id)
        self.initial.setdefault("token", uuid.uuid4())

    def clean_token(self) -> uuid.UUID:
        """A form without a token is taken as new."""
        return self.cleaned_data["token"] or uuid.uuid4()


class LinkForm(TicketForm):
    """Which ticket, and what it is to this one."""

    number = NumberField(label=_("Other ticket"), help_text=_("Its number."))
    role = forms.ChoiceField(
        label=_("What it is"), choices=Role.choices, initial=Role.RELATES, widget=forms.RadioSelect
    )

    def clean_number(self) -> Ticket:
        """A ticket that this person may see."""
        return ticket_numbered(self.cleaned_data["number"], self.person)


class SolveChildrenForm(TicketForm):
    """What the customers read, if anything."""

    body = reason_field(
        _("What the customers read"),
        required=False,
        help_text=_("Each gets one mail, with these words and that the request is solved. It may stay empty."),
    )


class IncidentForm(forms.Form):
    """Which tickets are one incident, and which ticket stands for it."""

    chosen = forms.MultipleChoiceField(label=_("What belongs to it"), widget=forms.CheckboxSelectMultiple)
    subject = forms.CharField(label=_("Subject of the incident"), max_length=200, required=False)
    description = forms.CharField(
        label=_("What has happened"),
        max_length=LONGEST_TEXT,
        required=False,
        help_text=_(
            "For colleagues: customers do not see the incident, but what you answer on it reaches all of them."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    number = NumberField(
        label=_("Or a ticket that is there already"),
        required=False,
        help_text=_("Its number. It becomes the incident, and no new ticket is made."),
    )

    def __init__(self, *args: Any, tickets: Sequence[Ticket], person: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.tickets, self.person = {str(each.number): each for each in tickets}, person
        field: Any = self.fields["chosen"]
        field.choices = [
            (number, Described(f"#{number} {each.subject}", f"{each.requester}, {when(each.created_at)}"))
            for number, each in self.tickets.items()
        ]
        self.initial.setdefault("chosen", list(self.tickets))

    def clean_chosen(self) -> list[Ticket]:
        """The tickets themselves."""
        return [self.tickets[number] for number in self.cleaned_data["chosen"]]

    def clean_number(self) -> Ticket | None:
        """A ticket that this person may see, if one is named."""
        typed = self.cleaned_data["number"]
        return ticket_numbered(typed, self.person) if typed else None

    def clean(self) -> dict[str, Any]:
        """A new incident needs words."""
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("number") and "number" not in self.errors and not cleaned.get("subject"):
            self.add_error("subject", _("Write what the incident is about, or name a ticket below."))
        return cleaned
