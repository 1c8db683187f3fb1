"""Ending a ticket with a reason, saying what counts against its customer, and opening it again."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from tenants.permissions import Permission
from tickets import actions, refusals
from tickets.forms import desk as forms
from tickets.forms.conduct import ClearForm, FalseReportForm, LogContactForm
from tickets.forms.refusals import SecondLookForm
from tickets.models import Ticket
from tickets.promise import policy_for
from tickets.views.desk.acts.kind import Kind


def _has_exclusions(ticket: Ticket) -> bool:
    return ticket.is_active and bool(policy_for(ticket).exclusions)


def _has_refusals(ticket: Ticket) -> bool:
    return ticket.is_active and bool(policy_for(ticket).refusal_reasons)


def _is_reopenable(ticket: Ticket) -> bool:
    return ticket.status.kind in ("solved", "refused") and ticket.merged_into_id is None


def _is_no_false_report(ticket: Ticket) -> bool:
    return ticket.merged_into_id is None and not ticket.beside["false_reports"]  # type: ignore[attr-defined]


def _is_false_report(ticket: Ticket) -> bool:
    return ticket.beside["false_reports"] > 0  # type: ignore[attr-defined]


ENDING = {
    "not_covered": Kind(
        title=gettext_lazy("Mark as not covered"),
        icon="ban",
        form=forms.NotCoveredForm,
        permission=Permission.REFUSE,
        do=actions.mark_not_covered,
        button=gettext_lazy("Mark and tell the customer"),
        is_possible=_has_exclusions,
        text=gettext_lazy("The ticket ends, and the customer is told which exclusion of the policy holds."),
    ),
    "refuse": Kind(
        title=gettext_lazy("Refuse the request"),
        icon="hand-stop",
        form=forms.RefuseForm,
        permission=Permission.REFUSE,
        do=actions.refuse,
        button=gettext_lazy("Refuse and tell the customer"),
        is_possible=_has_refusals,
        text=gettext_lazy("The ticket ends, and the customer is told why."),
    ),
    "false_report": Kind(
        title=gettext_lazy("Mark as a false report"),
        icon="alert-triangle",
        form=FalseReportForm,
        permission=Permission.MARK_FALSE,
        do=actions.mark_false_report,
        button=gettext_lazy("Mark and tell the customer"),
        is_possible=_is_no_false_report,
        text=gettext_lazy("What it reports is not so, or makes no sense. It counts against the customer, who is told."),
    ),
    "clear_false_report": Kind(
        title=gettext_lazy("Take back the false report"),
        icon="circle-check",
        form=ClearForm,
        permission=Permission.MARK_FALSE,
        do=actions.clear_false_report,
        button=gettext_lazy("Take it back and tell the customer"),
        is_possible=_is_false_report,
        text=gettext_lazy("It no longer counts against the customer, who is told so."),
    ),
    "log_contact": Kind(
        title=gettext_lazy("The customer asked again"),
        icon="bell",
        form=LogContactForm,
        permission=Permission.REPLY,
        do=actions.log_contact,
        button=gettext_lazy("Note it and tell them how it stands"),
        text=gettext_lazy("A call or a chat about this ticket: it is counted here, and they are told how it stands."),
    ),
    "second_look": Kind(
        title=gettext_lazy("Decide on the objection"),
        icon="hand-stop",
        form=SecondLookForm,
        permission=Permission.HANDLE_COMPLAINTS,
        do=actions.decide_refusal,
        button=gettext_lazy("Decide and tell the customer"),
        is_possible=refusals.may_be_appealed,
        text=gettext_lazy("The customer objects to the refusal. Whoever refused it does not decide."),
    ),
    "reopen": Kind(
        title=gettext_lazy("Reopen"),
        icon="rotate-clockwise",
        form=forms.ReopenForm,
        permission=Permission.CHANGE,
        do=actions.reopen,
        button=gettext_lazy("Reopen"),
        is_possible=_is_reopenable,
    ),
}
