"""What a provider tells a desk of mail, at addresses that it alone was told: mail that came in, what became of ours.

404: this is nobody's address. 401: it has to be signed, and is not, or wrongly, or was long ago; the settings say so.
400: what was sent is none of this provider's. 413: too large. 503: the provider did not give out what it told of.
Anything else that goes wrong is a 500, after which providers try again; nothing counts twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from inbox.intake import hooks as intake
from inbox.intake import news as told
from inbox.intake import receiving, routing
from inbox.intake.receiving import TooLarge
from inbox.intake.routing import NoMailbox
from inbox.mail import hooks, servers, svix
from inbox.mail.fetching import NotFetched
from inbox.models import Mailbox, Sender
from tenants import sealing
from tenants.context import active_tenant

log = logging.getLogger(__name__)
View = Callable[[HttpRequest, Sender], HttpResponse]


def _of_the_provider(view: View) -> Callable[[HttpRequest, str], HttpResponse]:
    """Who knows the address may speak; HEAD is how some try whether it is there."""

    # No browser sends this, and the address itself is the secret.
    @csrf_exempt
    @never_cache
    @require_http_methods(["POST", "HEAD"])
    @wraps(view)
    def checked(request: HttpRequest, token: str) -> HttpResponse:
        sender = servers.current()
        if sender is None or not hooks.is_of(sender, token):
            raise Http404
        if request.method == "HEAD":
            return HttpResponse()
        length = request.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > intake.LARGEST:
            return HttpResponse(status=413 if length.isdecimal() else 411)
        # Forms are larger on no other page: what is read here is limited by what was checked above.
        request._body = request.read(intake.LARGEST + 1)
        if not _is_signed(request, sender):
            return HttpResponse(status=401)
        try:
            return view(request, sender)
        except intake.NotUnderstood:
            return HttpResponse(status=400)
        except NotFetched:
            return HttpResponse(status=503)

    return checked


def _is_signed(request: HttpRequest, sender: Sender) -> bool:
    """Whether the provider signed it, where it has to; what is refused is noted for administrators."""
    if not (sender.hook_secret and hooks.can_sign(sender)):
        return True
    now = timezone.now()
    secrets = sealing.unseal(sender.hook_secret).split()
    flaw = svix.flaw_of(request.body, request.headers, secrets, now)
    if flaw:
        log.warning("What a provider seems to have told was refused: its signature is %s.", flaw)
        Sender.objects.filter(pk=sender.pk).update(hook_refused_at=now, hook_refusal=flaw)
    return not flaw


@_of_the_provider
def incoming(request: HttpRequest, sender: Sender) -> HttpResponse:
    """Mails that came in."""
    for came in intake.mails(sender.provider, sealing.unseal(sender.secret), request):
        try:
            receiving.receive(came.raw, mailbox=_mailbox(came), at=timezone.now(), is_inside=True)
        except TooLarge:
            return HttpResponse(status=413)
        except NoMailbox:
            raise Http404 from None
    return HttpResponse()


@_of_the_provider
def news(request: HttpRequest, sender: Sender) -> HttpResponse:
    """What became of mails that this desk has sent."""
    told.take(sender.provider, request, at=timezone.now())
    return HttpResponse()


def _mailbox(came: intake.Came) -> Mailbox:
    """The desk's mailbox that the mail is for, never another desk's; its own address takes what names none of them.

    Raises NoMailbox where the desk has no address at all.
    """
    for address in (*came.to, ""):
        try:
            tenant, mailbox = routing.route(came.raw, address)
        except NoMailbox:
            continue
        if tenant.pk == active_tenant().pk:
            return Mailbox.objects.get(pk=mailbox)
    if not active_tenant().mail_address:
        raise NoMailbox
    return routing.own_mailbox(active_tenant().mail_address)
