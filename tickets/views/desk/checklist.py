"""What is set up on a desk and what is still missing."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kb.models import Article
from sla.document import SupportPolicy
from tenants.context import active_tenant
from tenants.models import Role, User
from tickets.models import Organization, Team, TeamMembership


@dataclass(frozen=True)
class Step:
    """One thing to set up: whether it is done, what is so, and where to go on."""

    is_done: bool
    text: str
    url: str = ""


def checklist(policy: SupportPolicy | None) -> list[Step]:
    """Every step, in the order in which one does them."""
    return [_policy(policy), _staff(), _teams(), _mail(), _articles(), _organizations()]


def _policy(policy: SupportPolicy | None) -> Step:
    if policy is None:
        return Step(
            False, _("There is no support policy yet. Apply one with: manage.py policy apply FILE --tenant SLUG")
        )
    return Step(True, _("A support policy is in force."), reverse("desk:settings"))


def _staff() -> Step:
    agents = User.objects.filter(is_active=True, role__kind__in=[Role.Kind.AGENT, Role.Kind.MANAGER]).count()
    url = f"{reverse('desk:people')}?kind=staff"
    if not agents:
        return Step(False, _("Nobody but administrators works here yet. Add agents."), url)
    text = ngettext("%(count)s agent or manager works here.", "%(count)s agents and managers work here.", agents)
    return Step(True, text % {"count": agents}, url)


def _teams() -> Step:
    peopled = TeamMembership.objects.values("team")
    empty = list(Team.objects.filter(is_active=True).exclude(pk__in=peopled))
    if not Team.objects.exists():
        return Step(False, _("There are no teams yet: they come with the policy."), reverse("desk:teams"))
    if empty:
        names = ", ".join(str(team) for team in empty)
        return Step(False, _("Nobody is in these teams: %(teams)s.") % {"teams": names}, reverse("desk:teams"))
    return Step(True, _("Every team has members."), reverse("desk:teams"))


def _mail() -> Step:
    address = active_tenant().mail_address
    if not address:
        return Step(False, _("Mail to customers has no sender's address of its own yet."))
    return Step(True, _("Mail to customers comes from %(address)s.") % {"address": address}, reverse("desk:mail"))


def _articles() -> Step:
    published = Article.objects.filter(status=Article.Status.PUBLISHED).count()
    if not published:
        return Step(
            False,
            _("The knowledge base is empty. Write the answers that are asked for most."),
            reverse("desk:articles"),
        )
    text = ngettext("%(count)s article is published.", "%(count)s articles are published.", published)
    return Step(True, text % {"count": published}, reverse("desk:articles"))


def _organizations() -> Step:
    if not Organization.objects.exists():
        return Step(
            False,
            _("No organisation is entered yet. You need them for contracts and shared tickets."),
            reverse("desk:organizations"),
        )
    return Step(True, _("Organisations are entered."), reverse("desk:organizations"))
