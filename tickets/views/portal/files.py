"""Files of tickets, through a permission check."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from tenants.models import User
from tickets.attachments import is_picture
from tickets.models import Attachment, Message, Ticket
from tickets.views.portal.common import customer_required


@require_safe
@customer_required
def attachment(request: HttpRequest, person: User, pk: UUID) -> HttpResponseBase:
    """A file of a ticket that the reader may see; files of notes are for staff."""
    seen = Attachment.objects.filter(message__ticket__in=Ticket.objects.visible_to(person))
    if not person.is_staff_member:
        seen = seen.filter(message__kind=Message.Kind.PUBLIC)
    return serve(get_object_or_404(seen, pk=pk))


def serve(kept: Attachment) -> FileResponse:
    """The bytes, so that no browser runs them: a picture is shown, all else is saved, for it may carry scripts."""
    try:
        content = kept.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    shown = is_picture(kept.name, kept.content_type, content.read(12))
    content.seek(0)
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
