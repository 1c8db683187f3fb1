"""Blocks of a ticket's panel that are read when they are looked at: a part for htmx, a page for everybody else."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tickets.models import Ticket


def render_block(
    request: HttpRequest, ticket: Ticket, template: str, title: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """The block alone in the panel, or with the ticket's head on a page of its own."""
    values = {**context, "ticket": ticket, "block_title": title, "block_template": template}
    is_part = bool(getattr(request, "htmx", False))
    return render(request, template if is_part else "tickets/desk/block.html", values, status=status)
