"""The authorisation data that a request lacks, filled in by its customer."""

from __future__ import annotations

from typing import Any

from tickets import answers
from tickets.forms.fields import AskingForm
from tickets.forms.portal import CourtesyForm
from tickets.models import Ticket


class IdentifyingForm(AskingForm, CourtesyForm):
    """Only what is missing, all of it."""

    def __init__(self, *args: Any, ticket: Ticket, **options: Any) -> None:
        super().__init__(*args, auto_id="identify_%s", **options)
        policy, missing = ticket.policy, answers.missing_to_identify(ticket, ticket.policy)
        self.ask(policy, missing, answers.facts_of(ticket), given=ticket.answers, required=True)

    def clean(self) -> dict[str, Any]:
        """What was answered."""
        cleaned = super().clean() or self.cleaned_data
        self.pass_over(cleaned)
        return cleaned


def identifying(ticket: Ticket) -> IdentifyingForm | None:
    """The form for a request that lacks some; None for all others. Asks the database nothing."""
    if not ticket.is_active or not answers.missing_to_identify(ticket, ticket.policy):
        return None
    return IdentifyingForm(ticket=ticket)
