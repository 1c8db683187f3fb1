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

#: Joining and deleting go on after the page has answered.
UNDER_WAY = gettext_lazy("This is under way: the page shows how many tickets still have the tag.")


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
    context = {"tags": rows, "after": after, "wanted": wanted, "leaving": found_tags.leaving()}
    return render(request, "tickets/desk/tags.html", context)


@require_safe
@staff_who_may(Permission.CONFIGURE)
def leaving(request: HttpRequest, person: User) -> HttpResponse:
    """What is being joined or deleted, for the page of tags while it waits for that."""
    return render(request, "tickets/desk/_tags_leaving.html", {"leaving": found_tags.leaving()})


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
        messages.info(request, UNDER_WAY)
        return redirect("desk:tags")
    if request.method == "POST" and form.is_valid():
        other = _named(form.cleaned_data["name"], but=found) if form.cleaned_data["join"] else None
        if other and (page := dangerous.asked(request, _loss_by_joining(found, other), word=found.name)):
            return page
        if _changed(form, found, other, person):
            done = _("The tag is called %(name)s on all its tickets now.")
            (messages.info if other else messages.success)(request, UNDER_WAY if other else done % form.cleaned_data)
            return redirect("desk:tags")
    context = {"form": form, "tag": found}
    return render(request, "tickets/desk/tag.html", context, status=422 if form.errors else 200)


def _loss_of(tag: Tag) -> Danger:
    return Danger(
        title=_("Delete the tag %(name)s") % {"name": tag.name},
        lost=[
            _taken_off(tag),
            _("Views that look for it find nothing more."),
            _("This can't be undone."),
        ],
        button=_("Delete from all tickets"),
        back=reverse("desk:tag", args=[tag.pk]),
    )


def _loss_by_joining(tag: Tag, other: Tag) -> Danger:
    return Danger(
        title=_("Join the tag %(name)s with %(other)s") % {"name": tag.name, "other": other.name},
        lost=[
            _taken_off(tag),
            _("They have %(other)s instead. Which of them had %(name)s is not kept.")
            % {"name": tag.name, "other": other.name},
            _("Views, macros and templates that name it name the other one."),
            _("This can't be undone."),
        ],
        button=_("Join them on all tickets"),
        back=reverse("desk:tag", args=[tag.pk]),
    )


def _taken_off(tag: Tag) -> str:
    number = found_tags.used(tag)
    if number > found_tags.MOST_COUNTED:
        return _("It is taken off more than %(count)s tickets.") % {"count": found_tags.MOST_COUNTED}
    tickets = ngettext("It is taken off %(count)s ticket.", "It is taken off %(count)s tickets.", number)
    return tickets % {"count": number}


def _named(name: str, *, but: Tag) -> Tag | None:
    try:
        return Tag.objects.filter(name=actions.tidy(name)).exclude(pk=but.pk).first()
    except Refused:  # an empty word, which renaming says
        return None


def _changed(form: TagNameForm, found: Tag, other: Tag | None, person: User) -> bool:
    name = form.cleaned_data["name"]
    try:
        with transaction.atomic():
            if other is not None:
                actions.join_tags(found, other, actor=person, at=timezone.now())
            else:
                actions.rename_tag(found, name, actor=person)
    except Refused as refusal:
        form.add_error("name", str(refusal))
        return False
    return True
