"""A ticket's page: the conversation, the composer, and folding blocks beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kb import queries as kb
from sla import clock as engine
from sla.document import SupportPolicy
from tenants.access import staff
from tenants.models import User
from tenants.permissions import Permission
from tenants.text import say
from tickets import clocks, ledger, promise, timeline
from tickets.forms.desk import ComposerForm, TagForm
from tickets.models import Clock, Event, Organization, Ticket
from tickets.views.desk.acts import ACTS
from tickets.views.desk.common import ticket_or_404

#: Which state an agent last set with a reply, offered again for the next one.
REMEMBERED = "desk-reply-status"
ORDER_COOKIE = "desk-order"
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
    return render_ticket(request, person, ticket_or_404(person, number))


def render_ticket(
    request: HttpRequest,
    person: User,
    ticket: Ticket,
    *,
    composer: ComposerForm | None = None,
    changed: QuerySet[Event] | None = None,
) -> HttpResponse:
    """The page, with what was typed and 422 when a composer comes back with errors."""
    policy = promise.policy_for(ticket)
    story = timeline.for_agent(ticket, person)
    shown = _shown(request, story)
    context = {
        "ticket": ticket,
        "newest_first": _is_newest_first(request),
        "show": "messages" if request.GET.get("show") == "messages" else "all",
        "items": shown[:MOST_SHOWN],
        "older": shown[MOST_SHOWN:],
        "clocks": _clock_blocks(ticket, policy),
        "acts": acts_for(ticket, person),
        "may_reply": person.may(Permission.REPLY) and ticket.status.kind != "closed" and ticket.merged_into_id is None,
        "composer": composer or _composer(request, ticket, person, policy, story),
        "changed_items": _changed(story, changed),
        "tag_form": TagForm(ticket=ticket, person=person) if person.may(Permission.CHANGE) else None,
        "tags": ticket.tags.all(),
        "others": _others(ticket, person),
        "answers": _answers(ticket, policy),
        "impact": _level(policy.matrix.impacts if policy.matrix else {}, ticket.impact),
        "urgency": _level(policy.matrix.urgencies if policy.matrix else {}, ticket.urgency),
        "climbs": [item for item in story if item.verb in ("ticket.escalated", "ticket.handed_back")],
        "near": _near(ticket, person),
        "organization": _organization(ticket.organization, policy) if ticket.organization else None,
    }
    response = render(request, "tickets/desk/ticket.html", context, status=422 if composer and composer.errors else 200)
    if request.GET.get("order") in ("newest", "oldest"):
        response.set_cookie(ORDER_COOKIE, request.GET["order"], max_age=31_536_000, samesite="Lax", httponly=True)
    return response


def _is_newest_first(request: HttpRequest) -> bool:
    return (request.GET.get("order") or request.COOKIES.get(ORDER_COOKIE)) != "oldest"


def _shown(request: HttpRequest, story: list[timeline.Item]) -> list[timeline.Item]:
    """As the reader wants it: messages alone or everything, the newest or the oldest first."""
    only = [item for item in story if item.is_message] if request.GET.get("show") == "messages" else story
    return list(reversed(only)) if _is_newest_first(request) else only


def _composer(
    request: HttpRequest, ticket: Ticket, person: User, policy: SupportPolicy, story: list[timeline.Item]
) -> ComposerForm:
    """Empty, but for an article that was asked for and the state that was set with the last reply."""
    last = request.COOKIES.get(REMEMBERED, "")
    initial = {
        "seen": ticket.last_event,  # type: ignore[attr-defined]
        "status": last if last in policy.statuses and ticket.is_active else "",
        "body": _article_text(request, person, request.GET.get("article", "")),
        "kind": "note" if request.GET.get("write") == "note" else "reply",
    }
    return ComposerForm(policy=policy, initial=initial)


def _article_text(request: HttpRequest, person: User, number: str) -> str:
    """A sentence with the link to an article that this person may read."""
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        return ""
    found = kb.with_titles(kb.visible_to(person).filter(number=int(number)), _language())
    return article_text(request, int(number), found[0].shown.title) if found else ""  # type: ignore[attr-defined]


def article_text(request: HttpRequest, number: int, title: str) -> str:
    """What a reply says about an article: its title and its whole address."""
    address = request.build_absolute_uri(reverse("kb:article", args=[number]))
    return f"{title}\n{address}\n"


def _language() -> str:
    return (get_language() or "en").split("-")[0]


def _changed(story: list[timeline.Item], changed: QuerySet[Event] | None) -> list[timeline.Item]:
    """What happened while the writer wrote, to be read first."""
    if changed is None:
        return []
    events = list(changed)
    ids = {event.pk for event in events} | {UUID(event.data["message"]) for event in events if "message" in event.data}
    return [item for item in story if item.id in ids]


def _clock_blocks(ticket: Ticket, policy: SupportPolicy) -> list[ClockBlock]:
    """Each promise as it stands, what is owed first, with its ledger."""
    now = timezone.now()
    folded = {(str(each.metric), each.number): each for each in clocks.explain(ticket, at=now)}
    said = promise.all_of(ticket, [_row(ticket, each) for each in folded.values()], at=now, with_tiers=True)
    return [ClockBlock(one, ledger.lines(folded[one.metric, one.number], policy)) for one in said]


def _row(ticket: Ticket, folded: engine.Clock) -> Clock:
    """The clock's row as of now: folded for the ledger anyway, so that it need not be read too."""
    paused = folded.state == engine.State.PAUSED
    return Clock(
        ticket=ticket,
        metric=str(folded.metric),
        number=folded.number,
        state=str(folded.state),
        started_at=folded.started_at,
        target_seconds=folded.target_seconds,
        remaining_seconds=folded.remaining_seconds(timezone.now()) if paused else None,
        due_at=folded.due_at,
        breached_at=folded.breached_at,
        fulfilled_at=folded.fulfilled_at,
    )


def _others(ticket: Ticket, person: User) -> list[Ticket]:
    """The customer's other tickets, the newest first; also where to look for duplicates."""
    theirs = Ticket.objects.visible_to(person).filter(requester=ticket.requester_id).exclude(pk=ticket.pk)
    return list(
        theirs.select_related("status").only("number", "subject", "created_at", "status").order_by("-number")[:OTHERS]
    )


def _answers(ticket: Ticket, policy: SupportPolicy) -> list[tuple[str, str]]:
    """What the category's form asked, in its words, and what the customer wrote."""
    category = policy.categories.get(ticket.category.key)
    asked = {each.key: each for each in policy.fields_for(category.key if category else None)}
    return [
        (say(asked[key].name) if key in asked else key, _("Yes") if value is True else str(value))
        for key, value in ticket.answers.items()
        if value not in ("", None, False)
    ]


def _near(ticket: Ticket, person: User) -> list[Any]:
    """The articles that the customer named as close."""
    if not ticket.articles:
        return []
    return kb.with_titles(kb.visible_to(person).filter(number__in=ticket.articles), _language())


def _level(levels: Any, key: str) -> str:
    return say(levels[key].name) if key in levels else key


def _organization(organization: Organization, policy: SupportPolicy) -> dict[str, Any]:
    contract = policy.contracts.get(organization.contract) or policy.default_contract
    return {
        "row": organization,
        "contract": say(contract.name) if contract else "",
        "is_suspended": organization.is_suspended(timezone.now()),
    }


def acts_for(ticket: Ticket, person: User) -> list[Act]:
    """What this person may do with this ticket as it is now."""
    own = [
        Act(name, str(kind.title), kind.icon, reverse("desk:act", args=[ticket.number, name]), kind.key)
        for name, kind in ACTS.items()
        if person.may(kind.permission) and kind.is_possible(ticket)
    ]
    return [*_moves(ticket, person), *own]


def _moves(ticket: Ticket, person: User) -> list[Act]:
    """Up and down the tiers, where there is one to go to. The views are those of escalation, a layer above."""
    if not (person.may(Permission.ESCALATE) and ticket.is_active):
        return []
    tiers = promise.policy_for(ticket).tiers
    rank = tiers[ticket.tier.key].rank if ticket.tier.key in tiers else 0
    moves = []
    if any(tier.rank > rank for tier in tiers.values()):
        moves.append(Act("escalate", _("Escalate"), "stairs-up", reverse("desk:escalate", args=[ticket.number]), "e"))
    if any(tier.rank < rank for tier in tiers.values()):
        moves.append(Act("hand_back", _("Hand back"), "arrow-back-up", reverse("desk:hand_back", args=[ticket.number])))
    return moves


@require_safe
@staff
def articles(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Articles that may answer a ticket, with a button that puts the link into the reply."""
    ticket = ticket_or_404(person, number)
    hits = kb.suggest(f"{ticket.subject} {ticket.description[:300]}", person, _language(), limit=5)
    found = [(hit, article_text(request, hit.article.number, hit.title)) for hit in hits]
    return render(request, "tickets/desk/_articles.html", {"ticket": ticket, "found": found})
