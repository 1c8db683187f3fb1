"""The audit log: who changed what was agreed, and who may do what."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tenants.access import staff_who_may
from tenants.fields import parse_id
from tenants.models import AuditEntry, User
from tenants.permissions import Permission
from tickets.sentences import audit

PAGE_SIZE = 50


@require_safe
@staff_who_may(Permission.SEE_SYSTEM)
def audit_log(request: HttpRequest, person: User) -> HttpResponse:
    """All changes, the newest first, or those of one subject."""
    found = narrowed(request.GET)
    if before := parse_id(request.GET.get("before", "")):
        found = found.filter(pk__lt=before)
    rows = list(found[: PAGE_SIZE + 1])
    context = {
        "entries": audit.told(rows[:PAGE_SIZE]),
        "subject_name": rows[0].subject_name if parse_id(request.GET.get("subject", "")) and rows else "",
        "is_first": not before,
        "older": rows[PAGE_SIZE - 1].pk if len(rows) > PAGE_SIZE else None,
    }
    return render(request, "tickets/desk/audit_log.html", context)


def narrowed(asked: QueryDict) -> QuerySet[AuditEntry]:
    """All entries, or those of the subject that an address asks for."""
    found = AuditEntry.objects.select_related("actor")
    subject = parse_id(asked.get("subject", ""))
    return found.filter(subject=subject) if subject else found
