"""Many tickets about one thing: made one incident, answered together, solved together."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from sla.models import Priority
from tenants.errors import Refused
from tenants.models import Alarm, User
from tenants.permissions import Permission
from tickets import clocks, desk, relaying
from tickets.actions.changing import apply_status
from tickets.actions.checks import require
from tickets.actions.linking import Role, link
from tickets.actions.opening import open_ticket
from tickets.actions.talking import reply, say_again
from tickets.errors import (
    AlreadyMerged,
    BurstDecided,
    HasParent,
    LinkInCircle,
    NoOpenChildren,
    NothingChosen,
    NotLinked,
)
from tickets.models import Burst, BurstTicket, Relay, Status, Ticket
from tickets.relaying import Reach


def accept(
    burst: Burst,
    *,
    chosen: Collection[Ticket],
    actor: User,
    at: datetime,
    subject: str = "",
    description: str = "",
    incident: Ticket | None = None,
) -> Ticket:
    """Make the chosen tickets of a burst parts of one incident: a ticket that exists, or a new one of the actor's.

    The new one has the most urgent of their priorities, and the category of the first. Tickets of the burst that the
    actor sees and did not choose do not belong to it; the others are offered for it.
    Raises NotPermitted, BurstDecided, NothingChosen, EmptyMessage.
    """
    require(actor, Permission.CHANGE)
    burst = _undecided(burst, actor)
    members = _members(burst, actor, chosen)
    children = [each.ticket for each in members if incident is None or each.ticket_id != incident.pk]
    if not children:
        raise NothingChosen
    if incident is None:
        first = children[0]
        incident = open_ticket(
            requester=actor,
            subject=subject,
            description=description,
            category=first.category,
            priority=Priority.objects.filter(pk__in={each.priority_id for each in children}).order_by("rank").first(),
            at=at,
        )
    burst.state, burst.incident, burst.decided_by, burst.decided_at = Burst.State.ACCEPTED, incident, actor, at
    burst.save(update_fields=["state", "incident", "decided_by", "decided_at"])
    for child in children:
        _join(incident, child, actor, at)
    BurstTicket.objects.filter(pk__in=[each.pk for each in members]).update(state=BurstTicket.State.LINKED)
    _offered(burst, actor).update(state=BurstTicket.State.DECLINED)
    return incident


def dismiss(burst: Burst, *, actor: User, at: datetime) -> Burst:
    """Say that the tickets that the actor sees are not one incident; more of the same are then not offered either.

    Those that only others see stay offered to them. Raises NotPermitted, BurstDecided, NothingChosen.
    """
    require(actor, Permission.CHANGE)
    burst = _undecided(burst, actor)
    _offered(burst, actor).update(state=BurstTicket.State.DECLINED)
    if not burst.members.filter(state=BurstTicket.State.OFFERED).exists():
        burst.state, burst.decided_by, burst.decided_at = Burst.State.DISMISSED, actor, at
        burst.save(update_fields=["state", "decided_by", "decided_at"])
    return burst


def join(incident: Ticket, tickets: Collection[Ticket], *, actor: User, at: datetime) -> int:
    """Make tickets that were filed since, and are offered for it, parts of an incident. Returns how many they were."""
    members = _late(incident, tickets, actor)
    for member in members:
        _join(incident, member.ticket, actor, at)
        member.state = BurstTicket.State.LINKED
        member.save(update_fields=["state"])
    return len(members)


def decline(incident: Ticket, tickets: Collection[Ticket], *, actor: User) -> int:
    """Say that offered tickets do not belong to an incident. Returns how many they were."""
    members = _late(incident, tickets, actor)
    BurstTicket.objects.filter(pk__in=[each.pk for each in members]).update(state=BurstTicket.State.DECLINED)
    return len(members)


def solve_children(incident: Ticket, *, actor: User, at: datetime, body: str = "") -> int:
    """Solve what is still open of an incident's children, in the background; with words, they are told in one mail.

    Children that the actor may not see stay open. Returns how many are solved.
    Raises NotPermitted, NoOpenChildren, TicketClosed.
    """
    require(actor, Permission.CHANGE)
    incident = desk.lock(incident)
    failed = Alarm.objects.filter(tenant=incident.tenant_id, kind=relaying.ALARM, parked_at__isnull=False)
    asked = Relay.objects.filter(incident=incident, done_at=None, status__isnull=False)
    asked = asked.exclude(pk__in=failed.values("subject"))
    still_open = relaying.children_of(incident).visible_to(actor).active().exclude(pk__in=asked.values("child"))
    ids = list(still_open.values_list("pk", flat=True))
    if not ids:
        raise NoOpenChildren
    if not body.strip():
        return relaying.ask(incident, ids, author=actor, status=desk.status_of(Status.Kind.SOLVED), at=at)
    said = reply(incident, author=actor, body=body, at=at, reach=Reach.HERE)
    return relaying.ask(incident, ids, author=actor, message=said, status=desk.status_of(Status.Kind.SOLVED), at=at)


def pass_on(relay_id: UUID, now: datetime) -> None:
    """Alarm handler: let one child have what happened on its incident, unless it is closed or unlinked by now."""
    found = Relay.objects.select_for_update(of=("self",)).select_related("message__channel", "author", "status")
    relay = found.filter(pk=relay_id, done_at=None).first()
    if relay is None:
        return
    try:
        with transaction.atomic():
            _pass_on(relay, now)
    except Refused as refusal:
        relay.refused = refusal.code
    relay.done_at = now
    relay.save(update_fields=["done_at", "refused"])


def _pass_on(relay: Relay, now: datetime) -> None:
    child = desk.lock(Ticket.objects.get(pk=relay.child_id))
    if not relaying.children_of(Ticket(pk=relay.incident_id)).filter(pk=child.pk).exists():
        raise NotLinked
    if child.merged_into_id is not None:
        child = _that_stays(child, relay)
    if relay.message is not None:
        say_again(child, relay.message, status=relay.status if child.is_active else None, at=now)
    elif relay.status is not None and child.is_active:
        apply_status(child, relay.status, actor=relay.author, at=now)
        clocks.refresh(child, at=now)


def _that_stays(child: Ticket, relay: Relay) -> Ticket:
    """Where the customer of a child that was merged meanwhile reads now, unless that hears of it anyway."""
    stays = desk.lock(Ticket.objects.get(merged=child))
    is_child = relaying.children_of(Ticket(pk=relay.incident_id)).filter(pk=stays.pk).exists()
    if is_child or stays.pk == relay.incident_id:
        raise AlreadyMerged(number=child.number)
    return stays


def _undecided(burst: Burst, actor: User) -> Burst:
    """A burst that waits for a decision, locked; who sees fewer than two of its tickets is not asked."""
    burst = Burst.objects.select_for_update().get(pk=burst.pk)
    if burst.state != Burst.State.OFFERED:
        raise BurstDecided
    if _offered(burst, actor).count() < 2:
        raise NothingChosen
    return burst


def _offered(burst: Burst, actor: User) -> QuerySet[BurstTicket]:
    """The undecided tickets of a burst that the actor may see."""
    seen = Ticket.objects.visible_to(actor).values("pk")
    return burst.members.filter(state=BurstTicket.State.OFFERED, ticket__in=seen)


def _members(burst: Burst, actor: User, chosen: Collection[Ticket]) -> list[BurstTicket]:
    """Those of the chosen that are offered, and that the actor may see."""
    seen = Ticket.objects.visible_to(actor).filter(pk__in=[ticket.pk for ticket in chosen])
    found = BurstTicket.objects.filter(burst=burst, state=BurstTicket.State.OFFERED, ticket__in=seen)
    return list(found.select_related("ticket__category").order_by("ticket__number"))


def _late(incident: Ticket, tickets: Collection[Ticket], actor: User) -> list[BurstTicket]:
    require(actor, Permission.CHANGE)
    burst = Burst.objects.select_for_update().filter(incident=incident, state=Burst.State.ACCEPTED).first()
    if burst is None:
        raise BurstDecided
    members = _members(burst, actor, tickets)
    if not members:
        raise NothingChosen
    return members


def _join(incident: Ticket, child: Ticket, actor: User, at: datetime) -> None:
    """Link a child, unless somebody has made it a part of something meanwhile."""
    try:
        with transaction.atomic():
            link(incident, child, Role.CHILD, actor=actor, at=at)
    except (HasParent, LinkInCircle):
        return
