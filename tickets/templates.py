"""Templates of tickets: what their placeholders stand for, and the request that one makes for somebody on a day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.context import active_tenant
from tenants.models import User
from tickets import placeholders
from tickets.errors import (
    AnswersLeftOut,
    AssigneeGone,
    CategoryGone,
    NobodyThere,
    PriorityGone,
    RequesterGone,
    TeamGone,
    TemplatePutAside,
)
from tickets.models import Membership, Organization, TicketTemplate


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What placeholders are filled from; what is not known yet leaves them as they stand."""

    day: date
    unit: str = "month"
    number: int | None = None
    customer: User | None = None
    organization: Organization | None = None


def _month(scene: Scene) -> str:
    return date_format(scene.day, "F Y")


def _last_month(scene: Scene) -> str:
    first = scene.day.replace(day=1)
    return date_format(date.fromordinal(first.toordinal() - 1), "F Y")


def _week(scene: Scene) -> str:
    year, week, _day = scene.day.isocalendar()
    return _("week %(week)s of %(year)s") % {"week": week, "year": year}


def _quarter(scene: Scene) -> str:
    return _("quarter %(quarter)s of %(year)s") % {"quarter": (scene.day.month + 2) // 3, "year": scene.day.year}


def _date(scene: Scene) -> str:
    return date_format(scene.day, "DATE_FORMAT")


def _period(scene: Scene) -> str:
    periods: dict[str, Callable[[Scene], str]] = {"day": _date, "week": _week, "month": _month}
    return periods[scene.unit](scene) if scene.unit in periods else str(scene.day.year)


#: Every placeholder: what it is, and how it is filled, in the language of the customer.
PLACEHOLDERS: dict[str, tuple[str | Promise, Callable[[Scene], str | None]]] = {
    "date": (gettext_lazy("the day on which it is opened"), _date),
    "weekday": (gettext_lazy("its day of the week"), lambda scene: str(WEEKDAYS[scene.day.weekday()])),
    "week": (gettext_lazy("its week"), _week),
    "month": (gettext_lazy("its month"), _month),
    "last_month": (gettext_lazy("the month before"), _last_month),
    "quarter": (gettext_lazy("its quarter"), _quarter),
    "year": (gettext_lazy("its year"), lambda scene: str(scene.day.year)),
    "period": (gettext_lazy("day, week, month or year, as the schedule goes; by hand the month"), _period),
    "number": (
        gettext_lazy("how many tickets this one makes of the template"),
        lambda scene: None if scene.number is None else str(scene.number),
    ),
    "customer.name": (
        gettext_lazy("the customer's name"),
        lambda scene: str(scene.customer) if scene.customer else None,
    ),
    "organization.name": (
        gettext_lazy("the name of the customer's organisation"),
        lambda scene: (str(scene.organization) if scene.organization else "—") if scene.customer else None,
    ),
    "desk.name": (gettext_lazy("the name of this desk"), lambda scene: active_tenant().name),
}


def check(text: str) -> None:
    """Raise UnknownPlaceholder for one that is not in the list."""
    placeholders.check(text, PLACEHOLDERS)


def filled(text: str, scene: Scene) -> str:
    """A text with what is known, in the customer's language, else in the tenant's."""
    language = (scene.customer.language if scene.customer else "") or active_tenant().language
    with translation.override(language):
        return placeholders.replaced(text, lambda name: PLACEHOLDERS[name][1](scene) if name in PLACEHOLDERS else None)


def requester_of(template: TicketTemplate) -> User | None:
    """Whom it asks for: its customer, else whoever speaks for its organisation; None when it names neither.

    Raises RequesterGone, NobodyThere.
    """
    if template.requester is not None:
        if not template.requester.is_active:
            raise RequesterGone(name=template.requester)
        return template.requester
    if template.organization is None:
        return None
    members = Membership.objects.filter(organization=template.organization, user__is_active=True)
    order = list(Membership.Scope.values)  # own, all, manage
    found = sorted(members.select_related("user__role"), key=lambda each: (-order.index(each.scope), each.user.email))
    if not found:
        raise NobodyThere(name=template.organization)
    return found[0].user


def require_usable(template: TicketTemplate) -> None:
    """Raise what stands in the way: TemplatePutAside, CategoryGone, PriorityGone, TeamGone."""
    if not template.is_active:
        raise TemplatePutAside(name=template)
    for row, gone in ((template.category, CategoryGone), (template.priority, PriorityGone), (template.team, TeamGone)):
        if row is not None and not row.is_active:
            raise gone(name=row)


def left_out(template: TicketTemplate, asked: dict[str, Any]) -> list[AssigneeGone | AnswersLeftOut]:
    """What of a template can no longer be done, though the rest can; `asked` are the category's fields by key."""
    found: list[AssigneeGone | AnswersLeftOut] = []
    if template.assignee is not None and not (template.assignee.is_active and template.assignee.is_staff_member):
        found.append(AssigneeGone(name=template.assignee))
    if gone := [key for key in template.answers if key not in asked]:
        found.append(AnswersLeftOut(names=", ".join(gone)))
    return found


def problem_of(template: TicketTemplate) -> str:
    """Why nothing can be opened from it now, in the reader's language; empty when something can."""
    try:
        require_usable(template)
        requester_of(template)
    except (TemplatePutAside, CategoryGone, PriorityGone, TeamGone, RequesterGone, NobodyThere) as refusal:
        return str(refusal)
    return ""
