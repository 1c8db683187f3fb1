"""A ticket's page: the conversation, the composer, and folding blocks beside it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kb import queries as kb
from sla.document import SupportPolicy
from tenants.access import staff
from tenants.models import User
from tenants.permissions import Permission
from tenants.statements import Statement
from tenants.templatetags.once import url_of_number
from tenants.text import say
from tickets import actions, answers, clocks, ledger, promise, timeline
from tickets.actions.opening import is_suspended
from tickets.forms.composing import ComposerForm
from tickets.forms.desk import TagForm
from tickets.models import Draft, Event, Organization, Ticket
from tickets.sight import Sight, sight_of, with_sight
from tickets.views.desk import composer_block, conduct, inserting
from tickets.views.desk.acts import ACTS
from tickets.views.desk.common import ticket_or_404

#: Which state an agent last set with a reply, offered again for the next one.
REMEMBERED = "desk-reply-status"
#: How a reader last wanted the conversation: what the address says by this name, the cookie keeps.
ORDER_COOKIE, SHOW_COOKIE = "desk-order", "desk-show"
_CHOICES = {"order": (ORDER_COOKIE, ("newest", "oldest")), "show": (SHOW_COOKIE, ("all", "messages"))}
#: Older items than these are folded away.
MOST_SHOWN = 40
OTHERS = 8


@dataclass(frozen=True)
class ClockBlock:
    """A clock in the panel: how it stands, and how it came to that."""

    promise: promise.Promise
    lines: list[ledger.Line]


@dataclass(frozen=True)
class Act:
    """Something that can be done with this ticket now."""

    name: str
    text: str
    icon: str
    url: str
    key: str = ""


@require_safe
@staff
def ticket(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """The page of one ticket."""
    shown = ticket_or_404(person, number)
    if shown.is_called:  # type: ignore[attr-defined]
        actions.see_mentions(shown, person=person)
    return render_ticket(request, person, shown)


def render_ticket(
    request: HttpRequest,
    person: User,
    ticket: Ticket,
    *,
    composer: ComposerForm | None = None,
    changed: QuerySet[Event] | None = None,
    newer: Draft | None = None,
) -> HttpResponse:
    """The page, with what was typed and 422 when a composer comes back with errors."""
    policy = promise.policy_for(ticket)
    story = timeline.for_agent(ticket, person)
    items, older = _folded(shown_items(request, story), newest_first=is_newest_first(request))
    desk = composer_block.of(ticket, person)
    composer = composer or _composer(request, ticket, person, policy, desk)
    context = {
        "ticket": ticket,
        "chosen": inserting.chosen(request, person, ticket, composer, desk),
        "newest_first": is_newest_first(request),
        "show": "messages" if is_messages_only(request) else "all",
        "items": items,
        "older": older,
        "newest": next((item for item in reversed(story) if item.is_message), None),
        **lively(ticket, person, policy, story),
        "composer": composer,
        "desk": desk,
        "newer": newer,
        "changed_items": _changed(story, changed),
        "others": _others(ticket, person),
        "is_suspended": ticket.is_unproven and is_suspended(ticket.requester, at=timezone.now()),
        "near": _near(ticket, person),
        "organization": _organization(ticket.organization, policy) if ticket.organization else None,
    }
    response = render(request, "tickets/desk/ticket.html", context, status=422 if composer.errors else 200)
    for name, (cookie, known) in _CHOICES.items():
        if request.GET.get(name) in known:
            response.set_cookie(cookie, request.GET[name], max_age=31_536_000, samesite="Lax", httponly=True)
    return response


def lively(ticket: Ticket, person: User, policy: SupportPolicy, story: list[timeline.Item]) -> dict[str, Any]:
    """What an open page keeps true beside the conversation: its state, acts, clocks and blocks of the panel."""
    return {
        "clocks": clock_blocks(ticket, policy),
        "acts": acts_for(ticket, person),
        "may_reply": person.may(Permission.REPLY) and ticket.status.kind != "closed" and ticket.merged_into_id is None,
        "tag_form": TagForm(ticket=ticket, person=person) if person.may(Permission.CHANGE) else None,
        "conduct": conduct.of(story),
        "beside": ticket.beside,  # type: ignore[attr-defined]
        **fields_block(ticket, person, policy),
        "impact": _level(policy.matrix.impacts if policy.matrix else {}, ticket.impact),
        "urgency": _level(policy.matrix.urgencies if policy.matrix else {}, ticket.urgency),
        "climbs": [item for item in story if item.verb in ("ticket.escalated", "ticket.handed_back")],
    }


def is_newest_first(request: HttpRequest) -> bool:
    """In which order this reader wants the conversation."""
    return _choice(request, "order") != "oldest"


def is_messages_only(request: HttpRequest) -> bool:
    """Whether this reader wants what was said, without what happened."""
    return _choice(request, "show") == "messages"


def _choice(request: HttpRequest, name: str) -> str:
    """What the address asks for, else what was chosen last; empty for neither."""
    cookie, known = _CHOICES[name]
    asked = request.GET.get(name, "")
    return asked if asked in known else request.COOKIES.get(cookie, "")


def shown_items(request: HttpRequest, story: list[timeline.Item]) -> list[timeline.Item]:
    """As the reader wants it: messages alone or everything, the newest or the oldest first."""
    only = [item for item in story if item.is_message] if is_messages_only(request) else story
    return list(reversed(only)) if is_newest_first(request) else only


def _folded(shown: list[timeline.Item], *, newest_first: bool) -> tuple[list[timeline.Item], list[timeline.Item]]:
    """What the page shows, and what is older and folded away, in whichever order they stand."""
    if newest_first:
        return shown[:MOST_SHOWN], shown[MOST_SHOWN:]
    return shown[-MOST_SHOWN:], shown[:-MOST_SHOWN]


def _composer(
    request: HttpRequest,
    ticket: Ticket,
    person: User,
    policy: SupportPolicy,
    desk: composer_block.Desk,
) -> ComposerForm:
    """With the draft that is left here, or else an article that was asked for; the state set with the last reply."""
    last = request.COOKIES.get(REMEMBERED, "")
    asked = request.GET.get("write", "")
    kind = asked if asked in ("reply", "note") else inserting.asked_kind(request, person) or desk.last_kind
    draft, reply = desk.drafts.get(kind), desk.drafts.get(Draft.Kind.REPLY)
    asked_text = inserting.asked(request, person, ticket)
    state = draft.status if draft else last
    initial = {
        "seen": ticket.last_event,  # type: ignore[attr-defined]
        "status": state if state in policy.statuses and ticket.is_active else "",
        "body": "\n\n".join(part for part in (draft.body if draft else "", asked_text) if part),
        "html": draft.html if draft and not asked_text else "",
        "revision": draft.revision if draft else 0,
        # Also beside a note: the next click turns to the reply.
        "reach": reply.reach if reply else "",
        "kind": kind,
    }
    return ComposerForm(policy=policy, initial=initial)


def _language() -> str:
    return (get_language() or "en").split("-")[0]


def _changed(story: list[timeline.Item], changed: QuerySet[Event] | None) -> list[timeline.Item]:
    """What happened while the writer wrote, to be read first."""
    if changed is None:
        return []
    events = list(changed)
    ids = {event.pk for event in events} | {UUID(event.data["message"]) for event in events if "message" in event.data}
    return [item for item in story if item.id in ids]


def clock_blocks(ticket: Ticket, policy: SupportPolicy) -> list[ClockBlock]:
    """Each promise as it stands, what is owed first, with its ledger."""
    now = timezone.now()
    folded = {(str(each.metric), each.number): each for each in clocks.explain(ticket, at=now)}
    rows = [clocks.row_of(ticket, each, at=now) for each in folded.values()]
    said = promise.all_of(ticket, rows, at=now, with_tiers=True)
    return [ClockBlock(one, ledger.lines(folded[one.metric, one.number], policy)) for one in said]


def _others(ticket: Ticket, person: User) -> list[Ticket]:
    """The customer's other tickets, the newest first; also where to look for duplicates."""
    found = _theirs(sight_of(person))
    return found.rows(reader=person.pk, requester=ticket.requester_id, but=ticket.pk)


@lru_cache(maxsize=256)
def _theirs(sight: Sight) -> Statement[Ticket]:
    """Tickets of a customer that people of a sight see."""

    def query_set(reader: UUID, requester: UUID, but: UUID) -> QuerySet[Ticket]:
        theirs = Ticket.objects.visible_to(with_sight(reader, sight)).filter(requester=requester).exclude(pk=but)
        shown = theirs.select_related("status").only("number", "subject", "created_at", "status")
        return shown.order_by("-number")[:OTHERS]

    return Statement(query_set, reader=UUID, requester=UUID, but=UUID)


def fields_block(ticket: Ticket, person: User, policy: SupportPolicy) -> dict[str, Any]:
    """What the policy asks, and what was answered, without a query."""
    rows = answers.for_staff(ticket, policy)
    return {
        "fields": rows,
        "former_fields": [row for row in rows if not row.is_asked],
        "has_answers": any(row.text or row.is_wanted for row in rows),
        "may_change_fields": person.may(Permission.CHANGE) and ACTS["fields"].is_possible(ticket),
    }


def _near(ticket: Ticket, person: User) -> list[Any]:
    """The articles that the customer named as close."""
    if not ticket.articles:
        return []
    return kb.with_titles(kb.visible_to(person).filter(number__in=ticket.articles), _language())


def _level(levels: Any, key: str) -> str:
    return say(levels[key].name) if key in levels else key


def _organization(organization: Organization, policy: SupportPolicy) -> dict[str, Any]:
    contract = policy.contract_of(organization.contract)
    return {
        "row": organization,
        "contract": say(contract.name) if contract else "",
        "is_suspended": organization.is_suspended(timezone.now()),
    }


def acts_for(ticket: Ticket, person: User) -> list[Act]:
    """What this person may do with this ticket as it is now."""
    own = [
        Act(name, str(kind.title), kind.icon, url_of_number("desk:act", ticket.number, name), kind.key)
        for name, kind in ACTS.items()
        if person.may(kind.permission) and kind.is_possible(ticket)
    ]
    return [*_moves(ticket, person), *own, *_snooze(ticket, person), *_time(ticket, person)]


def _snooze(ticket: Ticket, person: User) -> list[Act]:
    if not (person.may(Permission.CHANGE) and ticket.is_active) or ticket.snoozed_at:
        return []
    return [Act("snooze", _("Snooze"), "moon", url_of_number("desk:snooze", ticket.number), "h")]


def _time(ticket: Ticket, person: User) -> list[Act]:
    if not person.may(Permission.REPLY):
        return []
    return [Act("time", _("Write down time"), "clock", url_of_number("desk:enter_time", ticket.number))]


def _moves(ticket: Ticket, person: User) -> list[Act]:
    """Up and down the tiers, where there is one to go to. The views are those of escalation, a layer above."""
    if not (person.may(Permission.ESCALATE) and ticket.is_active):
        return []
    tiers = promise.policy_for(ticket).tiers
    rank = tiers[ticket.tier.key].rank if ticket.tier.key in tiers else 0
    moves = []
    if any(tier.rank > rank for tier in tiers.values()):
        moves.append(Act("escalate", _("Escalate"), "stairs-up", url_of_number("desk:escalate", ticket.number), "e"))
    if any(tier.rank < rank for tier in tiers.values()):
        moves.append(Act("hand_back", _("Hand back"), "arrow-back-up", url_of_number("desk:hand_back", ticket.number)))
    return moves
