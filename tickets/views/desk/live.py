"""What open pages fetch when their stream says that something changed: only what is new, by the rules of every page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from tenants.access import staff
from tenants.fields import parse_id
from tenants.models import User
from tickets import actions, listing, presence, promise, timeline
from tickets.actions.checks import CONVERSATION
from tickets.models import Event, Ticket
from tickets.views.desk.common import ticket_or_404
from tickets.views.desk.lists import rows_of
from tickets.views.desk.ticket import is_newest_first, lively, shown_items

#: Tickets that a list asks about at once: as many as a stream names, and those on the page.
MOST_ASKED = 200
#: What stands in blocks that a page fetches by themselves, by the verb of an event or by what it begins with.
TOUCHED: dict[str, tuple[str, ...]] = {
    "approval": ("approvals",),
    "checklist": ("checklists",),
    "duplicate": ("related", "conduct"),
    "link": ("related",),
    "message": ("people",),
    "participant": ("people",),
    "reply": ("conduct",),
    "report": ("conduct",),
    "strike": ("conduct",),
    "ticket": ("assignment", "related"),
    "ticket.followed": ("people",),
    "ticket.nudged": ("conduct",),
    "ticket.unfollowed": ("people",),
    "time": ("time",),
}


@dataclass(frozen=True)
class News:
    """Something in the conversation that a page does not show yet."""

    event: UUID
    item: timeline.Item
    #: Others said or decided it, so that a reply has to be written with it in view.
    has_to_be_seen: bool

    @property
    def as_list(self) -> list[timeline.Item]:
        """For the template that shows several."""
        return [self.item]


@require_safe
@staff
def news(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """What happened after the event `after`, with the ticket's state and clocks as they are now; 204 for nothing."""
    ticket = ticket_or_404(person, number)
    after = _uuid(request.GET.get("after", ""))
    if ticket.last_event == after:  # type: ignore[attr-defined]
        return HttpResponse(status=204)
    if ticket.is_called:  # type: ignore[attr-defined]
        actions.see_mentions(ticket, person=person)
    story, newest_first = timeline.for_agent(ticket, person), is_newest_first(request)
    events = list(Event.objects.filter(ticket=ticket, id__gt=after))
    new = _news(events, person, story, shown_items(request, story))
    context = {
        "ticket": ticket,
        "person": person,
        **lively(ticket, person, promise.policy_for(ticket), story),
        "touched": {block for event in events for block in _touched(event)},
        "news": new[::-1] if newest_first else new,
        # What somebody said comes before what the desk did by itself a moment later.
        "told": max(
            (each for each in new if not each.item.is_own),
            key=lambda each: (each.has_to_be_seen, each.event),
            default=None,
        ),
        "newest_first": newest_first,
    }
    return render(request, "tickets/desk/_news.html", context)


def _touched(event: Event) -> tuple[str, ...]:
    """The blocks that a page has fetched and has to fetch anew."""
    return TOUCHED.get(event.verb) or TOUCHED.get(event.verb.partition(".")[0], ())


def _news(events: list[Event], person: User, story: list[timeline.Item], shown: list[timeline.Item]) -> list[News]:
    """Oldest first; what has to be seen is there even if the reader asked for messages alone."""
    # A message is known by its own id, all else by its event's.
    by_item = {UUID(event.data["message"]) if event.verb == "message.posted" else event.pk: event for event in events}
    wanted = {item.id for item in shown}
    found = [
        News(event.pk, item, event.verb in CONVERSATION and event.actor_id != person.pk)
        for item in story
        if (event := by_item.get(item.id))
    ]
    return [news for news in found if news.has_to_be_seen or news.item.id in wanted]


@require_safe
@staff
def present(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Which colleagues have the ticket open, and who writes."""
    _require_visible(person, number)
    return render(request, "tickets/desk/_presence.html", {"present": presence.others(person, number)})


@require_POST
@staff
def typing(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Tell colleagues for some seconds that a `reply` or `note` is being written here; all else is "no longer"."""
    _require_visible(person, number)
    what = request.POST.get("what", "")
    presence.writes(person, number, what if what in (presence.REPLY, presence.NOTE) else "")
    return HttpResponse(status=204)


@require_safe
@staff
def list_changes(request: HttpRequest, person: User) -> HttpResponse:
    """Which of the tickets in `numbers` belong into a list, as its rows; how it is narrowed is in the address too."""
    listed = listing.read(request.GET, person, at=timezone.now())
    found = re.findall(r"(?a:\b\d{1,18}\b)", request.GET.get("numbers", ""))[:MOST_ASKED]
    shown = listed.with_rows(listed.tickets.filter(number__in=map(int, found)))
    context = {"rows": rows_of(list(shown)), "columns": listed.columns}
    return render(request, "tickets/desk/_list_changes.html", context)


def _require_visible(person: User, number: int) -> None:
    if not Ticket.objects.visible_to(person).filter(number=number).exists():
        raise Http404


def _uuid(text: str) -> UUID:
    if (found := parse_id(text)) is None:
        raise Http404
    return found
