"""In which language and time zone somebody is written to, chosen by themselves."""

from __future__ import annotations

from typing import cast
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views import i18n
from django.views.decorators.http import require_http_methods

from tenants.access import reader_of
from tenants.models import User
from tenants.preferences import offered, set_preferences
from tickets.forms.preferences import PreferencesForm
from tickets.views.portal.common import customer_required
from tickets.views.portal.lists import crumbs


@require_http_methods(["GET", "HEAD", "POST"])
@customer_required
def preferences(request: HttpRequest, person: User) -> HttpResponse:
    """The form, and what was chosen last."""
    chosen = {"language": translation.get_language(), "timezone": person.timezone}
    form = PreferencesForm(request.POST or None, initial=chosen)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        set_preferences(person, language=said["language"], zone=said["timezone"])
        with translation.override(said["language"]):
            messages.success(request, _("Pages and mails come in this language and with times of this zone."))
        answer = redirect("portal:preferences")
        # Else what this browser was switched to before would go on on its pages.
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, said["language"], max_age=settings.LANGUAGE_COOKIE_AGE)
        return answer
    context = {
        "form": form,
        "zones": sorted(available_timezones()),
        "crumbs": crumbs((_("Language and time zone"), "")),
    }
    return render(request, "tickets/portal/preferences.html", context, status=422 if form.errors else 200)


def set_language(request: HttpRequest) -> HttpResponseBase:
    """Django's switch of the pages' language, which a person who is signed in takes for their mails too."""
    person, language = reader_of(request), request.POST.get("language", "")
    if request.method == "POST" and person is not None and language in offered():
        set_preferences(person, language=language)
    return cast("HttpResponseBase", i18n.set_language(request))
