"""The tenant's own words in mails to customers: opening, first sentence and closing, with placeholders.

What stands for one kind goes before what stands for every mail; where nothing stands, the helpdesk's own words do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from inbox.mail.headers import one_line
from inbox.mail.letters import Letter, name_for_customers
from inbox.mail.links import link
from inbox.mail.stories import Story
from inbox.models import MailTemplate
from tenants.context import active_tenant
from tenants.models import User
from tickets import placeholders, recipients

Kind = MailTemplate.Kind
#: The kinds whose first sentence is always the same, so that a tenant can write it.
WITH_LEAD = (Kind.RECEIPT, Kind.REPLY, Kind.COMMENT)


@dataclass(frozen=True)
class Scene:
    """What placeholders are filled with."""

    customer: str
    number: str
    subject: str
    agent: str


PLACEHOLDERS: dict[str, tuple[str | Promise, Callable[[Scene], str]]] = {
    "customer.name": (gettext_lazy("the name of whoever reads it"), lambda scene: scene.customer),
    "ticket.number": (gettext_lazy("the number of the request"), lambda scene: scene.number),
    "ticket.subject": (gettext_lazy("the subject of the request"), lambda scene: scene.subject),
    "agent.name": (gettext_lazy("who wrote or acted"), lambda scene: scene.agent),
    "desk.name": (gettext_lazy("the name of this desk"), lambda scene: active_tenant().name),
}
#: Words of customers: an address that nobody has proven is not sent them.
_OF_CUSTOMERS = ("customer.name", "ticket.subject")


def check(text: str) -> None:
    """Raise UnknownPlaceholder for a placeholder that no mail fills."""
    placeholders.check(text, PLACEHOLDERS)


def in_own_words(letter: Letter, story: Story, person: User) -> Letter:
    """A letter to a customer as the tenant words it, in the active language. One query."""
    templates = {
        each.kind: each
        for each in MailTemplate.objects.filter(kind__in=[Kind.ALL, letter.kind], language=get_language())
    }
    if not templates:
        return letter
    is_known = recipients.is_known(story.ticket, person)
    scene = Scene(
        customer=one_line(person.name, 80),
        number=str(story.ticket.number),
        subject=one_line(story.ticket.subject),
        agent=name_for_customers(story.event.actor),
    )
    own = [templates[kind] for kind in (letter.kind, Kind.ALL) if kind in templates]
    return worded(letter, own, scene, is_known=is_known)


def worded(letter: Letter, own: list[MailTemplate], scene: Scene, *, is_known: bool = True) -> Letter:
    """The letter with the first words among templates that stand for each part, and that its reader may be sent."""

    def said(part: str) -> str:
        for each in own:
            text = getattr(each, part)
            if text and (is_known or not any(placeholders.written(name) in _spaced(text) for name in _OF_CUSTOMERS)):
                return _filled(text, scene)
        return ""

    has_lead = letter.kind in WITH_LEAD
    return replace(
        letter,
        greeting=said("opening") or letter.greeting,
        lead=(said("lead") if has_lead else "") or letter.lead,
        closing=said("closing"),
    )


def sample(kind: str, person: User) -> tuple[Letter, Scene]:
    """A made-up letter of a kind, for a preview in the active language, and what fills its placeholders."""
    scene = Scene(person.name or _("Grace"), "123", _("The printer does not print"), _("Ada"))
    number = {"number": scene.number, "actor": scene.agent}
    leads = {
        Kind.RECEIPT: _("We have your request. Its number is %(number)s.") % number,
        Kind.REPLY: _("%(actor)s answered your request %(number)s:") % number,
        Kind.COMMENT: _("%(actor)s wrote on request %(number)s:") % number,
        Kind.RATING: _("How was our answer?"),
    }
    asked = _("Since this morning nothing comes out of it.")
    said = asked if kind == Kind.RECEIPT else _("It was switched off. Please switch it on and try again.")
    is_quoted = kind in WITH_LEAD or kind == Kind.ALL
    letter = Letter(
        kind=str(Kind.REPLY if kind == Kind.ALL else kind),
        subject=scene.subject,
        greeting=_("Hello %(name)s,") % {"name": scene.customer},
        lead=leads.get(Kind(kind), _("Your request is solved.")),
        quote=said if is_quoted else "",
        facts=[(_("Request"), f"#{scene.number} {scene.subject}")],
        url=link("portal:home"),
        button=_("See your request"),
        why=_("You get this mail because this is your request."),
    )
    return letter, scene


def _spaced(text: str) -> str:
    """The text with its placeholders written as we write them."""
    return placeholders.each(text, lambda found: placeholders.written(found.strip("{} ")))


def _filled(text: str, scene: Scene) -> str:
    return placeholders.replaced(text, lambda name: PLACEHOLDERS[name][1](scene) if name in PLACEHOLDERS else None)
