"""What all screens share: who may, which document they change, and how a change becomes a draft."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.policy.screens import drafting
from helpdesk.policy.screens.drafting import Document
from helpdesk.policy.screens.forms import PartForm
from sla.document import PolicyError, SupportPolicy
from sla.models import PolicyDraft, PolicyVersion
from tenants.access import staff_who_may
from tenants.fields import parse_id
from tenants.models import User
from tenants.permissions import Permission

View = Callable[..., HttpResponseBase]

#: The tab of both grids of priorities.
MATRIX = "policy_matrix"

#: For staff who may change the policy; handed to the view as `person`.
configuring = staff_who_may(Permission.CONFIGURE)


@dataclass(frozen=True)
class Editing:
    """The policy that a screen shows and changes: the one in force, or a draft that further changes go into."""

    person: User
    policy: SupportPolicy
    #: The version that it is a change of. A form carries it, so that a change of somebody else's is not taken back.
    number: int
    draft: PolicyDraft | None = None

    @property
    def query(self) -> str:
        """What a link carries so that its screen shows the same draft."""
        return f"?draft={self.draft.pk}" if self.draft else ""

    def document(self) -> Document:
        """A copy of the document, to be changed."""
        return deepcopy(self.policy.to_document())

    def write(self, document: Document) -> PolicyDraft:
        """Write the changed document down as a draft. Raises PolicyError with all that is wrong."""
        policy = SupportPolicy.from_document(document)
        return drafting.keep(policy, author=self.person, base=self.number, at=timezone.now(), draft=self.draft)

    def keep(self, document: Document) -> HttpResponse:
        """Write the changed document down and go to its plan. Raises PolicyError with all that is wrong."""
        return redirect("desk:policy_draft", self.write(document).pk)


def drafted(request: HttpRequest, editing: Editing, form: PartForm, *, inside: str = "") -> HttpResponse | None:
    """What is answered to a form that was sent and goes into a draft; None if it is to be shown, with what is wrong.

    `inside` is the path of the part that the form is about.
    """
    if request.method != "POST" or not form.is_valid():
        return None
    document = editing.document()
    form.write_into(document)
    try:
        return editing.keep(document)
    except PolicyError as error:
        form.refuse(error, inside=inside)
        return None


def moved(records: list[Document], key: str, *, up: bool) -> list[Document]:
    """The records with one of them a place further up or down."""
    order = list(records)
    here = next(index for index, record in enumerate(order) if record["key"] == key)
    there = max(0, min(len(order) - 1, here + (-1 if up else 1)))
    order.insert(there, order.pop(here))
    return order


def screen(view: View) -> View:
    """For those who may change the policy, handed to the view as an `Editing`."""

    @configuring
    @wraps(view)
    def guarded(request: HttpRequest, person: User, *args: Any, **kwargs: Any) -> HttpResponseBase:
        editing = editing_of(request, person)
        if editing is None:
            messages.info(request, _("There is no policy yet. Begin with a policy file."))
            return redirect("desk:policy_settings")
        return view(request, editing, *args, **kwargs)

    return guarded


def editing_of(request: HttpRequest, person: User) -> Editing | None:
    """What a request is about; None before the first policy."""
    given = request.POST if request.method == "POST" else request.GET
    version = _version(given.get("base", ""))
    if version is None:
        return None
    draft = _draft(given.get("draft", "") or request.GET.get("draft", ""))
    if draft is not None:
        try:
            return Editing(person, drafting.joined(draft, version).policy, version.number, draft)
        except PolicyError:
            messages.warning(request, _("That draft can't be read any more. This is the policy in force."))
    return Editing(person, version.policy, version.number)


def _version(number: str) -> PolicyVersion | None:
    """The version that a form was made from, or the one in force."""
    if number.isascii() and number.isdecimal() and len(number) < 10:
        known = PolicyVersion.objects.defer("document", "source").filter(number=int(number)).first()
        if known is not None:
            return known
    return drafting.latest()


def _draft(named: str) -> PolicyDraft | None:
    """A draft by its id; one that was applied or thrown away meanwhile begins anew."""
    pk = parse_id(named)
    return PolicyDraft.objects.select_related("author").filter(pk=pk, source="").first() if pk else None


#: The screens in the order of their tabs: name, address.
TABS: tuple[tuple[Callable[[], str], str], ...] = (
    (lambda: _("Overview"), "policy_settings"),
    (lambda: _("Opening hours"), "policy_calendars"),
    (lambda: _("SLA policies"), "policy_slas"),
    (lambda: _("Priorities"), "policy_priorities"),
    (lambda: _("Matrix"), MATRIX),
    (lambda: _("Tiers"), "policy_tiers"),
    (lambda: _("Rules"), "policy_rules"),
    (lambda: _("Approvals"), "policy_approvals"),
    (lambda: _("Customers"), "policy_asking"),
    (lambda: _("Maintenance"), "policy_maintenance"),
    (lambda: _("History"), "policy_history"),
    (lambda: _("Policy file"), "policy_file"),
)


def rendered(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    tab: str,
    editing: Editing | None = None,
    status: int = 200,
) -> HttpResponse:
    """A page of the policy screens with its tabs; links keep the draft that is being changed."""
    query = editing.query if editing else ""
    tabs = [{"label": label(), "url": reverse(f"desk:{name}") + query, "current": name == tab} for label, name in TABS]
    return render(request, f"policy/desk/{template}", {"tabs": tabs, "editing": editing, **context}, status=status)
