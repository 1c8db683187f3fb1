"""Reading complaints: who handles one, whom it may be about, what its reader sees, and how they are answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from tenants.models import Role, User
from tenants.permissions import Permission
from tickets.models import Complaint, ComplaintEvent, ComplaintFile, ComplaintSubject, Event, Message, Ticket
from tickets.refusals import REFUSALS

#: Of all who answered a long ticket, so many are offered as those whom a complaint is about.
MOST_NAMED = 20
#: More are not told one by one.
MOST_HANDLERS = 20
#: What staff decide about a ticket, as its history names it.
DECISIONS = (
    *REFUSALS,
    "refusal.upheld",
    "status.changed",
    "ticket.reopened",
    "ticket.merged",
    "priority.changed",
    "delay.announced",
)


def readable(person: User, pk: UUID) -> Complaint | None:
    """One that somebody of the desk may handle, with what its page shows; None where there is none for them."""
    return _shown(Complaint.objects.handled_by(person)).filter(pk=pk).first()


def own(person: User, pk: UUID) -> Complaint | None:
    """One that this person filed, with what its page shows."""
    return _shown(Complaint.objects.filter(complainant=person)).filter(pk=pk).first()


def of(person: User) -> QuerySet[Complaint]:
    """Those that this person filed, the newest first."""
    return _shown(Complaint.objects.filter(complainant=person)).order_by("-id")


def handled_by(person: User) -> QuerySet[Complaint]:
    """The register: those that this person may handle, the newest first."""
    return _shown(Complaint.objects.handled_by(person)).order_by("-id")


def _shown(found: QuerySet[Complaint]) -> QuerySet[Complaint]:
    return found.select_related("ticket", "complainant__role", "handler__role").defer("ticket__description")


def history(complaint: Complaint, *, for_handlers: bool) -> list[ComplaintEvent]:
    """What was said and done, in order, with its files; to the one who complains what is public. Two queries."""
    found = ComplaintEvent.objects.filter(complaint=complaint).select_related("actor__role").order_by("at", "id")
    found = found.prefetch_related("files")
    return list(found if for_handlers else found.filter(is_public=True))


def file_of(complaint: Complaint, pk: UUID, *, for_handlers: bool) -> ComplaintFile | None:
    """A file of what is shown to this side."""
    found = ComplaintFile.objects.filter(event__complaint=complaint, pk=pk)
    return (found if for_handlers else found.filter(event__is_public=True)).first()


def named(complaint: Complaint) -> list[User]:
    """Whom it is about."""
    people = User.objects.filter(pk__in=ComplaintSubject.objects.filter(complaint=complaint).values("person"))
    return list(people.select_related("role").order_by("name", "email"))


def named_to_customer(complaint: Complaint) -> list[str]:
    """Whom it is about, as far as the one who complains knows them by name: they wrote on the ticket in public."""
    here = Q(ticket=complaint.ticket_id) | Q(merged_from=complaint.ticket_id)
    wrote = set(Message.objects.filter(here, kind=Message.Kind.PUBLIC).values_list("author", flat=True))
    return [each.name for each in named(complaint) if each.name and each.pk in wrote]


def who_answered(ticket: Ticket) -> list[User]:
    """Staff whom the customer knows by name, since they wrote on the ticket in public."""
    public = Message.objects.filter(ticket=ticket, kind=Message.Kind.PUBLIC)
    staff = Role.objects.exclude(kind=Role.Kind.CUSTOMER).values("pk")
    found = User.objects.filter(pk__in=public.values("author"), role__in=staff).exclude(pk=ticket.requester_id)
    return list(found.exclude(name="").order_by("name", "pk")[:MOST_NAMED])


def who_worked_on(ticket: Ticket) -> set[UUID]:
    """Staff to whom the ticket was ever assigned, who wrote to its customer, or who decided something about it.

    Of what is merged with it too: their customer sees one story.
    """
    stays = ticket.merged_into_id or ticket.pk
    together = Ticket.objects.filter(Q(pk=stays) | Q(merged_into=stays))
    events = Event.objects.filter(ticket__in=together.values("pk"))
    given = events.filter(verb="ticket.assigned").values_list("data__to", flat=True)
    public = Message.objects.filter(ticket__in=together.values("pk"), kind=Message.Kind.PUBLIC)
    decided = events.filter(verb__in=DECISIONS)
    staff = User.objects.exclude(role__kind=Role.Kind.CUSTOMER)
    acted = staff.filter(Q(pk__in=public.values("author")) | Q(pk__in=decided.values("actor")))
    had = {UUID(each) for each in given if each} | {pk for pk in together.values_list("assignee", flat=True) if pk}
    return had | set(acted.values_list("pk", flat=True))


def called(words: str) -> list[User]:
    """Staff with one of these names or addresses, given with commas; who is not found stays as it was written."""
    parts = [part for each in words.replace(";", ",").split(",") if (part := " ".join(each.split()))]
    wanted = Q(pk=None)
    for part in parts[:MOST_NAMED]:
        wanted |= Q(name__iexact=part) | Q(email__iexact=part)
    return list(User.objects.filter(wanted).exclude(role__kind=Role.Kind.CUSTOMER)[:MOST_NAMED])


def handlers(complaint: Complaint) -> list[User]:
    """Who is told: managers whom it is not about; where it is about all of them, administrators. Two queries at most.

    Empty where everybody who has the right is named.
    """
    return _handlers(list(named(complaint)), complaint.complainant_id)


def _handlers(about: list[User], complainant: UUID) -> list[User]:
    may = User.objects.filter(is_active=True, role__permissions__contains=[Permission.HANDLE_COMPLAINTS])
    free = may.exclude(role__kind=Role.Kind.CUSTOMER).exclude(pk__in=[complainant, *(each.pk for each in about)])
    found = list(free.select_related("role").order_by("created_at", "pk"))
    managers = [each for each in found if each.role.kind != Role.Kind.ADMIN]
    return (managers or found)[:MOST_HANDLERS]


def is_with_administrators(people: list[User]) -> bool:
    """Whether only administrators are left to handle it."""
    return bool(people) and all(each.role.kind == Role.Kind.ADMIN for each in people)


@dataclass(frozen=True)
class Figures:
    """How complaints of a period were answered."""

    filed: int
    open: int
    overdue: int
    in_time: int
    late: int
    upheld: int
    partly: int
    not_upheld: int

    @property
    def decided(self) -> int:
        """All that were decided."""
        return self.in_time + self.late

    @property
    def share(self) -> int | None:
        """Of all that had to be decided by now, the percentage that was in time."""
        owed = self.decided + self.overdue
        return round(100 * self.in_time / owed) if owed else None


def figures(person: User, *, since: datetime, at: datetime) -> Figures:
    """Of those filed since an instant that this person may read. One query."""
    decided = Q(decided_at__isnull=False)
    Outcome = Complaint.Outcome
    counted = Complaint.objects.handled_by(person).filter(filed_at__gte=since)
    sums = counted.aggregate(
        filed=Count("pk"),
        open=Count("pk", filter=~decided),
        overdue=Count("pk", filter=Q(decided_at=None, due_at__lt=at)),
        in_time=Count("pk", filter=Q(decided_at__lte=F("due_at"))),
        late=Count("pk", filter=Q(decided_at__gt=F("due_at"))),
        upheld=Count("pk", filter=Q(outcome=Outcome.UPHELD)),
        partly=Count("pk", filter=Q(outcome=Outcome.PARTLY)),
        not_upheld=Count("pk", filter=Q(outcome=Outcome.NOT_UPHELD)),
    )
    return Figures(**sums)
