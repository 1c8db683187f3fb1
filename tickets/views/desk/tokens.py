"""A person's own tokens for programs."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tenants.access import staff
from tenants.models import ApiToken, User
from tickets.actions.tokens import issue_token, revoke_token
from tickets.forms.people import TokenForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff
def tokens(request: HttpRequest, person: User) -> HttpResponse:
    """One's own tokens; a new one is shown this once, and only on the answer to the form."""
    form, issued = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        issued, form = issue_token(person, form.cleaned_data["name"]), TokenForm()
    mine = person.api_tokens.order_by("-created_at")
    context = {"form": form, "issued": issued, "tokens": mine}
    return render(request, "tickets/desk/tokens.html", context, status=422 if form.errors else 200)


@require_POST
@staff
def revoke(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """A program that uses the token is refused from now on."""
    token = get_object_or_404(ApiToken.objects.select_related("user"), pk=pk, user=person)
    revoke_token(token, actor=person)
    messages.success(request, _("The token %(name)s is revoked.") % {"name": token.name})
    return redirect("desk:tokens")
