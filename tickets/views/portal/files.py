"""Files of tickets, through a permission check."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from tenants.models import User
from tickets import pictures
from tickets.attachments import is_picture
from tickets.models import Attachment, ComplaintFile, Message, Ticket, Upload
from tickets.views.portal.common import customer_required


@require_safe
@customer_required
def attachment(request: HttpRequest, person: User, pk: UUID) -> HttpResponseBase:
    """A file of a ticket that the reader may see; files of notes are for staff, those of a draft for who writes it."""
    seen = Attachment.objects.filter(message__ticket__in=Ticket.objects.visible_to(person))
    if not person.is_staff_member:
        seen = seen.filter(message__kind=Message.Kind.PUBLIC)
    found = seen.filter(pk=pk).first() or _on_draft(person, pk)
    return serve(found)


def _on_draft(person: User, pk: UUID) -> Attachment:
    """What is to be sent at its time, all who may see the ticket see."""
    if not person.is_staff_member:
        raise Http404
    drafts = Attachment.objects.filter(draft__ticket__in=Ticket.objects.visible_to(person))
    return get_object_or_404(drafts, Q(draft__author=person) | Q(draft__is_scheduled=True), pk=pk)


def serve(kept: Attachment | ComplaintFile | Upload) -> FileResponse:
    """The bytes, so that no browser runs them: a picture is shown, all else is saved, for it may carry scripts."""
    try:
        content = kept.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    shown = is_picture(kept.name, kept.content_type, content.read(12))
    content.seek(0)
    if isinstance(kept, Attachment):
        pictures.measure(kept, content)
    response = FileResponse(
        content,
        as_attachment=not shown,
        filename=kept.name,
        content_type=kept.content_type if shown else "application/octet-stream",
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=3600"
    return response
