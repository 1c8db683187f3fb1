"""Which version of the support policy holds for a ticket, and since when.

Open tickets follow every new version; finished ones stay under theirs. That a version holds is a fact that is common
to all tickets, so it is no event on each: `woven` puts the tenant's versions into the histories before these are
folded. Only what differs from ticket to ticket is recorded there, as `policy.changed`: that another SLA policy of the
document holds from then on (without a version: since the ticket has another organisation), or that another priority
took the place of one that is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache, lru_cache, partial
from itertools import accumulate
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import JSONArray

from sla import clock
from sla.document import SupportPolicy
from sla.models import PolicyVersion, Priority, policy_of
from tenants.context import active_tenant_id
from tickets import events
from tickets.models import Organization, Ticket

#: Open tickets follow a version so long after it was applied: what was under way then is committed under the former.
TAKEOVER = timedelta(seconds=2)
#: A ticket may have been filed under the former version, if that happened while the new one was being applied.
_SLACK = timedelta(hours=1)

#: What a ticket keeps of the version that it follows.
KEPT = ["policy_version", "sla", "priority"]
Histories = dict[UUID, list[clock.Event]]
Known = Callable[[str], SupportPolicy]
#: Whether the clocks stay on their calendar, and the calendar itself has changed: old and new terms, priority.
IsEdit = Callable[[tuple[str, str], tuple[str, str], str], bool]


class Version(NamedTuple):
    """A version, and since when open tickets follow it."""

    number: int
    pk: UUID
    since: datetime
    moves_clocks: bool
    name: str  # the id as events name it


class Facts(NamedTuple):
    """Keys of what a ticket is: its priority, category, channel, and its organisation's contract."""

    priority: str
    category: str
    channel: str
    contract: str | None


def since_the_first(tickets: Collection[Ticket]) -> list[Version]:
    """The versions that came after the oldest of these tickets, in order; one query."""
    if not tickets:
        return []
    rows = PolicyVersion.objects.filter(applied_at__gte=min(ticket.created_at for ticket in tickets) - _SLACK)
    found = list(rows.order_by("number").values_list("number", "pk", "applied_at", "moves_clocks"))
    # Each after the one before it, whatever the clocks of the machines that applied them said.
    since = accumulate((applied_at + TAKEOVER for _, _, applied_at, _ in found), max)
    return [Version(number, pk, at, moves, str(pk)) for (number, pk, _, moves), at in zip(found, since, strict=True)]


def later_than(tickets: Collection[Ticket], histories: Histories) -> Sequence[Version]:
    """The versions that may have to be woven into the histories; no query where nothing came after any of them.

    Tickets that were read with the version in force (`in_force`) and filed under that one have followed no other.
    """
    if all(_is_filed_under(ticket.__dict__.get("in_force"), histories[ticket.pk]) for ticket in tickets):
        return ()
    return since_the_first(tickets)


def _is_filed_under(version: UUID | None, history: Sequence[clock.Event]) -> bool:
    policy = history[0].policy if history else None
    return version is not None and isinstance(policy, tuple) and policy[0] == str(version)


def woven(tickets: Collection[Ticket], histories: Histories, versions: Sequence[Version]) -> Histories:
    """The histories with the versions that came to hold, where they move clocks."""
    edits = cache(partial(_is_edit, known=known))  # many tickets, few terms
    for ticket in tickets:
        history = histories[ticket.pk]
        if history and (later := _followed(ticket, history[0], versions)):
            histories[ticket.pk] = list(_weave(history, later, edits))
    return histories


def _followed(ticket: Ticket, created: clock.Event, versions: Sequence[Version]) -> Sequence[Version]:
    """The versions after the one that the ticket was filed under; of a finished ticket those that it saw."""
    filed_under = str(created.policy[0]) if isinstance(created.policy, tuple) else ""
    later = _after(versions, filed_under)
    if ticket.is_active:
        return later
    last = next((index for index, each in enumerate(later) if each.pk == ticket.policy_version_id), -1)
    return later[: last + 1]


def _after(versions: Sequence[Version], pk: UUID | str) -> Sequence[Version]:
    name = str(pk)
    index = next((index for index, each in enumerate(versions) if each.name == name), -1)
    return versions[index + 1 :]


def weave(history: list[clock.Event], later: Sequence[Version], known: Known) -> Iterator[clock.Event]:
    """A history with these versions: each a change of policy, or an edit of the calendar that the ticket is on."""
    return _weave(history, later, partial(_is_edit, known=known))


def _weave(history: list[clock.Event], later: Sequence[Version], is_edit: IsEdit) -> Iterator[clock.Event]:
    policy, priority, created = history[0].policy, history[0].priority, history[0].at
    told = {event.to[0] for event in history if event.type == clock.EventType.POLICY and isinstance(event.to, tuple)}
    added = [
        clock.Event(max(each.since, created), clock.EventType.POLICY, to=(each.name, None), source=each.name)
        for each in later
        if each.moves_clocks and each.name not in told
    ]
    for event in sorted([*history, *added], key=_time):
        if event.type == clock.EventType.PRIORITY:
            priority = event.to
        elif event.type == clock.EventType.POLICY and isinstance(event.to, tuple) and isinstance(policy, tuple):
            version, sla = event.to
            changed = (policy[0] if version is None else version, policy[1] if sla is None else sla)
            of_calendar = is_edit(policy, changed, str(priority))
            kind = clock.EventType.CALENDAR if of_calendar else clock.EventType.POLICY
            event = clock.Event(event.at, kind, to=changed, source=event.source)
            policy = changed
        yield event


_time = attrgetter("at")


def _is_edit(old: tuple[str, str], new: tuple[str, str], priority: str, known: Known) -> bool:
    """Whether the clocks stay on their calendar, and the calendar itself has changed."""
    before, after = known(old[0]), known(new[0])
    if old[1] not in before.sla or new[1] not in after.sla:
        return False
    key = before.calendar_key(old[1], priority)
    return key == after.calendar_key(new[1], priority) and before.calendar(key) != after.calendar(key)


def known(version: str) -> SupportPolicy:
    """The policy of a version of the active tenant, from the process's cache."""
    return _named(active_tenant_id(), version)


@lru_cache(maxsize=512)
def _named(tenant_id: int | None, version: str) -> SupportPolicy:
    return policy_of(tenant_id, UUID(version))


def take_over(tickets: Collection[Ticket], *, at: datetime) -> list[Version]:
    """Let locked open tickets follow the versions that hold by now. Returns the versions, for `woven`.

    What is recorded is what the versions do not say for all tickets alike. The caller writes what the tickets keep.
    """
    versions = since_the_first(tickets)
    pending = (
        (ticket, [each for each in _after(versions, ticket.policy_version_id) if each.since <= at])
        for ticket in tickets
        if ticket.is_active or ticket.due_at  # a ticket that is being finished right now still had a deadline
    )
    if behind := [(ticket, later) for ticket, later in pending if later]:
        told: list[tuple[Ticket, str, datetime, dict[str, Any]]] = []
        rows = {row.key: row for row in Priority.objects.all()}
        chosen: dict[tuple[Any, ...], tuple[str, str]] = {}  # many tickets, few terms
        for ticket, later in behind:
            for version in later:
                told += _follow(ticket, version, rows, chosen)
            ticket.__dict__["has_followed"] = True
        events.record_crossings(told)
    return versions


def has_followed(ticket: Ticket) -> bool:
    """Whether this instance was put under a later version, and is to be written."""
    return "has_followed" in ticket.__dict__


def _follow(
    ticket: Ticket, version: Version, rows: Mapping[str, Priority], chosen: dict[tuple[Any, ...], tuple[str, str]]
) -> Iterator[tuple[Ticket, str, datetime, dict[str, Any]]]:
    """Put a ticket under the next version; what is special about this ticket, to be recorded."""
    facts, former = facts_of(ticket), ticket.sla
    asked = (former, facts, ticket.policy_version_id, version.pk)
    if asked not in chosen:
        chosen[asked] = terms_of(former, facts, known(str(ticket.policy_version_id)), known(str(version.pk)))
    sla, priority = chosen[asked]
    ticket.policy_version_id = version.pk
    if sla == former and priority == facts.priority:
        return
    at = max(version.since, ticket.clocks_at or version.since, ticket.created_at)
    yield ticket, "policy.changed", at, {"version": str(version.pk), "sla": sla, "former": former}
    ticket.sla = sla
    if priority != facts.priority:
        yield ticket, "priority.changed", at, {"former": facts.priority, "to": priority, "reason": ""}
        ticket.priority = rows[priority]
        ticket.__dict__.pop("facts", None)


def choose_for(ticket: Ticket, organization: Organization | None, *, at: datetime) -> None:
    """Let the contract of an organisation decide on a locked ticket that was filed as nobody's; the caller saves it.

    The clocks must have been settled before; the caller refreshes them.
    """
    ticket.organization = organization
    policy, facts = known(str(ticket.policy_version_id)), facts_of(ticket)
    was, now = matching(policy, **facts._replace(contract=None)._asdict()), matching(policy, **facts._asdict())
    if was == now or not ticket.channel.is_official:
        return
    # No version is named: the one that holds came to hold at its own time.
    events.record(ticket, "policy.changed", actor=None, at=at, version=None, sla=now, former=ticket.sla)
    ticket.sla = now


def facts_of(ticket: Ticket) -> Facts:
    """What the policy looks at when it chooses a ticket's terms."""
    known = ticket.__dict__.get("facts")  # read together with many tickets
    if known is not None:
        return Facts(*known)
    contract = ticket.organization.contract if ticket.organization_id and ticket.organization else None
    return Facts(ticket.priority.key, ticket.category.key, ticket.channel.key, contract)


def terms_of(sla: str, facts: Facts, before: SupportPolicy, after: SupportPolicy) -> tuple[str, str]:
    """The SLA policy and the priority that a ticket has under the next version.

    Another SLA policy only if the versions disagree on which is the ticket's, or if the former one is gone.
    """
    priority = after.successor(facts.priority)
    was, now = matching(before, **facts._asdict()), matching(after, **facts._replace(priority=priority)._asdict())
    stays = was == now and (not sla or sla in after.sla)
    return (sla if stays else now), priority


def matching(policy: SupportPolicy, *, contract: str | None, category: str, channel: str, priority: str) -> str:
    """The SLA policy of the document that holds for such a request; empty if there is none."""
    found = policy.sla_for(
        contract=contract,
        category=category if category in policy.categories else None,
        channel=channel if channel in policy.channels else None,
        priority=priority,
    )
    return found.key if found else ""


def lean(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """Only what following a version takes, in one row a ticket: an object for each relation would cost more."""
    keys = ("priority__key", "category__key", "channel__key", "organization__contract")
    times = ("created_at", "due_at", "clocks_at")
    own = ("number", "subject", *times, "is_active", "sla", "policy_version", "priority", "organization")
    return tickets.only(*own).annotate(facts=JSONArray(*keys))
