"""What stands beside a ticket, read with it: its tags, and how much there is in each block of the panel."""

from __future__ import annotations

from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, JSONObject

from tenants.models import User
from tenants.written import written
from tickets.models import (
    Approval,
    BurstTicket,
    Callback,
    ChecklistStep,
    Complaint,
    Follower,
    Participant,
    Strike,
    Ticket,
    TicketLink,
    TicketTag,
    TimeEntry,
)


def counted(person: User) -> RawSQL:
    """For one reader: what there is, as a column of the statement that reads the ticket."""
    return written(Ticket, _counted, person.pk)


def _counted(reader: UUID) -> JSONObject:
    steps = ChecklistStep.objects.filter(checklist__withdrawn_at=None)
    tagged = TicketTag.objects.filter(ticket=OuterRef("pk"))
    return JSONObject(
        tags=ArraySubquery(tagged.order_by("tag__name").values("tag__name")),
        participants=_count(Participant.objects.all()),
        followers=_count(Follower.objects.all()),
        steps=_count(steps, "checklist__ticket"),
        steps_done=_count(steps.filter(done_at__isnull=False), "checklist__ticket"),
        approvals=_count(Approval.objects.all()),
        approvals_pending=_count(Approval.objects.filter(state=Approval.State.PENDING)),
        is_following=Exists(Follower.objects.filter(ticket=OuterRef("pk"), user=reader)),
        false_reports=_count(Strike.objects.standing().filter(kind=Strike.Kind.FALSE_REPORT)),
        complaints=_count(Complaint.objects.filter(complainant=reader)),
        callback=Subquery(_calls().values("pk")[:1]),
        callback_by=Subquery(_calls().values("requester")[:1]),
        callback_at=Subquery(_calls().values("at")[:1]),
        minutes=_sum(TimeEntry.objects.all()),
        is_linked=Exists(TicketLink.objects.filter(Q(source=OuterRef("pk")) | Q(target=OuterRef("pk")))),
        children=_count(_children(), "source"),
        open_children=_count(_children().filter(target__is_active=True), "source"),
        is_in_burst=Exists(BurstTicket.objects.filter(ticket=OuterRef("pk"), state=BurstTicket.State.OFFERED)),
    )


def _calls() -> QuerySet[Callback]:
    return Callback.objects.filter(ticket=OuterRef("pk"), state=Callback.State.WANTED)


def _children() -> QuerySet[TicketLink]:
    return TicketLink.objects.filter(kind=TicketLink.Kind.PARENT)


def _count(rows: QuerySet, to_ticket: str = "ticket") -> Coalesce:
    same = rows.filter(**{to_ticket: OuterRef("pk")}).order_by()
    one = same.values(to_ticket).annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(one), 0)


def _sum(rows: QuerySet) -> Coalesce:
    same = rows.filter(ticket=OuterRef("pk")).order_by()
    return Coalesce(Subquery(same.values("ticket").annotate(sum=Sum("minutes")).values("sum")), 0)
