"""The tenant's sender: address, server, signature, DNS records, and a button that tries it all."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from inbox.actions import senders as actions
from inbox.forms.sender import SenderForm, SigningForm
from inbox.mail import hooks, providers, records, servers, trying
from inbox.mail.svix import Flaw
from inbox.models import Sender
from tenants.access import staff_who_may
from tenants.context import active_tenant
from tenants.errors import Refused
from tenants.models import User
from tenants.permissions import Permission
from tickets.views.desk import dangerous
from tickets.views.desk.dangerous import Danger

_SHOWN = ("name", "way", "host", "port", "security", "user", "provider", "return_path", "bounce_domain")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_who_may(Permission.CONFIGURE)
def settings(request: HttpRequest, person: User) -> HttpResponse:
    """How mail leaves."""
    sender = servers.current() or Sender()
    initial = {name: getattr(sender, name) for name in _SHOWN} | {"address": active_tenant().mail_address}
    form = SenderForm(request.POST or None, initial=initial, has_secret=bool(sender.secret))
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_sender(actor=person, at=timezone.now(), **form.values)
        except Refused as refusal:
            form.add_error("address", str(refusal))
        else:
            messages.success(request, _("Mail leaves this way from now on. Send a test mail to see whether it works."))
            return redirect("desk:mail_sender")
    context = {
        "form": form,
        "sender": sender,
        "records": _records(sender),
        "hooks": _hooks(sender),
        "can_sign": hooks.can_sign(sender),
        "signing_form": SigningForm(),
        "refusal": Flaw(sender.hook_refusal).label if sender.hook_refusal else "",
        "address": active_tenant().mail_address,
    }
    return render(request, "inbox/desk/sender.html", context, status=422 if form.errors else 200)


@require_POST
@staff_who_may(Permission.CONFIGURE)
def try_out(request: HttpRequest, person: User) -> HttpResponse:
    """A test mail to the one who asks, at once."""
    outcome = trying.try_out(servers.current() or Sender(), person)
    (messages.success if outcome.is_good else messages.error)(request, outcome.sentence)
    return redirect("desk:mail_sender")


@require_POST
@staff_who_may(Permission.CONFIGURE)
def make_key(request: HttpRequest, person: User) -> HttpResponse:
    """A new key to sign with."""
    actions.make_key(actor=person, at=timezone.now())
    messages.success(request, _("A new key is made. Set its DNS record, check it here, then switch signing on."))
    return redirect("desk:mail_sender")


@require_POST
@staff_who_may(Permission.CONFIGURE)
def renew_hooks(request: HttpRequest, person: User) -> HttpResponse:
    """Other addresses for the provider, once it is said what stops."""
    if page := dangerous.asked(request, _loss_of_hooks(), word=_provider()):
        return page
    actions.renew_hooks(actor=person, at=timezone.now())
    messages.success(request, _("New addresses are made. Enter them at your provider; the former ones lead nowhere."))
    return redirect("desk:mail_sender")


@require_POST
@staff_who_may(Permission.CONFIGURE)
def sign_hooks(request: HttpRequest, person: User) -> HttpResponse:
    """With what the provider signs, or that it need not."""
    if "remove" in request.POST:
        actions.set_signing_secret(actor=person, at=timezone.now(), secret="")
        messages.success(request, _("Signatures of your provider are not asked for any more."))
        return redirect("desk:mail_sender")
    form = SigningForm(request.POST)
    if form.is_valid():
        actions.set_signing_secret(actor=person, at=timezone.now(), secret=form.cleaned_data["signing_secret"])
        messages.success(request, _("From now on only what your provider has signed is taken."))
    else:
        messages.error(request, " ".join(str(each) for each in form.errors["signing_secret"]))
    return redirect("desk:mail_sender")


@require_POST
@staff_who_may(Permission.CONFIGURE)
def sign(request: HttpRequest, person: User) -> HttpResponse:
    """Switch signing on or off."""
    on = request.POST.get("on") == "yes"
    try:
        actions.sign(actor=person, at=timezone.now(), on=on)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Mail is signed from now on.") if on else _("Mail is signed no more."))
    return redirect("desk:mail_sender")


@require_POST
@staff_who_may(Permission.CONFIGURE)
def check_records(request: HttpRequest, person: User) -> HttpResponse:
    """Look which records DNS shows."""
    actions.check_records(actor=person, at=timezone.now())
    return redirect("desk:mail_sender")


def _provider() -> str:
    """What one types to go on: the provider's name."""
    sender = servers.current()
    known = providers.PROVIDERS.get(sender.provider) if sender else None
    return known[0] if known else active_tenant().slug


def _loss_of_hooks() -> Danger:
    return Danger(
        title=_("Make new addresses for the provider"),
        lost=[
            _("The addresses that your provider has now lead nowhere from that moment on."),
            _("Until you enter the new ones there, no mail comes in through it, and you don't hear what came back."),
            _("Most providers keep such mail for some hours and try again; some give it up. This can't be undone."),
        ],
        button=_("Make new addresses"),
        back=reverse("desk:mail_sender"),
    )


def _hooks(sender: Sender) -> list[dict[str, str]]:
    if not hooks.are_for(sender):
        return []
    return [
        {"purpose": _("Mail that comes in (inbound)"), "address": hooks.address(hooks.INCOMING, sender)},
        {
            "purpose": _("What became of a mail (delivered, bounced, complaint)"),
            "address": hooks.address(hooks.NEWS, sender),
        },
    ]


def _records(sender: Sender) -> list[dict[str, object]]:
    kinds = {"there": ("good", "check"), "other": ("warn", "alert-triangle"), "missing": ("bad", "x")}
    rows = []
    for each in records.wanted(sender):
        seen = sender.seen.get(each.key)
        kind, icon = kinds.get(seen or "", ("plain", "hourglass"))
        label = records.Seen(seen).label if seen else ""
        rows.append({"record": each, "purpose": each.purpose.value, "kind": kind, "icon": icon, "seen": label})
    return rows
