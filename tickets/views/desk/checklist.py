"""What is set up on a desk and what is still missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kb.models import Article
from sla.document import SupportPolicy
from sla.document.calendars import CalendarSpec
from tenants.context import active_tenant
from tenants.models import Alarm, Role, Tenant, User
from tenants.permissions import Permission
from tenants.text import Text, say
from tickets.models import Organization, Team, TeamMembership

#: Holidays that end sooner than this are to be entered for the coming year.
AHEAD = timedelta(days=60)
#: Of so many mailboxes the addresses are named.
MOST_NAMED = 3


@dataclass(frozen=True)
class Step:
    """One thing to set up: whether it is done, what is so, and where to go on."""

    is_done: bool
    text: str
    url: str = ""


def checklist(policy: SupportPolicy | None, person: User) -> list[Step]:
    """Every step, in the order in which one does them. One query."""
    staff = User.objects.filter(is_active=True, role__kind__in=[Role.Kind.AGENT, Role.Kind.MANAGER])
    peopled = TeamMembership.objects.values("team")
    empty = Team.objects.filter(is_active=True).exclude(pk__in=peopled).values("name")
    wanted: dict[str, Any] = import_string(settings.MAIL_IN)()
    so = Tenant.objects.filter(pk=active_tenant().pk).values(
        agents=_number(staff),
        has_teams=Exists(Team.objects.all()),
        empty_teams=ArraySubquery(empty),
        articles=_number(Article.objects.filter(status=Article.Status.PUBLISHED)),
        has_organizations=Exists(Organization.objects.all()),
        parked=_number(Alarm.objects.filter(tenant=active_tenant(), parked_at__isnull=False)),
        **wanted,
    )
    found: dict[str, Any] = dict(so.get())
    return [
        _policy(policy),
        *_holidays(policy, timezone.localdate()),
        _staff(found["agents"]),
        _teams(found["has_teams"], found["empty_teams"]),
        _mail(),
        _mail_in(found["mail_addresses"], has_mail=found["has_mail"]),
        _articles(found["articles"]),
        _organizations(found["has_organizations"]),
        *([_parked(found["parked"])] if person.may(Permission.SEE_SYSTEM) else []),
    ]


def _number(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("tenant").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def _policy(policy: SupportPolicy | None) -> Step:
    if policy is None:
        return Step(False, _("There is no support policy yet. Upload its file."), reverse("desk:policy_file"))
    return Step(True, _("A support policy is in force."), reverse("desk:policy_settings"))


def _holidays(policy: SupportPolicy | None, today: date) -> list[Step]:
    """Until when the holidays are entered; nothing for a policy that closes on none."""
    known = [(each, _entered_until(each)) for each in (policy.calendars.values() if policy else ())]
    ends = [(each, end) for each, end in known if end is not None]
    if not ends:
        return []
    url, first = reverse("desk:policy_calendars"), min(end for _each, end in ends)
    day = date_format(first, "DATE_FORMAT")
    late = [say(each.name) for each, end in ends if end < today + AHEAD]
    if not late:
        # In Russian the year brings a stop of its own ("2028 г."), and a sentence has but one.
        return [Step(True, _("Holidays are entered until %(day)s.") % {"day": day.removesuffix(".")}, url)]
    said = {"calendars": ", ".join(late), "day": day}
    if first < today:
        text = _("The holidays of these calendars ended on %(day)s: %(calendars)s. Enter the coming ones.")
    else:
        text = _("The holidays of these calendars end on %(day)s: %(calendars)s. Enter the coming ones.")
    return [Step(False, text % said, url)]


def _entered_until(calendar: CalendarSpec) -> date | None:
    years = calendar.holidays.years if calendar.holidays else ()
    return max([*(date(year, 12, 31) for year in years), *calendar.closed_dates], default=None)


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


def _mail_in(addresses: list[str], *, has_mail: bool) -> Step:
    url = reverse("desk:mailboxes")
    if addresses:
        named = ", ".join(sorted(addresses)[:MOST_NAMED]) + (" …" if len(addresses) > MOST_NAMED else "")
        return Step(True, _("Mail of customers comes in at %(addresses)s.") % {"addresses": named}, url)
    if has_mail:
        return Step(True, _("Mail of customers comes in."), url)
    return Step(False, _("No mail of customers comes in yet. Set up a mailbox, so that it becomes tickets."), url)


def _parked(number: int) -> Step:
    url = reverse("desk:failed_work")
    if not number:
        return Step(True, _("No work in the background has failed."), url)
    text = ngettext(
        "%(count)s piece of work in the background failed and waits for you. Look why, and have it tried again.",
        "%(count)s pieces of work in the background failed and wait for you. Look why, and have them tried again.",
        number,
    )
    return Step(False, text % {"count": number}, url)


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
