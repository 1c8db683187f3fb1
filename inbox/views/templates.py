"""The tenant's words in mails to customers: by kind and language, with a preview."""

from __future__ import annotations

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from inbox.actions.templates import word_mail
from inbox.forms.templates import MailTemplateForm
from inbox.mail import templates, writing
from inbox.models import MailTemplate
from inbox.views.outgoing import SANDBOX
from tenants.access import staff_who_may
from tenants.context import active_tenant
from tenants.models import User
from tenants.permissions import Permission
from tickets import placeholders

Kind = MailTemplate.Kind


@require_safe
@staff_who_may(Permission.CONFIGURE)
def overview(request: HttpRequest, person: User) -> HttpResponse:
    """Which kinds have words of the tenant's own, in which languages."""
    own = {
        (each.kind, each.language) for each in MailTemplate.objects.all() if each.opening or each.lead or each.closing
    }
    languages = _languages()
    rows = [
        {"kind": kind, "label": kind.label, "cells": [(code, name, (kind, code) in own) for code, name in languages]}
        for kind in Kind
    ]
    return render(request, "inbox/desk/mail_templates.html", {"rows": rows, "languages": languages})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_who_may(Permission.CONFIGURE)
def template(request: HttpRequest, person: User, kind: str, language: str) -> HttpResponse:
    """The words of one kind in one language."""
    name = _known(kind, language)
    kept = MailTemplate.objects.filter(kind=kind, language=language).first()
    initial = {part: getattr(kept, part) for part in ("opening", "lead", "closing")} if kept else {}
    form = MailTemplateForm(request.POST or None, kind=kind, initial=initial)
    if request.method == "POST" and form.is_valid():
        word_mail(kind, language, actor=person, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("These words stand in mails from now on."))
        return redirect("desk:mail_templates")
    context = {
        "form": form,
        "kind": Kind(kind),
        "language": language,
        "language_name": name,
        "known": [(placeholders.written(each), what) for each, (what, _fill) in templates.PLACEHOLDERS.items()],
    }
    return render(request, "inbox/desk/mail_template.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@xframe_options_sameorigin
@csp_replace(SANDBOX)
@staff_who_may(Permission.CONFIGURE)
def preview(request: HttpRequest, person: User, kind: str, language: str) -> HttpResponse:
    """A made-up mail with the words as they are kept, or as they are typed; nothing is kept."""
    _known(kind, language)
    own = MailTemplate.objects.filter(kind=kind, language=language).first()
    if request.method == "POST":
        form = MailTemplateForm(request.POST, kind=kind)
        form.is_valid()
        own = MailTemplate(kind=kind, language=language, **form.cleaned_data)
    general = MailTemplate.objects.filter(kind=Kind.ALL, language=language).exclude(kind=kind)
    with override(language):
        letter, scene = templates.sample(kind, person)
        letter = templates.worded(letter, [*([own] if own else []), *general], scene)
        return HttpResponse(writing.rendered("letter", {"letter": letter})["html"])


def _known(kind: str, language: str) -> str:
    """The name of the language. Raises Http404 for a kind or language that there is not."""
    name = dict(_languages()).get(language)
    if kind not in Kind.values or name is None:
        raise Http404
    return name


def _languages() -> list[tuple[str, str]]:
    offered = active_tenant().languages or [code for code, _name in settings.LANGUAGES]
    return [(code, str(name)) for code, name in settings.LANGUAGES if code in offered]
