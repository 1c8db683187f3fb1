"""Noticing that many people report the same at once: after each filing, offered to the desk as one incident."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from tenants.context import active_tenant_id
from tenants.models import User
from tickets import likeness
from tickets.models import Burst, BurstTicket, Event, Ticket, TicketLink

#: So many similar tickets, of so many people, within so long are a burst.
MOST_APART = timedelta(minutes=60)
LEAST_TICKETS = 4
LEAST_PEOPLE = 3
#: How alike a ticket has to be, from 0 to 1.
LEAST_ALIKE = 0.35
#: An offer that nobody answered is not shown for longer.
SHOWN_FOR = timedelta(hours=24)

#: Tickets that one is compared with, of those that open incidents have gathered already.
_MOST_GATHERED = 60
_MOST_ALIKE = 50


@dataclass(frozen=True)
class Offer:
    """A burst as one reader may know it: those of its undecided tickets that they may see."""

    burst: Burst
    tickets: list[Ticket]

    @property
    def minutes(self) -> int:
        """From the first to the last of them."""
        return max(1, round((self.burst.latest_at - self.burst.began_at) / timedelta(minutes=1)))


def look(event_id: UUID, now: datetime) -> None:
    """Alarm handler: whether a ticket that was filed belongs to a burst, to an open incident, or makes a new burst."""
    event = Event.objects.select_related("ticket").filter(pk=event_id).first()
    if event is None or event.ticket.merged_into_id is not None or not event.ticket.is_active:
        return
    if event.data.get("schedule"):
        return  # a schedule opens the same for many customers, who report nothing
    ticket = event.ticket
    # In turn, or two tickets that are filed at once would make two bursts of the same.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('bursts ' || %s, 0))", [str(active_tenant_id())])
    is_known = BurstTicket.objects.filter(ticket=ticket).exists() or Burst.objects.filter(incident=ticket).exists()
    if not is_known:
        _place(ticket)


def offers(person: User, *, at: datetime | None = None) -> list[Offer]:
    """The bursts that wait for a decision, the latest first, as far as a person sees two or more of their tickets."""
    since = (at or timezone.now()) - SHOWN_FOR
    waiting = Burst.objects.filter(state=Burst.State.OFFERED, latest_at__gte=since).order_by("-latest_at")[:5]
    found = [Offer(burst, undecided(burst, person)) for burst in waiting]
    return [offer for offer in found if len(offer.tickets) > 1]


def offer_of(ticket: Ticket, person: User) -> Offer | None:
    """The burst that a ticket is offered in, or the open incident that it may belong to."""
    member = BurstTicket.objects.filter(ticket=ticket, state=BurstTicket.State.OFFERED).first()
    if member is None:
        return None
    burst = Burst.objects.select_related("incident").get(pk=member.burst_id)
    if burst.incident is not None:
        sees = burst.incident.is_active and Ticket.objects.visible_to(person).filter(pk=burst.incident_id).exists()
        return Offer(burst, [ticket]) if sees else None
    offer = Offer(burst, undecided(burst, person))
    return offer if burst.state == Burst.State.OFFERED and len(offer.tickets) > 1 else None


def late(incident: Ticket, person: User) -> list[Ticket]:
    """Similar tickets that came since an incident was opened, and that nobody has decided about."""
    burst = Burst.objects.filter(incident=incident, state=Burst.State.ACCEPTED).first()
    return undecided(burst, person) if burst else []


def undecided(burst: Burst, person: User) -> list[Ticket]:
    """Those of a burst's tickets that are still offered and that a person may see, in order of arrival."""
    members = BurstTicket.objects.filter(burst=burst, state=BurstTicket.State.OFFERED)
    seen = Ticket.objects.visible_to(person).filter(pk__in=members.values("ticket"), merged_into=None)
    seen = seen.select_related("status", "requester", "organization").defer("answers")
    return list(seen.order_by("number"))


def _place(ticket: Ticket) -> None:
    alike = _alike(ticket)
    ids = [each.pk for each in alike]
    known = BurstTicket.objects.filter(ticket__in=ids).select_related("burst__incident")
    known = known.exclude(state=BurstTicket.State.DECLINED, burst__state=Burst.State.ACCEPTED)
    members = {member.ticket_id: member.burst for member in known}
    incidents = Burst.objects.filter(incident__in=ids, state=Burst.State.ACCEPTED).select_related("incident")
    members |= {burst.incident_id: burst for burst in incidents if burst.incident_id is not None}
    for each in alike:
        burst = members.get(each.pk)
        if burst is not None and _is_alive(burst):
            _add(burst, [ticket])
            return
    fresh = [ticket, *(each for each in alike if each.pk not in members and _is_near(each, ticket))]
    fresh = _without_parent(fresh)
    if len(fresh) >= LEAST_TICKETS and len({each.requester_id for each in fresh}) >= LEAST_PEOPLE:
        filed = [each.created_at for each in fresh]
        _add(Burst.objects.create(began_at=min(filed), latest_at=max(filed)), fresh)


def _alike(ticket: Ticket) -> list[Ticket]:
    """Open tickets like this one: of the last hour, and of open incidents; the most alike first."""
    near = (ticket.created_at - MOST_APART, ticket.created_at + MOST_APART)
    known = _gathered_by_incidents()
    bounded = likeness.around(ticket).union(Ticket.objects.filter(pk__in=known).values("pk"))
    among = Ticket.objects.active().filter(merged_into=None, pk__in=bounded).exclude(pk=ticket.pk)
    among = among.filter(Q(created_at__range=near) | Q(pk__in=known))
    found = likeness.alike(ticket, among.defer("description", "answers"), least=LEAST_ALIKE)
    return list(found[:_MOST_ALIKE])


def _gathered_by_incidents() -> list[UUID]:
    """The last incidents that are still open, and the last tickets that they gathered."""
    running = Burst.objects.filter(state=Burst.State.ACCEPTED, incident__is_active=True).order_by("-latest_at")
    bursts = list(running.values_list("pk", "incident")[:5])
    gathered = BurstTicket.objects.filter(burst__in=[pk for pk, _ in bursts]).order_by("-pk")
    return [*(incident for _, incident in bursts), *gathered.values_list("ticket", flat=True)[:_MOST_GATHERED]]


def _is_near(one: Ticket, other: Ticket) -> bool:
    return abs(one.created_at - other.created_at) <= MOST_APART


def _is_alive(burst: Burst) -> bool:
    """Whether more tickets still go to it; those of a dismissed one are put to it so that it is not offered again."""
    return burst.incident is None or burst.incident.is_active


def _without_parent(tickets: Sequence[Ticket]) -> list[Ticket]:
    links = TicketLink.objects.filter(kind="parent", target__in=[each.pk for each in tickets])
    parts = set(links.values_list("target", flat=True))
    return [each for each in tickets if each.pk not in parts]


def _add(burst: Burst, tickets: Sequence[Ticket]) -> None:
    is_over = burst.state == Burst.State.DISMISSED
    state = BurstTicket.State.DECLINED if is_over else BurstTicket.State.OFFERED
    BurstTicket.objects.bulk_create(BurstTicket(burst=burst, ticket=ticket, state=state) for ticket in tickets)
    latest = max(ticket.created_at for ticket in tickets)
    if latest > burst.latest_at:
        burst.latest_at = latest
        burst.save(update_fields=["latest_at"])
