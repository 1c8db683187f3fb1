"""Telling those who keep templates that a schedule could not do what it is for."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from inbox.actions import post
from inbox.mail import headers, readers, writing
from inbox.mail.letters import Letter
from inbox.mail.links import link
from inbox.models import OutgoingMail
from tenants.models import User
from tenants.permissions import Permission
from tickets.models import TemplateRun
from tickets.sentences import recurring


def tell(run_id: UUID, now: datetime) -> None:
    """Alarm handler: one mail about a run to everybody who keeps templates, in their language."""
    run = TemplateRun.objects.select_related("template", "ticket").filter(pk=run_id).first()
    if run is None:
        return
    people = readers.who_may(Permission.MANAGE_TEMPLATES)
    post((_mail(run, person, now) for person in people if headers.deliverable(person.email)), now)


def _mail(run: TemplateRun, person: User, now: datetime) -> OutgoingMail:
    with readers.reading_as(person):
        return writing.addressed(_letter(run, person), person, key=str(run.pk), now=now)


def _letter(run: TemplateRun, person: User) -> Letter:
    name = {"name": run.template.name}
    failed = run.ticket is None
    lead = (
        _("The schedule of the template “%(name)s” could not open its ticket.")
        if failed
        else _("The schedule of the template “%(name)s” opened its ticket, but not all of it could be done.")
    )
    return Letter(
        kind=OutgoingMail.Kind.NOTICE,
        subject=(_("No ticket was opened: %(name)s") if failed else _("To be looked at: %(name)s")) % name,
        greeting=_("Hello %(name)s,") % {"name": person.name} if person.name else _("Hello,"),
        lead=lead % name,
        paragraphs=[*recurring.causes(run), recurring.goes_on(run)],
        url=link("desk:ticket_template", run.template_id),
        button=_("Open the template"),
        why=_("You get this mail because you keep templates of tickets."),
    )
