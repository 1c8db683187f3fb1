"""Mail about ratings: the question to the customer with a link for each score, and a bad one to who is in charge."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from inbox.mail import readers
from inbox.mail.headers import one_line
from inbox.mail.letters import Letter, greeting, staff_facts
from inbox.mail.links import link, site
from inbox.mail.stories import Story
from inbox.models import OutgoingMail
from tenants.models import User
from tenants.text import say
from tickets import ratings, recipients, sentences
from tickets.models import Event, Rating

Kind = OutgoingMail.Kind


def is_about(event: Event) -> bool:
    """Whether this module writes the mail about an event."""
    return event.verb.startswith("rating.")


def told(event: Event) -> Iterator[User]:
    """Who is asked; or who hears of a bad rating: who is in charge of the ticket, and who follows it."""
    ticket = event.ticket
    if event.verb == "rating.asked":
        asked = Rating.objects.filter(pk=UUID(event.data["rating"]), score=None).values("person")
        yield from User.objects.filter(pk__in=asked, is_active=True).select_related("role")
    elif event.verb == "rating.given" and event.data["verdict"] == Rating.Verdict.BAD:
        yield from readers.in_charge(ticket, but=event.actor)
        yield from readers.followers(ticket, but=event.actor)


def letter(story: Story, person: User) -> Letter | None:
    """What one of them reads."""
    return _question(story, person) if story.event.verb == "rating.asked" else _bad(story, person)


def _question(story: Story, person: User) -> Letter | None:
    feedback, ticket = story.words.policy.feedback, story.ticket
    rating = Rating.objects.filter(pk=UUID(story.event.data["rating"])).first()
    if feedback is None or rating is None:
        return None
    proven = recipients.is_known(ticket, person)
    here = site()
    addresses = [
        here + reverse("portal:rating_link", args=[ratings.token(rating, person, score)])
        for score in range(1, rating.scale + 1)
    ]
    ends = _("1 is the worst score, %(scale)s the best. One click is enough; you can add a comment afterwards.")
    return Letter(
        kind=Kind.RATING,
        subject=ticket.subject if proven else _("Your request"),
        greeting=greeting(person) if proven else _("Hello,"),
        lead=say(feedback.question),
        paragraphs=[
            _("Your request %(number)s was solved.") % {"number": ticket.number},
            ends % {"scale": rating.scale},
        ],
        scores=list(enumerate(addresses, start=1)),
        facts=[(_("Request"), f"#{ticket.number} {one_line(ticket.subject)}")] if proven else [],
        why=_("You get this mail because this is your request. We ask once for each request."),
    )


def _bad(story: Story, person: User) -> Letter:
    said = sentences.for_agents(story.event, story.words, str(story.event.actor))
    return Letter(
        kind=Kind.NOTICE,
        subject=story.ticket.subject,
        greeting=greeting(person),
        lead=said.text,
        quote=said.detail,
        facts=staff_facts(story),
        url=link("desk:ticket", story.ticket.number),
        button=_("Open the ticket"),
        why=_("You get this mail because you follow this ticket.")
        if person.pk in story.followers and person.pk != story.ticket.assignee_id
        else _("You get this mail because you work on this ticket."),
    )
