"""The knowledge base as readers see it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kb import actions, queries
from kb.forms import VoteForm, language_or
from kb.models import Article, ArticleCategory, ArticleQuerySet, ArticleVote
from kb.queries.reading import reader_language
from kb.text import render as render_markdown
from tenants.access import reader_of
from tenants.permissions import Permission

LIST_SIZE = 30


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Search, shelves, and what others found useful."""
    person = reader_of(request)
    context = {
        "categories": queries.categories_for(person),
        "popular": queries.popular(person, reader_language()),
        "kinds": Article.Kind.choices,
    }
    return render(request, "kb/portal/home.html", context)


@require_safe
def category(request: HttpRequest, key: str) -> HttpResponse:
    """One shelf."""
    shelf = get_object_or_404(ArticleCategory, key=key)
    articles = queries.visible_to(reader_of(request)).filter(category=shelf)
    return _shelf(request, articles, {"heading": shelf.name, "text": shelf.description})


@require_safe
def kind(request: HttpRequest, kind: str) -> HttpResponse:
    """All frequent questions, all tutorials, all articles."""
    if kind not in Article.Kind.values:
        raise Http404
    articles = queries.visible_to(reader_of(request)).filter(kind=kind)
    headings = {
        Article.Kind.ARTICLE: _("Articles"),
        Article.Kind.FAQ: _("Frequent questions"),
        Article.Kind.TUTORIAL: _("Tutorials"),
    }
    return _shelf(request, articles, {"heading": headings[Article.Kind(kind)]})


def _shelf(request: HttpRequest, articles: ArticleQuerySet, context: dict[str, Any]) -> HttpResponse:
    after = _page_number(request, "after", 0)
    rows = list(articles.select_related("category").filter(number__gt=after).order_by("number")[: LIST_SIZE + 1])
    more = rows[LIST_SIZE - 1].number if len(rows) > LIST_SIZE else None
    context |= {
        "articles": queries.with_titles(rows[:LIST_SIZE], reader_language()),
        "next_url": f"{request.path}?after={more}" if more else "",
        "previous_url": request.path if after else "",
    }
    return render(request, "kb/portal/shelf.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Results for `?q=`; to htmx only the list, which follows the typing."""
    filters: dict[str, Any] = {
        "kind": _one_of(request.GET.get("kind"), Article.Kind.values),
        "category": _without_nul(request.GET.get("category", ""))[:60],
        "only_language": language_or(request.GET.get("language"), ""),
    }
    query = request.GET.get("q", "")
    page = _page_number(request, "page", 1)
    results = queries.search(query, reader_of(request), reader_language(), page=page, **filters)
    context = {"results": results, "filters": filters, "kinds": Article.Kind.choices}
    template = "kb/portal/_results.html" if request.htmx else "kb/portal/search.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@require_http_methods(["GET", "HEAD"])
def article(request: HttpRequest, number: int) -> HttpResponse:
    """An article at its one address; other spellings of the number lead there."""
    address = reverse("kb:article", args=[number])
    if request.path != address:
        arguments = request.META.get("QUERY_STRING", "")
        return redirect(f"{address}?{arguments}" if arguments else address, permanent=True)
    found = _article_or_404(request, number)
    person = reader_of(request)
    if request.method == "GET" and not (person and person.is_staff_member):
        actions.record_view(found)
    return render(request, "kb/portal/article.html", _reading(request, found) | {"vote": _vote_of(request, found)})


@require_safe
def print_view(request: HttpRequest, number: int) -> HttpResponse:
    """The article alone, for paper."""
    return render(request, "kb/portal/print.html", _reading(request, _article_or_404(request, number)))


@require_POST
def vote(request: HttpRequest, number: int) -> HttpResponse:
    """Count the reader's yes or no, and why; the same reader may change it."""
    found = _article_or_404(request, number)
    form = VoteForm(request.POST)
    if form.is_valid():
        given = actions.vote(
            found,
            **_voter(request),
            is_helpful=form.cleaned_data["helpful"],
            comment=form.cleaned_data["comment"],
            at=timezone.now(),
        )
        if not request.htmx:  # type: ignore[attr-defined]
            messages.success(request, _("Thank you. This helps to make the article better."))
            return redirect(f"{reverse('kb:article', args=[number])}#vote")
        found.refresh_from_db(fields=["helpful_count", "unhelpful_count"])
        return render(request, "kb/portal/_vote.html", {"article": found, "vote": given, "voted_now": True})
    context = {"article": found, "vote": _vote_of(request, found), "vote_form": form}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "kb/portal/_vote.html", context, status=422)
    return render(request, "kb/portal/article.html", _reading(request, found) | context, status=422)


@require_POST
def solved(request: HttpRequest, number: int) -> HttpResponse:
    """The reader needs no ticket: say so to the writers, and go to the article."""
    found = _article_or_404(request, number)
    actions.mark_solved(found, **_voter(request), at=timezone.now())
    messages.success(request, _("Good to hear that this solved it. No ticket was filed."))
    return redirect("kb:article", number)


def _article_or_404(request: HttpRequest, number: int) -> Article:
    found = queries.get_article(number, reader_of(request))
    if found is None:
        raise Http404
    return found


def _reading(request: HttpRequest, found: Article) -> dict[str, Any]:
    """What a page about an article shows, in the language that was asked for or the reader's own."""
    person = reader_of(request)
    wanted = language_or(request.GET.get("language"), reader_language())
    version, languages = queries.published_version(found, wanted)
    return {
        "article": found,
        "version": version,
        "rendered": render_markdown(version.body),
        "wanted": wanted,
        "other_languages": [code for code in languages if code != version.language],
        "related": queries.related_to(found, version, person, wanted),
        "may_edit": person is not None and person.may(Permission.EDIT_ARTICLES),
    }


def _voter(request: HttpRequest) -> dict[str, Any]:
    person = reader_of(request)
    return {"person": person} if person else {"visitor": queries.visitor_of(request)}


def _vote_of(request: HttpRequest, found: Article) -> ArticleVote | None:
    """What this reader said before; one without a session has said nothing."""
    if reader_of(request) is None and not request.session.session_key:
        return None
    return ArticleVote.objects.filter(article=found, **_voter(request)).first()


def _page_number(request: HttpRequest, name: str, fallback: int) -> int:
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 9 else fallback


def _one_of(value: str | None, allowed: list[str]) -> str:
    return value if value in allowed else ""


def _without_nul(value: str) -> str:
    return value.replace("\x00", "")
