"""Rows of the agents' lists. A list has fifty of them: each is drawn from a few ready texts, not tag by tag."""

from functools import lru_cache
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from tenants.drawing import filled
from tenants.templatetags.components import badge, due_badge

register = template.Library()


@register.simple_tag
def ticket_row(row: Any, *, choosable: bool = False) -> SafeString:
    """A `tickets.views.desk.lists.Row`; with `choosable` it has a box to tick."""
    ticket = row.ticket
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
        "team": ticket.team or ticket.tier,
        "due": _due(row) if row.due else "",
    }
    return filled("tickets/desk/_row.html", slots, choosable=bool(choosable))


@lru_cache(maxsize=10_000)
def _address(number: int) -> str:
    return reverse("desk:ticket", args=[number])


def _due(row: Any) -> SafeString:
    """What is due next; all that is owed opens on hover and on focus."""
    if len(row.owed) < 2:
        return due_badge(row.due)
    every = format_html_join("", '<span class="due-one">{}</span>', ((one.agent_sentence,) for one in row.owed))
    return filled("tickets/desk/_due.html", {"next": due_badge(row.due), "every": every})
