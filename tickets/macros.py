"""What macros say and what they would do: placeholders of a fixed list, and acts as sentences before they are done.

The acts of a macro are a mapping: `status`, `priority`, `team` to keys of the policy, `assignee` to "me", "none" or a
person's id, `tags` to a list of words, `reason` to what the customer reads about a priority.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape, unescape
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla.models import Priority
from tenants.context import active_tenant
from tenants.models import User
from tenants.permissions import Permission
from tenants.text import say
from tickets import placeholders
from tickets.models import Clock, Macro, Status, Team, Ticket

#: In the order in which they are done.
ACTS = ("priority", "team", "assignee", "tags", "status")
ME, NOBODY = "me", "none"
LONGEST_TEXT = 20_000


@dataclass(frozen=True)
class Scene:
    """What placeholders are filled from."""

    ticket: Ticket
    agent: User
    at: datetime


def _due(scene: Scene) -> str:
    running = Clock.objects.filter(ticket=scene.ticket, state="running", due_at__isnull=False).exclude(metric="tier")
    due = running.order_by("due_at").values_list("due_at", flat=True).first()
    zone = ZoneInfo(scene.ticket.requester.timezone) if scene.ticket.requester.timezone else None
    return date_format(timezone.localtime(due, zone), "DATETIME_FORMAT") if due else "—"


#: Every placeholder: what it is, and how it is filled, in the language of the customer.
PLACEHOLDERS: dict[str, tuple[str | Promise, Callable[[Scene], str]]] = {
    "customer.name": (gettext_lazy("the customer's name"), lambda scene: str(scene.ticket.requester)),
    "customer.email": (gettext_lazy("the customer's mail address"), lambda scene: scene.ticket.requester.email),
    "ticket.number": (gettext_lazy("the ticket's number"), lambda scene: str(scene.ticket.number)),
    "ticket.subject": (gettext_lazy("the ticket's subject"), lambda scene: scene.ticket.subject),
    "ticket.priority": (gettext_lazy("its priority"), lambda scene: str(scene.ticket.priority)),
    "ticket.status": (
        gettext_lazy("its state, as customers read it"),
        lambda scene: say(scene.ticket.status.customer_name),
    ),
    "ticket.due": (gettext_lazy("when the next answer is due"), _due),
    "agent.name": (gettext_lazy("your name"), lambda scene: str(scene.agent)),
    "team.name": (gettext_lazy("the ticket's team"), lambda scene: str(scene.ticket.team or "—")),
    "desk.name": (gettext_lazy("the name of this desk"), lambda scene: active_tenant().name),
}


def check(text: str) -> None:
    """Raise UnknownPlaceholder for one that is not in the list."""
    placeholders.check(text, PLACEHOLDERS)


def check_html(html: str) -> None:
    """As check(): a placeholder that is formatted only in part would never be filled."""
    check(unescape(re.sub(r"<[^>]*>", "…", html)))


def without_tags_in_placeholders(html: str) -> str:
    """A formatted text whose placeholders are only words; those that begin in one format and end in another stay."""
    return placeholders.each(html, lambda written: _words(written) if _is_whole(written) else written)


def _words(html: str) -> str:
    return re.sub(r"<[^>]*>", "", html)


def _is_whole(html: str) -> bool:
    begun = re.findall(r"<([a-zA-Z]+)", html)
    return begun == re.findall(r"</([a-zA-Z]+)", html)[::-1]


def filled(macro: Macro, ticket: Ticket, *, agent: User, at: datetime) -> str:
    """The text for this ticket as plain text, in the customer's language if it has that, else in the tenant's.

    What stands in for a placeholder is never read for placeholders again.
    """
    return _filled(macro.text.get(_language(macro, ticket), ""), Scene(ticket, agent, at), str)


def filled_html(macro: Macro, ticket: Ticket, *, agent: User, at: datetime) -> str:
    """The same with its formatting; empty where it has none."""
    html = macro.html.get(_language(macro, ticket), "")
    return _filled(html, Scene(ticket, agent, at), lambda value: escape(value, quote=False))


def _language(macro: Macro, ticket: Ticket) -> str:
    """The customer's if the macro has that, else the tenant's, else any."""
    fallback = active_tenant().language
    wanted = (ticket.requester.language or fallback).split("-")[0]
    return next((code for code in (wanted, fallback, *macro.text) if macro.text.get(code)), fallback)


def _filled(text: str, scene: Scene, tell: Callable[[str], str]) -> str:
    def fill(written: str) -> str | None:
        name = unescape(written).strip()
        return tell(PLACEHOLDERS[name][1](scene)) if name in PLACEHOLDERS else None

    with translation.override(scene.ticket.requester.language or active_tenant().language):
        return placeholders.replaced(text, fill)


@dataclass(frozen=True)
class Line:
    """One act as people read it before it is done."""

    name: str
    text: str
    problem: str = ""  # why it can't be done; it is left out then


def lines(acts: Mapping[str, Any], ticket: Ticket, person: User) -> list[Line]:
    """Each act in a sentence, with what stands in its way."""
    return [_line(name, acts[name], ticket, person) for name in ACTS if acts.get(name)]


def possible(acts: Mapping[str, Any], ticket: Ticket, person: User) -> list[str]:
    """Names of the acts that nothing stands in the way of."""
    return [line.name for line in lines(acts, ticket, person) if not line.problem]


def chosen(acts: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    """Only the acts that somebody agreed to, as a draft keeps them."""
    kept = {name: acts[name] for name in ACTS if name in names and acts.get(name)}
    return {**kept, "reason": acts.get("reason", "")} if "priority" in kept else kept


def found(name: str, value: Any) -> Any:
    """The row that an act names; None when it is no longer there."""
    if name == "assignee":
        people = User.objects.filter(pk=value, is_active=True).exclude(role__kind="customer")
        return people.select_related("role").first()
    model: Any = {"status": Status, "priority": Priority, "team": Team}[name]
    return model.objects.filter(key=value, is_active=True).first()


def sentence(name: str, called: object) -> str:
    """An act in words, by the name of what it names."""
    return str(_SENTENCES[name] % {"name": called})


def _line(name: str, value: Any, ticket: Ticket, person: User) -> Line:
    row = None if name == "tags" or value in (ME, NOBODY) else found(name, value)
    if name == "tags":
        text = sentence(name, ", ".join(value))
    elif name == "assignee" and value == ME:
        text = _("Assign the ticket to you.")
    elif name == "assignee" and value == NOBODY:
        text = _("Assign the ticket to nobody.")
    else:
        text = sentence(name, row if row is not None else value)
        if row is None:
            return Line(name, _("Left out: %(act)s") % {"act": _MISSING[name] % {"name": value}}, "gone")
    needed = Permission.ASSIGN if name in ("team", "assignee") else Permission.CHANGE
    if not person.may(needed):
        return Line(name, text, _("Your role does not allow it, so it is left out."))
    if name == "team" and row is not None and row.tier_id != ticket.tier_id:
        return Line(name, text, _("This team works on another tier, so it is left out. Escalate the ticket instead."))
    if name != "status" and name != "tags" and not ticket.is_active:
        return Line(name, text, _("The ticket is finished, so it is left out."))
    return Line(name, text)


_SENTENCES: dict[str, Any] = {
    "status": gettext_lazy("Set the state to %(name)s."),
    "priority": gettext_lazy("Set the priority to %(name)s."),
    "team": gettext_lazy("Hand the ticket over to %(name)s."),
    "assignee": gettext_lazy("Assign the ticket to %(name)s."),
    "tags": gettext_lazy("Add the tags: %(name)s."),
}
_MISSING: dict[str, Any] = {
    "status": gettext_lazy("the state %(name)s no longer exists."),
    "priority": gettext_lazy("the priority %(name)s no longer exists."),
    "team": gettext_lazy("the team %(name)s no longer exists."),
    "assignee": gettext_lazy("the person that it names no longer works here."),
}
