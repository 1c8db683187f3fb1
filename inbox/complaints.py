"""Mail about complaints: to the one who complains, and to those who decide.

Its rows name neither ticket nor event of one, since pages about those are open to whom the complaint may be about.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from inbox.actions import post
from inbox.mail import headers, readers, writing
from inbox.mail.letters import Letter, greeting, name_for_customers
from inbox.mail.links import link
from inbox.mail.stories import LONGEST_QUOTE
from inbox.models import OutgoingMail
from sla.words import moment
from tenants.models import User
from tickets import complaints
from tickets.models import Complaint, ComplaintEvent

KIND = OutgoingMail.Kind.COMPLAINT


def tell(event_id: UUID, now: datetime) -> None:
    """Alarm handler: a mail about an event of a complaint to everybody who is to know of it."""
    found = ComplaintEvent.objects.select_related(
        "actor__role", "complaint__ticket", "complaint__complainant__role", "complaint__handler__role"
    )
    event = found.filter(pk=event_id).first()
    if event is not None:
        mails = (_mail(event, person, now) for person in _readers(event) if headers.deliverable(person.email))
        post(mails, now)


def _readers(event: ComplaintEvent) -> Iterator[User]:
    complaint = event.complaint
    if event.verb == "complaint.decided":
        by_customer, for_customer = False, True
    else:
        by_customer = event.actor_id == complaint.complainant_id
        for_customer = event.is_public and (not by_customer or event.verb == "complaint.filed")
    if for_customer and complaint.complainant.is_active:
        yield complaint.complainant
    if by_customer or event.verb == "complaint.overdue":
        yield from _handlers(complaint, overdue=event.verb == "complaint.overdue")


def _handlers(complaint: Complaint, *, overdue: bool) -> list[User]:
    """The one who took it, while they may; all who may when nobody did, or when it is late."""
    taken = complaint.handler
    if taken is not None and not overdue and Complaint.objects.handled_by(taken).filter(pk=complaint.pk).exists():
        return [taken]
    return complaints.handlers(complaint)


def _mail(event: ComplaintEvent, person: User, now: datetime) -> OutgoingMail:
    is_customer = person.pk == event.complaint.complainant_id
    with readers.reading_as(person):
        letter = _for_customer(event, person) if is_customer else _for_handler(event, person)
        return writing.addressed(letter, person, key=str(event.pk), now=now)


def _for_customer(event: ComplaintEvent, person: User) -> Letter:
    complaint = event.complaint
    names = {"number": complaint.ticket.number, "actor": name_for_customers(event.actor)}
    facts: list[tuple[str, str]] = []
    quoted = _quoted(event)
    if event.verb == "complaint.filed":
        lead = _("We have your complaint about request %(number)s.") % names
        facts = [(_("Answered by"), moment(complaint.due_at))]
    elif event.verb == "complaint.decided":
        lead = _("Your complaint about request %(number)s is decided:") % names
        facts = [(_("Outcome"), complaint.get_outcome_display())]
        facts += [(_("What is done about it"), complaint.remedy)] if complaint.remedy else []
    else:
        lead = _("%(actor)s wrote about your complaint on request %(number)s:") % names
    return Letter(
        lead=lead,
        facts=facts,
        url=link("portal:complaint", complaint.pk),
        button=_("See your complaint"),
        why=_("You get this mail because you complained."),
        **quoted,
        **_frame(event, person),
    )


def _for_handler(event: ComplaintEvent, person: User) -> Letter:
    complaint = event.complaint
    names = {"number": complaint.ticket.number, "actor": str(complaint.complainant)}
    lead = {
        "complaint.filed": _("%(actor)s complains about how request %(number)s was handled:"),
        "complaint.overdue": _("The complaint about request %(number)s was to be decided by now:"),
    }.get(event.verb, _("%(actor)s wrote about the complaint on request %(number)s:"))
    paragraphs = [_("Those whom it is about do not see it. Please keep it so.")]
    if complaints.is_with_administrators(complaints.handlers(complaint)):
        paragraphs.append(_("It is about everybody else who decides complaints, so it is with the administrators."))
    return Letter(
        lead=lead % names,
        paragraphs=paragraphs,
        facts=[(_("To be decided by"), moment(complaint.due_at))],
        url=link("desk:complaint", complaint.pk),
        button=_("Open the complaint"),
        why=_("You get this mail because you decide complaints."),
        **_quoted(event),
        **_frame(event, person),
    )


def _quoted(event: ComplaintEvent) -> dict[str, Any]:
    said = event.text or ", ".join(each.name for each in event.files.all()) or event.complaint.text
    return {"quote": said[:LONGEST_QUOTE], "is_cut": len(said) > LONGEST_QUOTE}


def _frame(event: ComplaintEvent, person: User) -> dict[str, Any]:
    number = {"number": event.complaint.ticket.number}
    return {"kind": KIND, "subject": _("Complaint about request %(number)s") % number, "greeting": greeting(person)}
