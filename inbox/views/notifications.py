"""What one of the staff is told by mail, and when."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from inbox.actions.notifications import set_notifications
from inbox.forms.notifications import NotificationsForm
from inbox.mail.preferences import preference_of
from inbox.models import NotificationPreference, OutgoingMail
from tenants.access import staff
from tenants.models import User
from tickets.models import AgentProfile


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def mine(request: HttpRequest, person: User) -> HttpResponse:
    """One's own choice."""
    known = preference_of(person)
    initial = {name: getattr(known, name) for name in NotificationsForm.base_fields}
    form = NotificationsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        set_notifications(person, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Your notifications are set."))
        return redirect("desk:my_notifications")
    context = {
        "form": form,
        "topics": [form[name] for name in NotificationPreference.TOPICS],
        "rest": [form["digest_every"], form["at_work_only"]],
        "collected": OutgoingMail.objects.collected(person).count(),
        "has_hours": AgentProfile.objects.filter(user=person).exclude(calendar="").exists(),
    }
    return render(request, "inbox/desk/notifications.html", context, status=422 if form.errors else 200)
