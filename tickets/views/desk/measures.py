"""How the desk does against its policy."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
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
    context = {
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
    return render(request, "tickets/desk/measures.html", context)


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
