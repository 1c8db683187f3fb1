"""Articles over REST: searched and read, with the rights of the token's person."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from kb import queries
from kb.models import Article
from kb.queries.reading import reader_language
from kb.queries.search import Hit
from kb.text import plain, render
from tenants.api import StrictSerializer, person_of, queried
from tenants.text import say


class ArticleCategoryField(serializers.Serializer):
    """The shelf that an article stands on."""

    key = serializers.CharField()
    name = serializers.SerializerMethodField()

    def get_name(self, category: Any) -> str:
        """In the language of the request."""
        return say(category.name)


class ArticleSummarySerializer(serializers.Serializer):
    """An article in a list."""

    number = serializers.IntegerField()
    display_number = serializers.CharField(help_text="six digits, as in the address")
    url = serializers.SerializerMethodField()
    kind = serializers.ChoiceField(choices=Article.Kind.choices)
    category = ArticleCategoryField()
    visibility = serializers.ChoiceField(choices=Article.Visibility.choices)
    language = serializers.CharField(source="shown.language")
    title = serializers.CharField(source="shown.title")
    excerpt = serializers.SerializerMethodField(help_text="the beginning, or where the words were found")
    helpful_count = serializers.IntegerField()
    unhelpful_count = serializers.IntegerField()
    published_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, article: Article) -> str:
        """The page for people."""
        return self.context["request"].build_absolute_uri(reverse("kb:article", args=[article.number]))

    def get_excerpt(self, article: Any) -> str:
        """Plain text."""
        return getattr(article.shown, "beginning", "")


class ArticleSerializer(ArticleSummarySerializer):
    """An article to read."""

    languages = serializers.ListField(child=serializers.CharField(), help_text="those that it is published in")
    body = serializers.CharField(source="shown.body", help_text="Markdown")
    html = serializers.SerializerMethodField()
    related = serializers.ListField(
        child=serializers.IntegerField(), source="related_numbers", help_text="numbers of related articles"
    )

    def get_html(self, article: Any) -> str:
        """The body as safe HTML."""
        return render(article.shown.body).html

    def get_excerpt(self, article: Any) -> str:
        """The beginning of the text."""
        return plain(article.shown.body)[:180]


class ArticleReadQuery(StrictSerializer):
    """The language to read in."""

    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)


class ArticleQuery(ArticleReadQuery):
    """The filters of the list."""

    q = serializers.CharField(
        required=False, max_length=200, help_text="words; typing errors are forgiven, the best match comes first"
    )
    kind = serializers.ChoiceField(choices=Article.Kind.choices, required=False)
    category = serializers.CharField(required=False, max_length=60, help_text="key of a category")
    language = serializers.ChoiceField(
        choices=settings.LANGUAGES, required=False, help_text="to read in; with q: texts in this language only"
    )
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=100)
    cursor = serializers.CharField(required=False, max_length=500)


class ArticleViewSet(viewsets.GenericViewSet[Article]):
    """Published articles that the person may see."""

    serializer_class = ArticleSummarySerializer
    queryset = Article.objects.none()
    filter_backends: ClassVar[list[Any]] = []  # type: ignore[misc]
    ordering = "-number"
    lookup_field = "number"
    query_names: ClassVar[dict[str, Any]] = {
        "list": ArticleQuery().fields,
        "retrieve": ArticleReadQuery().fields,
    }

    @extend_schema(parameters=[ArticleQuery], responses=ArticleSummarySerializer(many=True))
    def list(self, request: Request) -> Response:
        """All by number, the newest first; with `q` the 20 that fit best, on one page."""
        asked = queried(ArticleQuery, request)
        if "q" in asked:
            return self._search(request, asked)
        person = person_of(request)
        chosen = queries.visible_to(person).select_related("category")
        if "kind" in asked:
            chosen = chosen.filter(kind=asked["kind"])
        if "category" in asked:
            chosen = chosen.filter(category__key=asked["category"])
        articles = queries.with_titles(self.paginate_queryset(chosen) or [], asked.get("language", reader_language()))
        return self.get_paginated_response(self.get_serializer(articles, many=True).data)

    @extend_schema(parameters=[ArticleReadQuery], responses=ArticleSerializer)
    def retrieve(self, request: Request, number: int) -> Response:
        """One article with its text in the language asked for, or the nearest one."""
        person = person_of(request)
        language = queried(ArticleReadQuery, request).get("language", reader_language())
        article: Any = queries.get_article(int(number), person)
        if article is None:
            raise Http404
        article.shown, article.languages = queries.published_version(article, language)
        related = queries.related_to(article, article.shown, person, language)
        article.related_numbers = [other.number for other in related]
        return Response(ArticleSerializer(article, context=self.get_serializer_context()).data)

    def _search(self, request: Request, asked: dict[str, Any]) -> Response:
        results = queries.search(
            asked["q"],
            person_of(request),
            asked.get("language", reader_language()),
            kind=asked.get("kind", ""),
            category=asked.get("category", ""),
            only_language=asked.get("language", ""),
        )
        found = self.get_serializer([_as_article(hit) for hit in results.hits], many=True)
        return Response({"next": None, "previous": None, "results": found.data})


def _as_article(hit: Hit) -> Any:
    article: Any = hit.article
    article.shown = hit.version
    article.shown.beginning = hit.snippet
    return article
