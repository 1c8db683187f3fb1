"""The portal's first page: search, what to ask for, who is there now, and where the reader's requests stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from sla import words
from sla.document import SupportPolicy
from sla.document.people import Channel
from sla.document.requests import Category
from tenants.access import reader_of
from tenants.context import active_tenant
from tenants.models import User
from tenants.statements import Statement
from tenants.text import say
from tickets import actions, approvals, desk
from tickets.fairuse.standing import standing_of
from tickets.models import Ticket
from tickets.views.portal.common import policy_required
from tickets.views.portal.lists import for_rows, rows_of

LATEST = 4
#: Icons of policy files by the names that their writers know, as our sprite calls them.
ICONS = {
    "archive-restore": "history",
    "book-open": "book",
    "bug": "alert-circle",
    "circle-help": "help-circle",
    "gauge": "progress",
    "globe": "world",
    "message-circle-question": "message-circle",
    "monitor": "device-desktop",
    "panels-top-left": "layout-dashboard",
    "receipt": "credit-card",
    "server-crash": "server",
    "shield": "shield-lock",
}

#: What is said of a channel whose address the policy leaves out: no page offers a way that its reader cannot go.
UNNAMED = {
    "email": gettext_lazy("The address is not given here. You can answer any mail that we sent you about a request."),
    "chat": gettext_lazy("The page of the chat is not given here."),
    "phone": gettext_lazy("The number is not given here."),
    "letter": gettext_lazy("The postal address is not given here."),
}


@dataclass(frozen=True)
class Hours:
    """Opening hours for people: what they are for, in words, and whether somebody is there now."""

    name: str
    text: str
    now: words.OpenNow
    priorities: list[str]


@dataclass(frozen=True)
class Way:
    """A channel that is on: how to reach it, when, and whether it counts."""

    key: str
    name: str
    text: str
    address: str
    is_advisory: bool
    hours: str
    hours_here: str
    now: words.OpenNow
    icon: str
    link: str
    may_call: bool = False
    unnamed: str = ""

    @property
    def is_written(self) -> bool:
        """Whether people write over it, at any hour."""
        return self.key in ("portal", "email", "letter")


@require_safe
@policy_required
def home(request: HttpRequest) -> HttpResponse:
    """Everybody's start."""
    person, at = reader_of(request), timezone.now()
    policy = desk.current_policy().policy
    context = {
        "policy": policy,
        "categories": tiles(policy),
        "hours": hours_of(policy, at),
        "channels": ways(policy, at),
        "needs_account": not actions.may_file_without_account(policy),
        "has_portal": policy.channels["portal"].on,
        "latest": rows_of(latest_of(person), at) if person else [],
        "standing": standing_of(person, at=at) if person else None,
        "awaited": approvals.awaited_of(person) if person else [],
        "now": at,
    }
    return render(request, "tickets/portal/home.html", context)


def latest_of(person: User) -> list[Ticket]:
    """What a person asked last, with all that rows show: two queries."""
    found = _LATEST.rows(person=person.pk)
    prefetch_related_objects(found, "clocks")  # which a statement leaves out
    return found


def _latest(person: UUID) -> QuerySet[Ticket]:
    return for_rows(Ticket.objects.filter(requester=person)).order_by("-number")[:LATEST]


_LATEST = Statement(_latest, person=UUID)


def tiles(policy: SupportPolicy) -> list[dict[str, object]]:
    """What requests are about, with the policy's own examples."""
    return [_tile(category) for category in policy.categories.values()]


def _tile(category: Category) -> dict[str, object]:
    icon = category.icon or "category"
    return {"category": category, "icon": ICONS.get(icon, icon), "examples": category.examples[:4]}


def hours_of(policy: SupportPolicy, at: datetime) -> list[Hours]:
    """The usual hours first, then others that some priorities run on, such as limited support at weekends."""
    keys: dict[str, list[str]] = {policy.default_calendar: []}
    for sla in policy.sla.values():
        for priority in policy.priorities.values():
            if priority.key not in sla.targets:
                continue
            key, name = policy.calendar_key(sla.key, priority.key), say(priority.name)
            if name not in keys.setdefault(key, []):
                keys[key].append(name)
    return [_hours(policy, key, names, at) for key, names in keys.items()]


def _hours(policy: SupportPolicy, key: str, priorities: list[str], at: datetime) -> Hours:
    calendar = policy.calendar(key)
    is_usual = key == policy.default_calendar
    return Hours(
        name=say(policy.calendars[key].name),
        text=words.hours(calendar),
        now=words.open_now(calendar, at),
        priorities=[] if is_usual else priorities,
    )


def ways(policy: SupportPolicy, at: datetime) -> list[Way]:
    """The channels that are on, in the policy's order."""
    return [_way(policy, channel, at) for channel in policy.open_channels]


def _way(policy: SupportPolicy, channel: Channel, at: datetime) -> Way:
    calendar = policy.calendar(channel.calendar)
    icons = {"portal": "ticket", "email": "mail", "chat": "message-circle", "phone": "phone", "letter": "mail-opened"}
    return Way(
        key=channel.key,
        name=say(channel.name),
        text=say(channel.text),
        address=(address := _address(channel)),
        is_advisory=channel.status == "advisory",
        hours=words.hours(calendar),
        hours_here=words.hours_here(calendar, at=at),
        now=words.open_now(calendar, at),
        icon=icons.get(channel.key, "message"),
        link=next(_links(channel.key, address), ""),
        may_call=channel.key == "phone" and channel.callback,
        unnamed="" if address else str(UNNAMED.get(channel.key, "")),
    )


def _address(channel: Channel) -> str:
    """What the policy gives; for mail that it leaves open, the address at which the desk takes it."""
    return channel.address or (active_tenant().mail_address if channel.key == "email" else "")


def _links(key: str, address: str) -> Iterator[str]:
    """What a click on the address does."""
    if key == "email" and "@" in address:
        yield f"mailto:{address}"
    if key == "phone" and any(char.isdigit() for char in address):
        yield "tel:" + "".join(char for char in address if char.isdigit() or char == "+")
    if address.startswith(("https://", "http://")):
        yield address
