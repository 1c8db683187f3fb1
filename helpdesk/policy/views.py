"""The page of what-if: a version or a draft, replayed against what really happened. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_http_methods

from helpdesk.policy.replay import Figures, Flip, Replay, replay
from helpdesk.policy.screens import drafting
from helpdesk.policy.versions import version_of
from helpdesk.policy.wording import said
from sla.document import PolicyError, Problem, SupportPolicy
from sla.document.reading import LARGEST_FILE
from sla.models import PolicyDraft, PolicyVersion, Priority
from tenants.access import staff_who_may
from tenants.models import User
from tenants.permissions import Permission
from tickets.models import Category, Organization, Ticket, Tier
from tickets.promise import NAMES

#: The latest tickets of the period that the page looks at, so that it answers within seconds; the command has no limit.
MOST_TICKETS = 5_000
#: Periods that can be chosen, in days.
PERIODS = (7, 30, 90)
USUAL = 30
#: Versions to choose from, rows of one group, and problems of a file that the page shows.
MOST_VERSIONS, MOST_ROWS, MOST_PROBLEMS = 50, 20, 50
FILE = "policy.yaml"


@dataclass(frozen=True)
class Row:
    """A priority, a tier, an organisation or the like, with its figures."""

    name: str
    figures: Figures


@dataclass(frozen=True)
class Table:
    """The figures by one of the groups, and how many rows are left out."""

    heading: str
    rows: list[Row]
    more: int


@dataclass(frozen=True)
class Flipped:
    """A promise with another result, on a ticket that the reader may see."""

    flip: Flip
    promise: str


class ReplayForm(forms.Form):
    """A draft or a version, or a file or its text, which win in that order from the last; and how far back."""

    version = forms.ChoiceField(label=gettext_lazy("Draft or version to replay"), required=False)
    file = forms.FileField(
        label=gettext_lazy("Or a policy file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml,.json"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Or the text of one"),
        help_text=gettext_lazy("With a file or a text, the choice above is not looked at. Neither is kept."),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "wrap": "off"}),
    )
    days = forms.TypedChoiceField(label=gettext_lazy("How far back"), coerce=int, initial=USUAL)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        numbers = PolicyVersion.objects.order_by("-number").values_list("number", flat=True)[:MOST_VERSIONS]
        version, days = self.fields["version"], self.fields["days"]
        assert isinstance(version, forms.ChoiceField)
        assert isinstance(days, forms.ChoiceField)
        version.choices = [
            *((str(draft.pk), _told_of(draft)) for draft in _drafts()),
            *((number, _("Version %(number)s") % {"number": number}) for number in numbers),
        ]
        days.choices = [(day, ngettext("%(days)s day", "%(days)s days", day) % {"days": day}) for day in PERIODS]

    def clean(self) -> dict[str, Any]:
        """Adds the `policy`; `problems` keeps what is wrong with a draft."""
        self.problems: list[Problem] = []
        given = super().clean() or {}
        file, text, version = given.get("file"), given.get("text", ""), given.get("version")
        try:
            if file is not None or text.strip():
                # One byte more than fits tells a large file without reading it.
                raw = file.read(LARGEST_FILE + 1) if file is not None else text.replace("\r\n", "\n").encode()
                given["policy"] = SupportPolicy.load(bytes(raw), source=FILE)
            elif version:
                given["policy"] = self._chosen(version)
            elif "version" not in self.errors:
                self.add_error(None, _("Choose a draft or a version, or give a policy: its file or its text."))
        except PolicyError as error:
            self.problems = [replace(problem, message=str(said(problem.message))) for problem in error.problems]
            self.add_error(None, _("The draft is no policy yet. What is wrong is listed below the form."))
        return given

    def _chosen(self, version: str) -> SupportPolicy | None:
        """The policy of a version, or of a draft on top of the one in force. Raises PolicyError."""
        if version.isdecimal():
            return version_of(int(version)).policy
        draft = PolicyDraft.objects.filter(pk=version).first()
        if draft is None:
            self.add_error("version", _("This draft is no longer there. Choose another one."))
            return None
        return drafting.joined(draft, drafting.latest()).policy


def _drafts() -> Iterable[PolicyDraft]:
    return PolicyDraft.objects.defer("document", "source").select_related("author").order_by("-changed_at")[:MOST_ROWS]


def _told_of(draft: PolicyDraft) -> str:
    when = date_format(timezone.localtime(draft.changed_at), "SHORT_DATETIME_FORMAT")
    return _("Draft of %(author)s, %(time)s") % {"author": draft.author, "time": when}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_who_may(Permission.CONFIGURE)
def policy_replay(request: HttpRequest, person: User) -> HttpResponse:
    """Choose or paste a policy, and see what would have been kept."""
    form = ReplayForm(request.POST, request.FILES) if request.method == "POST" else ReplayForm(initial=_start(request))
    context: dict[str, Any] = {"form": form, "most": MOST_TICKETS}
    if form.is_bound and form.is_valid():
        now, policy = timezone.now(), form.cleaned_data["policy"]
        since = now - timedelta(days=form.cleaned_data["days"])
        context |= _told(replay(policy, since=since, at=now, most=MOST_TICKETS), policy, person)
    elif form.is_bound:
        context |= {"problems": form.problems[:MOST_PROBLEMS], "more": max(0, len(form.problems) - MOST_PROBLEMS)}
    return render(request, "policy/desk/replay.html", context, status=422 if form.errors else 200)


def _start(request: HttpRequest) -> dict[str, Any]:
    """The draft that a link names, or the text of the policy in force to begin one with, if that is asked for."""
    if "choose" in request.GET:
        return {"version": request.GET["choose"]}
    if "draft" not in request.GET:
        return {}
    latest = PolicyVersion.objects.order_by("-number").values_list("source", flat=True).first()
    return {"text": latest or ""}


def _told(found: Replay, policy: SupportPolicy, person: User) -> dict[str, Any]:
    """What the page shows of a replay. The tickets of others are counted, not named."""
    numbers = {flip.number for flip in found.flips}
    seen = set(Ticket.objects.visible_to(person).filter(number__in=numbers).values_list("number", flat=True))
    shown = [Flipped(flip, str(NAMES[flip.metric])) for flip in found.flips if flip.number in seen]
    tables = list(_tables(found))
    return {
        "found": found,
        "promises": tables[0],
        "tables": tables[1:],
        "broken": [each for each in shown if each.flip.was_kept],
        "kept": [each for each in shown if not each.flip.was_kept],
        "unlisted": found.total.flips - len(shown),
        "lost": found.lost_priorities(policy),
    }


def _tables(found: Replay) -> Iterator[Table]:
    """The figures by each group: promises first, the others with the most flips first."""
    by_metric = found.groups["metric"]
    yield Table(_("Promises"), [Row(str(NAMES[key]), by_metric[key]) for key in NAMES if key in by_metric], 0)
    companies = [key for key, _figures in found.most("organization", MOST_ROWS) if key]
    organizations: dict[Any, str] = dict(Organization.objects.filter(pk__in=companies).values_list("pk", "name"))
    for group, heading, names in (
        ("priority", _("Priorities"), {each.key: str(each) for each in Priority.objects.all()}),
        ("tier", _("Tiers"), {each.key: str(each) for each in Tier.objects.all()}),
        ("category", _("Categories"), {each.key: str(each) for each in Category.objects.all()}),
        ("organization", _("Organisations"), {**organizations, None: pgettext("organisation of a ticket", "None")}),
    ):
        rows = [Row(names.get(key, str(key)), figures) for key, figures in found.most(group, MOST_ROWS)]
        yield Table(heading, rows, len(found.groups[group]) - len(rows))
