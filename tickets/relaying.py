"""What is answered on an incident goes on to the tickets that belong to it: one alarm a child."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants import alarms
from tenants.models import User
from tickets import desk
from tickets.models import Message, Relay, Status, Ticket, TicketLink
from tickets.models.ticket import TicketQuerySet

#: Does one child; its subject is the Relay. What it does: `tickets.actions.incidents.pass_on`.
ALARM = "incident.relay"


class Reach(models.TextChoices):
    """How far an answer on an incident goes."""

    CHILDREN = "children", _("Also to the customers of its tickets")
    SOLVE = "solve", _("Also to them, and their tickets are solved")
    HERE = "here", _("Only here")


def children_of(incident: Ticket) -> TicketQuerySet:
    """The tickets that are parts of another one."""
    return Ticket.objects.filter(pk__in=TicketLink.objects.filter(kind="parent", source=incident).values("target"))


def customers_of(incident: Ticket) -> int:
    """How many customers an answer reaches that goes on to the children; those of a merged one read where it went."""
    children = children_of(incident)
    merged = children.filter(merged_into__isnull=False).exclude(merged_into=incident).values("merged_into")
    reached = Ticket.objects.filter(Q(pk__in=children.filter(merged_into=None).values("pk")) | Q(pk__in=merged))
    still_read = reached.exclude(status__in=Status.objects.filter(kind=Status.Kind.CLOSED).values("pk"))
    return still_read.order_by().values("requester").distinct().count()


def spread(message: Message, reach: str, *, at: datetime) -> int:
    """Ask for an answer on an incident to be posted on each of its children. Returns how many there are.

    It solves those that its author may see; to the others it is an answer.
    """
    if reach == Reach.HERE:
        return 0
    incident, author = message.ticket, message.author
    ids = set(children_of(incident).values_list("pk", flat=True))
    if not ids:
        return 0
    solved = set()
    if reach == Reach.SOLVE:
        solved = set(children_of(incident).visible_to(author).values_list("pk", flat=True))
        ask(incident, solved, author=author, message=message, status=desk.status_of(Status.Kind.SOLVED), at=at)
    ask(incident, ids - solved, author=author, message=message, at=at)
    return len(ids)


def ask(
    incident: Ticket,
    children: Iterable[UUID],
    *,
    author: User,
    at: datetime,
    message: Message | None = None,
    status: Status | None = None,
) -> int:
    """Write down what each child, by id, is to get, and set an alarm for each: committed with what asks for it."""
    relays = Relay.objects.bulk_create(
        Relay(incident=incident, child_id=child, message=message, status=status, author=author, asked_at=at)
        for child in children
    )
    alarms.set_many((ALARM, relay.pk, at) for relay in relays)
    return len(relays)
