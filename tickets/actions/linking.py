"""Links between tickets: parent and child, duplicate, relates to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.context import active_tenant_id
from tenants.models import User
from tenants.permissions import Permission
from tickets import events
from tickets.actions.checks import require
from tickets.errors import AlreadyLinked, CannotLinkItself, HasParent, LinkInCircle, NotLinked
from tickets.models import Ticket, TicketLink

Kind = TicketLink.Kind


class Role(models.TextChoices):
    """What the other ticket is to this one."""

    RELATES = "relates", _("It has to do with this one")
    DUPLICATE = "duplicate", _("It is about the same: a duplicate")
    CHILD = "child", _("It is a part of this one")
    PARENT = "parent", _("This one is a part of it")


#: How the same link is read from the other end.
_BACK = {Role.PARENT: Role.CHILD, Role.CHILD: Role.PARENT}


def link(ticket: Ticket, other: Ticket, role: str, *, actor: User, at: datetime) -> TicketLink:
    """Link another ticket, that is `role` to this one. Both histories tell it.

    Raises NotPermitted, CannotLinkItself, AlreadyLinked, HasParent, LinkInCircle.
    """
    require(actor, Permission.CHANGE)
    if ticket.pk == other.pk:
        raise CannotLinkItself
    one_after_the_other()
    if _between(ticket, other).exists():
        raise AlreadyLinked(number=ticket.number, other=other.number)
    source, target = (other, ticket) if role == Role.PARENT else (ticket, other)
    kind = Kind.PARENT if role in _BACK else Kind(role)
    if kind == Kind.PARENT:
        _require_tree(source, target)
    made = TicketLink.objects.create(kind=kind, source=source, target=target, made_by=actor, made_at=at)
    _tell("ticket.linked", ticket, other, role, actor, at)
    return made


def suppose_link(ticket: Ticket, other: Ticket, *, at: datetime) -> None:
    """Say that a ticket may have to do with another one: what a mail hints at, without showing a right to it."""
    one_after_the_other()
    if ticket.pk != other.pk and not _between(ticket, other).exists():
        TicketLink.objects.create(kind=Kind.RELATES, source=ticket, target=other, made_by=None, made_at=at)
        _tell("ticket.linked", ticket, other, Role.RELATES, None, at)


def unlink(ticket: Ticket, other: Ticket, *, actor: User, at: datetime) -> None:
    """Remove the link between two tickets. Raises NotPermitted, NotLinked."""
    require(actor, Permission.CHANGE)
    one_after_the_other()
    found = _between(ticket, other).first()
    if found is None:
        raise NotLinked
    found.delete()
    _tell("ticket.unlinked", ticket, other, role_of(found, ticket), actor, at)


def role_of(link: TicketLink, ticket: Ticket) -> str:
    """What the other end of a link is to this ticket."""
    if link.kind != Kind.PARENT:
        return Role(link.kind)
    return Role.CHILD if link.source_id == ticket.pk else Role.PARENT


def one_after_the_other() -> None:
    """Links of a tenant are made in turn: three at once could close a circle that none of them sees."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('links ' || %s, 0))", [str(active_tenant_id())])


def carry_links(duplicate: Ticket, into: Ticket, *, actor: User, at: datetime) -> list[str]:
    """Link what a duplicate is linked with to the ticket that stays; both are locked. Returns the ids of the links.

    Its parent keeps it: what is answered there reaches its customer where they read now. What cannot stand below the
    ticket that stays, or is linked with it already, keeps its link with the duplicate.
    """
    one_after_the_other()
    moved = []
    for found in _of(duplicate):
        other = found.target if found.source_id == duplicate.pk else found.source
        role = role_of(found, duplicate)
        if role == Role.PARENT or other.pk == into.pk or _between(into, other).exists():
            continue
        if role == Role.CHILD and not _may_stand_below(into, other):
            continue
        _relink(found, duplicate, into, other, actor, at)
        moved.append(str(found.pk))
    return moved


def return_links(
    into: Ticket, duplicate: Ticket, carried: Mapping[str, list[str]], *, actor: User, at: datetime
) -> None:
    """When a merge is undone: the links that it brought along and that are still there. Both tickets are locked."""
    one_after_the_other()
    for found in _of(into).filter(pk__in=carried.get("links", [])):
        other = found.target if found.source_id == into.pk else found.source
        if not _between(duplicate, other).exists():
            _relink(found, into, duplicate, other, actor, at)


def _of(ticket: Ticket) -> models.QuerySet[TicketLink]:
    found = TicketLink.objects.filter(Q(source=ticket) | Q(target=ticket)).select_related("source", "target")
    return found.defer("source__description", "target__description").order_by("made_at", "id")


def _relink(found: TicketLink, former: Ticket, to: Ticket, other: Ticket, actor: User, at: datetime) -> None:
    role = role_of(found, former)
    end = "source" if found.source_id == former.pk else "target"
    setattr(found, end, to)
    found.save(update_fields=[end])
    # To the customer of a part nothing is new.
    _tell("ticket.unlinked", former, other, role, actor, at)
    _tell("ticket.linked", to, other, role, actor, at, for_customers=False)


def _may_stand_below(parent: Ticket, child: Ticket) -> bool:
    try:
        _require_place(parent, child)
    except LinkInCircle:
        return False
    return True


def _between(one: Ticket, other: Ticket) -> models.QuerySet[TicketLink]:
    return TicketLink.objects.filter(Q(source=one, target=other) | Q(source=other, target=one))


def _require_tree(parent: Ticket, child: Ticket) -> None:
    """The child has no parent yet, and does not stand above the one that it gets."""
    links = TicketLink.objects.filter(kind=Kind.PARENT).select_related("source")
    present = links.filter(target=child).first()
    if present is not None:
        raise HasParent(number=child.number, parent=present.source.number)
    _require_place(parent, child)


def _require_place(parent: Ticket, child: Ticket) -> None:
    links = TicketLink.objects.filter(kind=Kind.PARENT)
    above: TicketLink | None = links.filter(target=parent).first()
    while above is not None:
        if above.source_id == child.pk:
            raise LinkInCircle(number=parent.number, other=child.number)
        above = links.filter(target=above.source_id).first()


def _tell(
    verb: str, ticket: Ticket, other: Ticket, role: str, actor: User | None, at: datetime, *, for_customers: bool = True
) -> None:
    back = _BACK.get(Role(role), role)
    for here, there, seen_as in ((ticket, other, role), (other, ticket, back)):
        # Customers read only that theirs is dealt with together with others.
        is_public = for_customers and verb == "ticket.linked" and seen_as == Role.PARENT
        events.record(here, verb, actor=actor, at=at, is_public=is_public, role=str(seen_as), number=there.number)
