"""Files that go up in pieces while a form is filled in: begun, gone on with, looked at and taken away by a script.

Each address is there twice: for who is signed in or files without an account, and for the bearer of a signed link.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

from allauth.core import ratelimit
from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tenants.access import reader_of
from tenants.errors import Refused
from tenants.fields import parse_id
from tickets import actions
from tickets.actions import uploading
from tickets.attachments import calls_itself_picture, shows_picture
from tickets.errors import UploadElsewhere, UploadGone, UploadsTooFast
from tickets.forms.files import MOST_NAMED
from tickets.forms.uploads import UploadForm
from tickets.links import Bearer
from tickets.models import Holder, Upload
from tickets.views.portal.files import serve

View = Callable[..., HttpResponseBase]
_KEPT = "uploads"


def holder_of(request: HttpRequest, *, begins: bool = False) -> Holder:
    """Whose uploads this browser may see and send; with `begins` a browser that has none yet is remembered."""
    if begins and reader_of(request) is None and _KEPT not in request.session:
        request.session[_KEPT] = uuid4().hex
    return Holder(reader_of(request), request.session.get(_KEPT, ""))


def may_begin(request: HttpRequest) -> bool:
    """Whether this browser may begin one more file: who has not signed in may so often an hour."""
    return reader_of(request) is not None or bool(ratelimit.consume(request, action="begin_upload"))


def _may_hold(view: View) -> View:
    """For people who are signed in and, where nobody need sign in to file, for browsers; to others it is closed."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # A form of somebody who was signed in says so: else their own files would only seem to be gone.
        was_signed_in = "Upload-Signed-In" in request.headers
        if reader_of(request) is None and (was_signed_in or not actions.may_file_without_account()):
            return _no(_("You are no longer signed in."), "signed_out", 403)
        return view(request, holder_of(request), *args, **kwargs)

    return guarded


@require_http_methods(["GET", "HEAD", "POST"])
@_may_hold
def uploads(request: HttpRequest, holder: Holder) -> HttpResponseBase:
    """Begin a file; or say how much is here of those that are named."""
    if request.method == "POST" and holder.person is None:
        if not may_begin(request):
            return _refused(UploadsTooFast())
        holder = holder_of(request, begins=True)
    return _uploads(request, holder)


@require_http_methods(["GET", "HEAD", "POST", "DELETE"])
@_may_hold
def upload(request: HttpRequest, holder: Holder, pk: UUID) -> HttpResponseBase:
    """The next piece of a file, its picture, or its end."""
    return _upload(request, holder, pk)


def of_bearer(request: HttpRequest, bearer: Bearer) -> HttpResponseBase:
    """As uploads(), for the bearer of a link."""
    if bearer.must_confirm:
        return _no(_("Say first that it was you who filed this request."), "not_confirmed", 403)
    return _uploads(request, Holder(bearer.person))


def one_of_bearer(request: HttpRequest, bearer: Bearer, pk: UUID) -> HttpResponseBase:
    """As upload(), for the bearer of a link."""
    return _upload(request, Holder(bearer.person), pk)


def _uploads(request: HttpRequest, holder: Holder) -> HttpResponseBase:
    if request.method != "POST":
        found = Upload.objects.held_by(holder).named(_ids(request))
        return JsonResponse({"uploads": [_told(each) for each in found]})
    form = UploadForm(request.POST)
    if not form.is_valid():
        return _no(" ".join(str(text) for errors in form.errors.values() for text in errors), "invalid", 422)
    said = form.cleaned_data
    try:
        with transaction.atomic():
            begun = uploading.begin(
                holder, name=said["name"], size=said["size"], content_type=said["type"], at=timezone.now()
            )
    except Refused as refusal:
        return _refused(refusal)
    return JsonResponse(_told(begun), status=201)


def _upload(request: HttpRequest, holder: Holder, pk: UUID) -> HttpResponseBase:
    if request.method == "DELETE":
        uploading.remove(holder, pk)
        return HttpResponse(status=204)
    if request.method == "POST":
        return _append(request, holder, pk)
    found = Upload.objects.held_by(holder).filter(pk=pk).first()
    if found is None or not _is_shown(found):
        return _no(str(UploadGone()), UploadGone.code, 404)
    return serve(found)


def _append(request: HttpRequest, holder: Holder, pk: UUID) -> HttpResponseBase:
    said = request.headers.get("Upload-Offset", "")
    if not Upload.objects.held_by(holder).filter(pk=pk).exists():
        return _refused(UploadGone())
    if request.content_type != "application/octet-stream":
        return _no(_("Send the piece itself, as application/octet-stream."), "not_a_piece", 415)
    if not (said.isascii() and said.isdecimal() and len(said) < 20):
        return _no(_("Say in Upload-Offset at which byte this piece begins."), "offset_missing", 400)
    try:
        piece = request.body
    except RequestDataTooBig:
        return _no(_("This piece is too large. Send smaller ones."), "piece_too_large", 413)
    except UnreadablePostError:
        return _no(_("The piece did not arrive whole. Send it once more."), "broken_off", 400)
    try:
        with transaction.atomic():
            kept = uploading.append(holder, pk, offset=int(said), piece=piece, at=timezone.now())
    except UploadElsewhere as refusal:
        there = Upload.objects.held_by(holder).filter(pk=pk).first()
        more = _told(there) if there else {}
        return JsonResponse({**more, "detail": str(refusal), "code": refusal.code}, status=409)
    except Refused as refusal:
        return _refused(refusal)
    return JsonResponse(_told(kept))


def _told(upload: Upload) -> dict[str, Any]:
    shown = upload.is_whole and _is_shown(upload)
    told = {"id": str(upload.pk), "name": upload.name, "size": upload.size, "offset": upload.received, "picture": shown}
    if upload.is_whole and not shown and calls_itself_picture(upload):
        told["note"] = _("This is not the picture that its name or type says. It goes as a file to be saved.")
    return told


def _is_shown(upload: Upload) -> bool:
    try:
        return upload.is_whole and shows_picture(upload)
    except FileNotFoundError:
        return False


def _ids(request: HttpRequest) -> list[UUID]:
    named = map(parse_id, request.GET.getlist("id")[:MOST_NAMED])
    return [pk for pk in named if pk]


def _refused(refusal: Refused) -> JsonResponse:
    status = 404 if isinstance(refusal, UploadGone) else 422
    return _no(str(refusal), refusal.code, status)


def _no(detail: str, code: str, status: int) -> JsonResponse:
    return JsonResponse({"detail": detail, "code": code}, status=status)
