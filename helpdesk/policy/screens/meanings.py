"""What each priority means in each category: a grid with how many requests fell into each cell, and its words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from helpdesk.policy.screens.drafting import Document
from helpdesk.policy.screens.editing import MATRIX, Editing, drafted, rendered, screen
from helpdesk.policy.screens.forms import PartForm, WordsField, options
from helpdesk.policy.screens.priority_forms import COUNTED
from sla.document import SupportPolicy
from sla.document.requests import Category
from tenants.text import say
from tickets.models import Ticket


@dataclass(frozen=True)
class Cell:
    """A priority in a category: its words there, whether they are its own, and the requests that lately had both."""

    priority: str
    words: str
    is_own: bool
    count: int


@dataclass(frozen=True)
class Row:
    """A category with a cell for each priority, the most urgent first."""

    key: str
    name: str
    cells: list[Cell]


def grid(policy: SupportPolicy) -> list[Row]:
    """Categories by priorities, with the requests of the last 90 days."""
    counts = _counts()
    return [
        Row(
            key,
            say(category.name),
            [
                Cell(
                    say(priority.name),
                    say(policy.meaning(key, priority.key)),
                    priority.key in category.meanings,
                    counts.get((key, priority.key), 0),
                )
                for priority in policy.priorities.values()
            ],
        )
        for key, category in policy.categories.items()
    ]


def _counts() -> dict[tuple[str, str], int]:
    lately = Ticket.objects.filter(created_at__gte=timezone.now() - COUNTED).order_by()
    found = lately.values_list("category__key", "priority__key").annotate(Count("pk"))
    return {(category, priority): count for category, priority, count in found}


class MeaningsForm(PartForm):
    """The words of a category for each priority, and the priority that its requests have when nobody chose one."""

    def __init__(self, data: Any, *, policy: SupportPolicy, category: Category) -> None:
        self.policy, self.category = policy, category
        super().__init__(data, initial={"default_priority": category.default_priority or ""})
        usual = say(policy.default_priority.name)
        self.fields["default_priority"] = forms.ChoiceField(
            label=_("Priority when nobody chose one"),
            required=False,
            choices=[("", _("the usual one: %(priority)s") % {"priority": usual}), *options(policy.priorities)],
        )
        for key, priority in policy.priorities.items():
            self.fields[f"meaning_{key}"] = WordsField(
                languages=policy.languages,
                longest=1000,
                rows=2,
                required=False,
                label=say(priority.name),
                help_text=_("Empty: %(meaning)s") % {"meaning": say(priority.meaning)},
                initial=dict(category.meanings[key]) if key in category.meanings else None,
            )
        self.places = {
            "default_priority": "default_priority",
            **{f"meanings.{key}": f"meaning_{key}" for key in policy.priorities},
        }

    def write_into(self, document: Document) -> None:
        """Put what was written into the category of the document."""
        data = self.cleaned_data
        record = next(each for each in document["categories"] if each["key"] == self.category.key)
        record["meanings"] = {key: words for key in self.policy.priorities if (words := data[f"meaning_{key}"])}
        record.pop("default_priority", None)
        if data["default_priority"]:
            record["default_priority"] = data["default_priority"]

    def asked(self) -> Iterator[Any]:
        """The fields of the words."""
        return (self[name] for name in self.fields if name.startswith("meaning_"))


@require_http_methods(["GET", "HEAD", "POST"])
@screen
def meanings(request: HttpRequest, editing: Editing, key: str) -> HttpResponse:
    """Change what the priorities mean in a category; the change is a draft."""
    category = editing.policy.categories.get(key)
    if category is None:
        raise Http404
    form = MeaningsForm(request.POST if request.method == "POST" else None, policy=editing.policy, category=category)
    if answer := drafted(request, editing, form, inside=f"categories.{key}"):
        return answer
    context = {"form": form, "category": category}
    return rendered(request, "meanings.html", context, tab=MATRIX, editing=editing, status=422 if form.errors else 200)
