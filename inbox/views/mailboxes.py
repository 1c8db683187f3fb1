"""The tenant's mailboxes: which there are and how they fare, each one's settings, and a button that tries them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inbox import mailboxes as words
from inbox.actions import mailboxes as actions
from inbox.forms.mailbox import FETCH, FORWARD, IMAP_FIELDS, SECRETS, MailboxForm
from inbox.imap import trying
from inbox.mail import records
from inbox.mail.faults import Outcome
from inbox.models import ImapAccount, Mailbox
from tenants.access import staff_who_may
from tenants.context import active_tenant
from tenants.errors import Refused
from tenants.models import User
from tenants.permissions import Permission

admins = staff_who_may(Permission.CONFIGURE)


@require_safe
@admins
def mailboxes(request: HttpRequest, person: User) -> HttpResponse:
    """All of them, and how each fares."""
    rows = words.rows()
    own = active_tenant().mail_address.lower()
    addresses = {each for row in rows for each in (row.mailbox.address, *row.aliases)}
    context = {"rows": rows, "own": own if own and own not in addresses else ""}
    return render(request, "inbox/desk/mailboxes.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@admins
def new(request: HttpRequest, person: User) -> HttpResponse:
    """Add one."""
    return _form(request, person, None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@admins
def mailbox(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Look at one and change it."""
    return _form(request, person, _mailbox(pk))


@require_POST
@admins
def switch(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Take mail, or no more."""
    on = request.POST.get("on") == "yes"
    try:
        found = actions.switch_mailbox(_mailbox(pk), actor=person, at=timezone.now(), on=on)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        said = _("Mail to %(address)s is taken.") if on else _("Mail to %(address)s is not taken any more.")
        messages.success(request, said % {"address": found.address})
    return redirect("desk:mailbox", pk)


@require_POST
@admins
def delete(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Take one away to which nothing has come."""
    found = _mailbox(pk)
    try:
        actions.delete_mailbox(found, actor=person)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("desk:mailbox", pk)
    messages.success(request, _("The mailbox %(address)s is deleted.") % {"address": found.address})
    return redirect("desk:mailboxes")


@require_POST
@admins
def look(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Fetch now."""
    actions.look_now(_mailbox(pk), actor=person, at=timezone.now())
    messages.success(request, _("It is looked into now. Reload the page in a moment to see how it went."))
    return redirect("desk:mailbox", pk)


def _form(request: HttpRequest, person: User, found: Mailbox | None) -> HttpResponse:
    account = ImapAccount.objects.filter(mailbox=found).first() if found else None
    initial = _initial(found, account) | ({} if found else {"address": request.GET.get("address", "")[:254]})
    form = MailboxForm(request.POST or None, initial=initial, account=account)
    outcome: Outcome | None = None
    if request.method == "POST" and form.is_valid():
        if "try" in request.POST:
            outcome = _tried(form, account)
        else:
            try:
                saved = actions.save_mailbox(found, actor=person, at=timezone.now(), **form.values)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("The mailbox %(address)s is saved.") % {"address": saved.address})
                return redirect("desk:mailbox", saved.pk)
    if "try" in request.POST and request.headers.get("HX-Request"):
        # What is typed stays where it is, passwords too.
        return render(request, "inbox/desk/_mailbox_outcome.html", {"form": form, "outcome": outcome})
    context = {
        "form": form,
        "mailbox": found,
        "row": words.row_of(found) if found else None,
        "outcome": outcome,
        "is_own": bool(found and found.address == active_tenant().mail_address.lower()),
        "routes": words.ways_in(found.address if found else "", records.own_host()),
    }
    return render(request, "inbox/desk/mailbox.html", context, status=422 if form.errors else 200)


def _tried(form: MailboxForm, account: ImapAccount | None) -> Outcome:
    """What is typed, tried before it is saved."""
    if form.imap is None:
        return Outcome("way", str(words.NOT_FETCHED))
    tried = account or ImapAccount()
    actions.fill(tried, form.imap)
    return trying.try_out(tried, timezone.now())


def _initial(found: Mailbox | None, account: ImapAccount | None) -> dict[str, object]:
    if found is None:
        usual = ImapAccount()
        return {"way": FORWARD} | {name: getattr(usual, name) for name in IMAP_FIELDS if name not in SECRETS}
    shown: dict[str, object] = {
        name: getattr(found, name) for name in ("address", "language", "is_advisory", "authserv")
    }
    shown["category"] = found.category.key if found.category else ""
    shown["team"] = found.team.key if found.team else ""
    shown["aliases"] = "\n".join(actions.aliases_of(found))
    shown["way"] = FETCH if account is not None and account.is_on else FORWARD
    of_imap = account or ImapAccount()
    return shown | {name: getattr(of_imap, name) for name in IMAP_FIELDS if name not in SECRETS}


def _mailbox(pk: UUID) -> Mailbox:
    found: Mailbox = get_object_or_404(Mailbox.objects.select_related("category", "team"), pk=pk)
    return found
