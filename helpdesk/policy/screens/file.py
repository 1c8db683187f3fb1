"""The whole policy as a file: uploaded or pasted, checked with line and field, and planned before it is applied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from helpdesk.policy.errors import PartInUse, PolicyImpossible
from helpdesk.policy.planning import plan
from helpdesk.policy.screens import drafting
from helpdesk.policy.screens.editing import configuring, rendered
from helpdesk.policy.wording import said
from sla.document import PolicyError, Problem, SupportPolicy
from sla.document.future import impossible, placed
from sla.document.reading import LARGEST_FILE
from tenants.models import User

NAME = "policy.yaml"
#: Problems that the page tells; the rest is counted.
MOST_SHOWN = 100


class PolicyFileForm(forms.Form):
    """A file, or its text. The file wins when both are given."""

    file = forms.FileField(
        label=gettext_lazy("Policy file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml,.json"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Or its text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "class": "policy-text", "spellcheck": "false", "wrap": "off"}),
    )

    def contents(self) -> bytes:
        """What was uploaded, or else what was typed, with the line ends that a file has."""
        uploaded = self.cleaned_data["file"]
        if uploaded is not None:
            # One byte more than fits tells a large file without reading it.
            return bytes(uploaded.read(LARGEST_FILE + 1))
        return str(self.cleaned_data["text"]).replace("\r\n", "\n").encode()


@dataclass(frozen=True)
class Told:
    """A problem, and the line of the text that it is in."""

    problem: Problem
    excerpt: str

    @property
    def message(self) -> str:
        """What is wrong, in the reader's language."""
        return str(said(self.problem.message))


@require_http_methods(["GET", "HEAD", "POST"])
@configuring
def policy_file(request: HttpRequest, person: User) -> HttpResponse:
    """Check a policy file and show its plan; what is wrong stands beside the text, which is kept."""
    if request.method != "POST":
        form = PolicyFileForm()
        return rendered(request, "file.html", {"form": form, "latest": drafting.latest()}, tab="policy_file")
    form = PolicyFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _again(request, form, "", [])
    raw = form.contents()
    text = raw.decode("utf-8", errors="replace")
    if not text.strip():
        form.add_error(None, _("Choose a file, or paste its text."))
        return _again(request, form, text, [])
    try:
        policy = _read(raw)
    except PolicyError as error:
        return _again(request, form, text if len(raw) <= LARGEST_FILE else "", list(error.problems))
    version = drafting.latest()
    draft = drafting.keep(
        policy, author=person, base=version.number if version else 0, at=timezone.now(), source=raw.decode("utf-8")
    )
    return redirect("desk:policy_draft", draft.pk)


def _read(raw: bytes) -> SupportPolicy:
    """The policy of a file, if it could be put into force. Raises PolicyError with all that is wrong."""
    policy = SupportPolicy.load(raw, source=NAME)
    at, text = timezone.now(), raw.decode("utf-8")
    if problems := [placed(text, path, message, source=NAME) for path, message in impossible(policy, at)]:
        raise PolicyError(problems)
    try:
        plan(policy, source=text, at=at)
    except PartInUse as refusal:
        raise PolicyError([placed(text, (refusal.part,), str(refusal), source=NAME)]) from None
    except PolicyImpossible as refusal:
        raise PolicyError([Problem(str(refusal), source=NAME)]) from None
    return policy


def _again(request: HttpRequest, form: PolicyFileForm, text: str, problems: list[Problem]) -> HttpResponse:
    """The form with what was typed or uploaded in its text, and each problem with the line that it is in."""
    lines = text.splitlines()
    told = [
        Told(problem, lines[problem.line - 1].strip()[:120] if problem.line and problem.line <= len(lines) else "")
        for problem in problems[:MOST_SHOWN]
    ]
    again = PolicyFileForm(initial={"text": text})
    context: dict[str, Any] = {
        "form": again,
        "errors": form.non_field_errors(),
        "told": told,
        "more": max(0, len(problems) - MOST_SHOWN),
        "latest": drafting.latest(),
    }
    return rendered(request, "file.html", context, tab="policy_file", status=422)
