"""How the desk does against its policy."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kb import queries as kb
from kb.models import Article
from sla import words
from sla.document import SupportPolicy
from tenants.access import staff
from tenants.models import User
from tenants.text import say
from tickets import measures as figures
from tickets.promise import NAMES
from tickets.views.desk.common import policy_in_force

#: Periods that can be chosen, in days.
PERIODS = (7, 30, 90)
USUAL = 30


@require_safe
@staff
def measures(request: HttpRequest, person: User) -> HttpResponse:
    """Promises kept, requests solved per tier and its time, priorities corrected, answers with articles."""
    return render(request, "tickets/desk/measures.html", of(request, person))


def of(request: HttpRequest, person: User) -> dict[str, Any]:
    """The figures of the period that an address asks for."""
    policy, now = policy_in_force(), timezone.now()
    wanted = request.GET.get("days", "")
    days = int(wanted) if wanted in map(str, PERIODS) else USUAL
    since = now - timedelta(days=days)
    priorities = policy.priorities if policy else {}
    named = {key: say(priority.name) for key, priority in priorities.items()}
    changed = figures.corrections(since=since)
    filed = figures.filed(since=since)
    tiers = figures.of_tiers(policy, since=since) if policy else []
    answers = figures.answers(since=since)
    return {
        "periods": PERIODS,
        "days": days,
        "kept": [(NAMES[each.metric], each) for each in figures.kept(since=since, at=now)],
        "tiers": [(each, words.length(each.seconds) if each.seconds else "") for each in tiers],
        "solved": sum(each.solved for each in tiers),
        "corrections": [(named.get(each.former, each.former), named.get(each.to, each.to), each) for each in changed],
        "corrected": sum(each.times for each in changed),
        "filed": filed,
        "refused": _named(figures.refused(since=since), policy),
        "answers": answers,
        "cited": _titled(answers, person),
    }


def table(shown: dict[str, Any]) -> list[tuple[str, str, str, object]]:
    """The same figures a line each: of what, of which, which figure, and how much."""
    rows: list[tuple[str, str, str, object]] = []
    said: dict[str, object]
    for name, kept in shown["kept"]:
        said = {_("Kept"): kept.kept, _("Broken"): kept.broken, _("Share kept"): f"{kept.share} %"}
        rows += [(_("Promises"), str(name), figure, value) for figure, value in said.items()]
    for tier, held in shown["tiers"]:
        said = {_("Solved"): tier.solved, _("Share"): f"{tier.share} %"}
        said |= {_("Target"): f"{tier.target} %" if tier.target else "", _("Business time held, on average"): held}
        rows += [(_("Where requests are solved"), str(tier.tier), figure, value) for figure, value in said.items()]
    for former, to, changed in shown["corrections"]:
        rows.append((_("Corrected priorities"), f"{former} → {to}", _("Times"), changed.times))
    for reason, row in shown["refused"]:
        said = {_("Refused"): row.refused, _("Objections"): row.objected, _("Taken up after all"): row.granted}
        rows += [(_("Refused requests"), reason, figure, value) for figure, value in said.items()]
    for number, article, times in shown["cited"]:
        title = article.shown.title if article else f"{number:06d}"
        rows.append((_("Answers with articles"), title, pgettext("how many carried an article", "Answers"), times))
    return rows


def _named(rows: list[figures.RefusedFor], policy: SupportPolicy | None) -> list[tuple[str, figures.RefusedFor]]:
    """Each with its reason in the reader's language; one that the policy no longer knows by its key."""
    known = policy.refusal_reasons if policy else {}
    names = {key: say(each.name) for key, each in known.items()}
    return [(names.get(row.reason, row.reason) if row.reason else _("Not covered"), row) for row in rows]


def _titled(answers: figures.Answers, person: User) -> list[tuple[int, Article | None, int]]:
    """The articles that answers carried: number, the article if this person can still open it, in how many answers."""
    seen = kb.visible_to(person).filter(number__in=[number for number, _ in answers.by_article])
    language = (get_language() or "en").split("-")[0]
    articles = {each.number: each for each in kb.with_titles(seen, language)}
    return [(number, articles.get(number), times) for number, times in answers.by_article]
