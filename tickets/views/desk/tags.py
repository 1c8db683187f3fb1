"""Tags: suggestions while typing, and their names on all tickets."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from tenants.access import staff, staff_who_may
from tenants.errors import Refused
from tenants.models import User
from tenants.permissions import Permission
from tickets import tags as found_tags
from tickets.actions import tags as actions
from tickets.models import Tag
from tickets.views.desk import dangerous
from tickets.views.desk.dangerous import Danger


class TagNameForm(forms.Form):
    """What a tag is called."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=50)
    join = forms.BooleanField(label=gettext_lazy("Join it with the tag that has this name"), required=False)


@require_safe
@staff
def suggest(request: HttpRequest, person: User) -> HttpResponse:
    """Options for the field in which a tag is typed."""
    names = found_tags.suggested(request.GET.get("name", ""))
    return render(request, "tickets/desk/_tag_options.html", {"names": names})


@require_safe
@staff_who_may(Permission.CONFIGURE)
def tags(request: HttpRequest, person: User) -> HttpResponse:
    """All tags by name, and how many tickets have each."""
    wanted = request.GET.get("q", "")[:50]
    rows, after = found_tags.page(after=request.GET.get("after", ""), looking_for=wanted)
    return render(request, "tickets/desk/tags.html", {"tags": rows, "after": after, "wanted": wanted})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_who_may(Permission.CONFIGURE)
def tag(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Rename a tag, join it with another, or delete it."""
    found = get_object_or_404(Tag, pk=pk, is_leaving=False)
    form = TagNameForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and "delete" in request.POST:
        if page := dangerous.asked(request, _loss_of(found), word=found.name):
            return page
        actions.delete_tag(found, actor=person, at=timezone.now())
        messages.success(request, _("The tag %(name)s is taken off its tickets.") % {"name": found.name})
        return redirect("desk:tags")
    if request.method == "POST" and form.is_valid() and _changed(form, found, person):
        messages.success(request, _("The tag is changed on all its tickets."))
        return redirect("desk:tags")
    context = {"form": form, "tag": found}
    return render(request, "tickets/desk/tag.html", context, status=422 if form.errors else 200)


def _loss_of(tag: Tag) -> Danger:
    number = found_tags.used(tag)
    tickets = ngettext("It is taken off %(count)s ticket.", "It is taken off %(count)s tickets.", number)
    return Danger(
        title=_("Delete the tag %(name)s") % {"name": tag.name},
        lost=[
            _("It is taken off more than %(count)s tickets.") % {"count": found_tags.MOST_COUNTED}
            if number > found_tags.MOST_COUNTED
            else tickets % {"count": number},
            _("Views that look for it find nothing more."),
            _("This can't be undone."),
        ],
        button=_("Delete from all tickets"),
        back=reverse("desk:tag", args=[tag.pk]),
    )


def _changed(form: TagNameForm, found: Tag, person: User) -> bool:
    name = form.cleaned_data["name"]
    try:
        with transaction.atomic():
            other = Tag.objects.filter(name=actions.tidy(name)).exclude(pk=found.pk).first()
            if other is not None and form.cleaned_data["join"]:
                actions.join_tags(found, other, actor=person, at=timezone.now())
            else:
                actions.rename_tag(found, name, actor=person)
    except Refused as refusal:
        form.add_error("name", str(refusal))
        return False
    return True
