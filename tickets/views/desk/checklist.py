"""What is set up on a desk and what is still missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kb.models import Article
from sla.document import SupportPolicy
from tenants.context import active_tenant
from tenants.models import Role, Tenant, User
from tenants.text import Text, say
from tickets.models import Organization, Team, TeamMembership


@dataclass(frozen=True)
class Step:
    """One thing to set up: whether it is done, what is so, and where to go on."""

    is_done: bool
    text: str
    url: str = ""


def checklist(policy: SupportPolicy | None) -> list[Step]:
    """Every step, in the order in which one does them. One query."""
    staff = User.objects.filter(is_active=True, role__kind__in=[Role.Kind.AGENT, Role.Kind.MANAGER])
    peopled = TeamMembership.objects.values("team")
    empty = Team.objects.filter(is_active=True).exclude(pk__in=peopled).values("name")
    so = Tenant.objects.filter(pk=active_tenant().pk).values(
        agents=_number(staff),
        has_teams=Exists(Team.objects.all()),
        empty_teams=ArraySubquery(empty),
        articles=_number(Article.objects.filter(status=Article.Status.PUBLISHED)),
        has_organizations=Exists(Organization.objects.all()),
    )
    found = so.get()
    return [
        _policy(policy),
        _staff(found["agents"]),
        _teams(found["has_teams"], found["empty_teams"]),
        _mail(),
        _articles(found["articles"]),
        _organizations(found["has_organizations"]),
    ]


def _number(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("tenant").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def _policy(policy: SupportPolicy | None) -> Step:
    if policy is None:
        return Step(False, _("There is no support policy yet. Upload its file."), reverse("desk:policy_file"))
    return Step(True, _("A support policy is in force."), reverse("desk:policy_settings"))


def _staff(agents: int) -> Step:
    url = f"{reverse('desk:people')}?kind=staff"
    if not agents:
        return Step(False, _("Nobody but administrators works here yet. Add agents."), url)
    text = ngettext("%(count)s agent or manager works here.", "%(count)s agents and managers work here.", agents)
    return Step(True, text % {"count": agents}, url)


def _teams(has_teams: bool, empty: list[Text]) -> Step:
    if not has_teams:
        return Step(False, _("There are no teams yet: they come with the policy."), reverse("desk:teams"))
    if empty:
        names = ", ".join(say(name) for name in empty)
        return Step(False, _("Nobody is in these teams: %(teams)s.") % {"teams": names}, reverse("desk:teams"))
    return Step(True, _("Every team has members."), reverse("desk:teams"))


def _mail() -> Step:
    address = active_tenant().mail_address
    if not address:
        return Step(False, _("Mail to customers has no sender's address of its own yet."), reverse("desk:mail_sender"))
    return Step(
        True, _("Mail to customers comes from %(address)s.") % {"address": address}, reverse("desk:mail_sender")
    )


def _articles(published: int) -> Step:
    if not published:
        return Step(
            False,
            _("The knowledge base is empty. Write the answers that are asked for most."),
            reverse("desk:articles"),
        )
    text = ngettext("%(count)s article is published.", "%(count)s articles are published.", published)
    return Step(True, text % {"count": published}, reverse("desk:articles"))


def _organizations(are_there: bool) -> Step:
    if not are_there:
        return Step(
            False,
            _("No organisation is entered yet. You need them for contracts and shared tickets."),
            reverse("desk:organizations"),
        )
    return Step(True, _("Organisations are entered."), reverse("desk:organizations"))
