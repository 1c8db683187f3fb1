"""Rows of the agents' lists and acts of a ticket. A page has dozens: each is drawn from ready texts, not tag by tag."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from sla.words import length
from tenants.drawing import filled
from tenants.templatetags.components import badge, due_badge, time
from tickets import answers
from tickets.columns import COLUMNS, chosen, fields_in
from tickets.selection.language import ANSWER

#: So many characters of an answer stand in a list.
LONGEST_ANSWER = 80

register = template.Library()


@register.simple_tag
def list_columns(headings: Mapping[str, Any] | str | None) -> Mapping[str, Any]:
    """The headings of a list's columns; the usual ones without any."""
    return headings if isinstance(headings, Mapping) else chosen(())


@register.simple_tag
def ticket_row(row: Any, *, choosable: bool = False, columns: Mapping[str, Any] | str | None = None) -> SafeString:
    """A `tickets.views.desk.lists.Row`; with `choosable` it has a box to tick."""
    ticket, columns = row.ticket, list_columns(columns)
    slots: dict[str, object] = {
        "number": str(ticket.number),
        "url": _address(ticket.number),
        "subject": ticket.subject,
        "category": ticket.category,
        "requester": ticket.requester,
        "organization": ticket.organization,
        "priority": badge(ticket.priority, kind="priority", level=ticket.priority.rank),
        "status": badge(ticket.status, kind=ticket.status.kind),
        "assignee": ticket.assignee,
        "held_by": ticket.team or ticket.tier,
        "due": _due(row) if row.due else "",
    }
    # Drawn by what they show, so that a list of the usual columns pays for no other.
    for name in columns:
        if name in _MORE:
            slots[name] = _MORE[name](ticket)
    drawn, fields = _split(tuple(columns))
    slots["answers"] = _answers(ticket, columns, fields) if fields else ""
    return filled("tickets/desk/_row.html", slots, choosable=bool(choosable), columns=drawn)


@lru_cache(maxsize=1_000)
def _split(columns: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns that every desk has, and the keys of the policy's fields."""
    return tuple(name for name in columns if name in COLUMNS), tuple(fields_in(columns))


def _answers(ticket: Any, columns: Mapping[str, Any], fields: tuple[str, ...]) -> SafeString:
    """The cells of the policy's fields, of a ticket of `Listing.with_rows`."""
    cells = (
        (columns[f"{ANSWER}{key}"], Truncator(answers.in_list(ticket, key)).chars(LONGEST_ANSWER)) for key in fields
    )
    return format_html_join("", '<td data-label="{}">{}</td>', cells)


_MORE: dict[str, Callable[[Any], object]] = {
    "team": lambda ticket: ticket.team or "",
    "tier": lambda ticket: ticket.tier,
    "channel": lambda ticket: ticket.channel,
    "tags": lambda ticket: ", ".join(tag.name for tag in ticket.tags.all()),
    "created": lambda ticket: time(ticket.created_at),
    "updated": lambda ticket: time(ticket.updated_at),
}


@register.simple_tag
def act_link(act: Any, *, in_menu: bool = False) -> SafeString:
    """A `tickets.views.desk.ticket.Act`, as a button or as a line of a menu."""
    more = {"text": act.text, "icon": act.icon, "key": act.key}
    return filled("tickets/desk/_act_link.html", {"url": act.url}, in_menu=in_menu, **more)


@register.simple_tag
def minutes(count: int) -> str:
    """So many minutes as a length of time."""
    return length(int(count) * 60)


@lru_cache(maxsize=10_000)
def _address(number: int) -> str:
    return reverse("desk:ticket", args=[number])


def _due(row: Any) -> SafeString:
    """What is due next; all that is owed opens on hover and on focus, for the keyboard as for the mouse."""
    owed = row.owed or [row.due]
    every = SafeString("".join(f'<span class="due-one">{escape(one.agent_sentence)}</span>' for one in owed))
    return filled("tickets/desk/_due.html", {"next": due_badge(row.due, hover=False), "every": every})
