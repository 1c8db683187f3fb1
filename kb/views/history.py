"""Every version of an article, what changed between two, and the way back."""

from __future__ import annotations

from difflib import SequenceMatcher

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kb import actions
from kb.forms import language_or
from kb.models import Article, ArticleVersion
from kb.queries.reading import MAX_NUMBER
from kb.views.desk import writer
from tenants.models import User

#: Unchanged lines that are shown around a change.
AROUND = 3


@require_safe
@writer
def versions(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """The versions in one language, and what the chosen one changed."""
    article = get_object_or_404(Article, number=min(number, MAX_NUMBER))
    written = dict.fromkeys(article.versions.order_by("language").values_list("language", flat=True))
    language = language_or(request.GET.get("language"), article.language)
    found = list(article.versions.filter(language=language).select_related("author").defer("search", "words", "text"))
    chosen = _numbered(found, request.GET.get("of")) or (found[0] if found else None)
    before = _numbered(found, request.GET.get("with")) or _predecessor(found, chosen)
    context = {
        "article": article,
        "language": language,
        "languages": list(written),
        "versions": found,
        "chosen": chosen,
        "before": before,
        "lines": changed_lines(before, chosen) if chosen else [],
    }
    return render(request, "kb/desk/versions.html", context)


@require_POST
@writer
def restore(request: HttpRequest, person: User, number: int, version: str) -> HttpResponse:
    """Make an older version the newest one."""
    older = get_object_or_404(
        ArticleVersion.objects.select_related("article"), pk=version, article__number=min(number, MAX_NUMBER)
    )
    newest = actions.restore(older, author=person, at=timezone.now())
    messages.success(
        request,
        _("Version %(older)s is back as version %(newest)s. Readers see it once it is published.")
        % {"older": older.number, "newest": newest.number},
    )
    return redirect(f"{reverse('desk:article_versions', args=[number])}?language={older.language}")


def changed_lines(before: ArticleVersion | None, after: ArticleVersion) -> list[tuple[str, str]]:
    """Lines as (sign, text): "-" gone, "+" new, " " unchanged and near a change, "…" for those left out."""
    old = [before.title, "", *before.body.split("\n")] if before else []
    new = [after.title, "", *after.body.split("\n")]
    lines: list[tuple[str, str]] = []
    groups = list(SequenceMatcher(None, old, new).get_grouped_opcodes(AROUND))
    for index, group in enumerate(groups):
        if index or group[0][1] or group[0][3]:
            lines.append(("…", ""))
        for what, old_from, old_to, new_from, new_to in group:
            if what == "equal":
                lines += [(" ", line) for line in old[old_from:old_to]]
                continue
            lines += [("-", line) for line in old[old_from:old_to]]
            lines += [("+", line) for line in new[new_from:new_to]]
    return lines


def _numbered(found: list[ArticleVersion], number: str | None) -> ArticleVersion | None:
    return next((version for version in found if str(version.number) == number), None)


def _predecessor(found: list[ArticleVersion], chosen: ArticleVersion | None) -> ArticleVersion | None:
    return next((version for version in found if chosen and version.number < chosen.number), None)
