"""Articles as their writers see them: the list, the editor, and what readers get to see."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kb import actions
from kb.actions.writing import category_named
from kb.forms import ArticleFilterForm, ArticleForm, language_or
from kb.models import Article, ArticleVersion
from kb.queries.reading import MAX_NUMBER, reader_language
from kb.queries.writing import comments_on, newest_versions, with_newest_titles
from kb.text import render as render_markdown
from tenants import paging
from tenants.access import staff, staff_who_may
from tenants.errors import Refused
from tenants.models import User
from tenants.permissions import Permission

PAGE_SIZE = 50
writer = staff_who_may(Permission.EDIT_ARTICLES)
_LAST_CHANGED = paging.Order("updated", "", "updated_at", descending=True)


@require_safe
@staff
def articles(request: HttpRequest, person: User) -> HttpResponse:
    """All articles, the last changed first."""
    form, chosen = narrowed(request.GET)
    page = paging.page(
        chosen,
        _LAST_CHANGED,
        shown=lambda rows: rows.select_related("category", "author"),
        after=paging.Cursor.parse(request.GET.get("after", "")),
        before=paging.Cursor.parse(request.GET.get("before", "")),
        size=PAGE_SIZE,
    )
    context = {
        "form": form,
        "page": page,
        "articles": with_newest_titles(page.rows, reader_language()),
        "may_edit": person.may(Permission.EDIT_ARTICLES),
    }
    template = "kb/desk/_list.html" if request.htmx else "kb/desk/list.html"  # type: ignore[attr-defined]
    return render(request, template, context)


def narrowed(asked: QueryDict) -> tuple[ArticleFilterForm, QuerySet[Article]]:
    """The articles that an address asks for."""
    form = ArticleFilterForm(asked)
    chosen: QuerySet[Article] = Article.objects.all()
    return form, _filtered(chosen, form.cleaned_data) if form.is_valid() else chosen.none()


def _filtered(chosen: QuerySet[Article], wanted: dict[str, Any]) -> QuerySet[Article]:
    exact = {name: wanted[name] for name in ("status", "kind", "visibility", "category") if wanted[name]}
    chosen = chosen.filter(**exact)
    if words := wanted["q"].split():
        if len(words) == 1 and words[0].isascii() and words[0].isdecimal() and len(words[0]) < 20:
            return chosen.filter(number=min(int(words[0]), MAX_NUMBER))
        titled = Q()
        for word in words[:8]:
            titled &= Q(title__icontains=word)
        chosen = chosen.filter(pk__in=ArticleVersion.objects.filter(titled).values("article"))
    return chosen


@require_http_methods(["GET", "HEAD", "POST"])
@writer
def new(request: HttpRequest, person: User) -> HttpResponse:
    """Write an article in a language of the tenant."""
    language = language_or(request.POST.get("language") or request.GET.get("language"), request.tenant.language)  # type: ignore[attr-defined]
    form = ArticleForm(request.POST or None, initial={"based_on": 0})
    if request.method == "POST" and form.is_valid() and request.POST.get("then") != "preview":
        try:
            article = _create(form, person, language)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _saved(request, person, article, language)
    return _editor(request, None, form, language)


@require_http_methods(["GET", "HEAD", "POST"])
@writer
def edit(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Rewrite an article in one of its languages, or translate it into a new one."""
    article = _article(number)
    versions = newest_versions(article)
    language = language_or(request.POST.get("language") or request.GET.get("language"), article.language)
    newest = versions.get(language)
    form = ArticleForm(request.POST or None, initial=_initial(article, newest), article=article)
    if request.method == "POST" and form.is_valid() and request.POST.get("then") != "preview":
        try:
            _revise(article, form, person, language)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _saved(request, person, article, language)
    return _editor(request, article, form, language, versions)


@require_POST
@writer
def preview(request: HttpRequest, person: User) -> HttpResponse:
    """The text as readers would see it."""
    body = request.POST.get("body", "")
    return render(request, "kb/desk/_preview.html", {"rendered": render_markdown(body)})


@require_POST
@writer
def publish(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Show the newest versions to readers."""
    return _act(request, person, number, actions.publish, _("Readers see the newest version now."))


@require_POST
@writer
def archive(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Take the article off the shelves."""
    return _act(request, person, number, actions.archive, _("The article is archived: readers no longer find it."))


@require_POST
@writer
def withdraw(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Make it a draft again."""
    return _act(
        request, person, number, actions.withdraw, _("The article is a draft again: readers no longer find it.")
    )


def _act(request: HttpRequest, person: User, number: int, action: Any, sentence: str) -> HttpResponse:
    article = _article(number)
    try:
        action(article, author=person, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, sentence)
    return redirect("desk:article_edit", article.number)


def _article(number: int) -> Article:
    return get_object_or_404(Article.objects.select_related("category"), number=min(number, MAX_NUMBER))


def _create(form: ArticleForm, author: User, language: str) -> Article:
    wanted = form.cleaned_data
    with transaction.atomic():
        article = actions.create(
            author=author,
            at=timezone.now(),
            category=wanted["category"] or category_named(wanted["new_category"], author=author),
            language=language,
            title=wanted["title"],
            body=wanted["body"],
            kind=wanted["kind"],
            visibility=wanted["visibility"],
        )
        actions.relate(article, wanted["related"], author=author)
    return article


def _revise(article: Article, form: ArticleForm, author: User, language: str) -> None:
    wanted, at = form.cleaned_data, timezone.now()
    with transaction.atomic():
        actions.revise(
            article,
            author=author,
            at=at,
            language=language,
            title=wanted["title"],
            body=wanted["body"],
            based_on=wanted["based_on"] or 0,
        )
        category = wanted["category"] or category_named(wanted["new_category"], author=author)
        shelf = {"kind": wanted["kind"], "category": category, "visibility": wanted["visibility"]}
        if any(getattr(article, name) != value for name, value in shelf.items()):
            actions.change(article, author=author, at=at, **shelf)
        actions.relate(article, wanted["related"], author=author)


def _saved(request: HttpRequest, person: User, article: Article, language: str) -> HttpResponse:
    """Publish as well if that button was pressed, and open the saved article."""
    sentence = _("Saved. Readers see it once it is published.")
    if request.POST.get("then") == "publish":
        try:
            actions.publish(article, author=person, at=timezone.now(), language=language)
            sentence = _("Saved and published.")
        except Refused as refusal:
            sentence = str(refusal)
    messages.success(request, sentence)
    return redirect(f"{reverse('desk:article_edit', args=[article.number])}?language={language}")


def _initial(article: Article, newest: ArticleVersion | None) -> dict[str, Any]:
    related = article.relations.order_by("position").values_list("related__number", flat=True)
    return {
        "title": newest.title if newest else "",
        "body": newest.body if newest else "",
        "based_on": newest.number if newest else 0,
        "kind": article.kind,
        "category": article.category,
        "visibility": article.visibility,
        "related": ", ".join(f"{number:06d}" for number in related),
    }


def _editor(
    request: HttpRequest,
    article: Article | None,
    form: ArticleForm,
    language: str,
    versions: dict[str, ArticleVersion] | None = None,
) -> HttpResponse:
    versions = versions or {}
    offered = [*request.tenant.languages, *(code for code in versions if code not in request.tenant.languages)]  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "article": article,
        "form": form,
        "language": language,
        "newest": versions.get(language),
        "languages": [(code, versions.get(code)) for code in dict.fromkeys([*offered, language])],
        "comments": comments_on(article) if article else [],
    }
    if request.POST.get("then") == "preview":
        context["rendered"] = render_markdown(form["body"].value() or "")
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "kb/desk/edit.html", context, status=status)
