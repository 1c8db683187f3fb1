"""Articles over REST: searched and read, with the rights of the token's person."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from kb import queries
from kb.forms import language_or
from kb.models import Article
from kb.queries.reading import reader_language
from kb.queries.search import Hit
from kb.text import plain, render
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


FILTERS = [
    OpenApiParameter("q", str, description="words; typing errors are forgiven; the best match comes first"),
    OpenApiParameter("kind", str, enum=Article.Kind.values),
    OpenApiParameter("category", str, description="key of a category"),
    OpenApiParameter("language", str, description="the language to read in; with `q`: only versions in it"),
]


class ArticleViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Article]):
    """Published articles that the person may see."""

    serializer_class = ArticleSummarySerializer
    queryset = Article.objects.none()
    filter_backends: list[Any] = []
    ordering = "-number"
    lookup_field = "number"
    lookup_value_regex = "[0-9]{1,20}"

    def get_queryset(self) -> Any:
        """With the category of each."""
        chosen = queries.visible_to(self.request.user).select_related("category")  # type: ignore[arg-type]
        if kind := self.request.query_params.get("kind"):
            chosen = chosen.filter(kind=kind.replace("\x00", ""))
        if category := self.request.query_params.get("category"):
            chosen = chosen.filter(category__key=category.replace("\x00", ""))
        return chosen

    @extend_schema(parameters=FILTERS)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """All by number, the newest first; with `q` the 20 that fit best."""
        if query := request.query_params.get("q", "").strip():
            return self._search(request, query)
        page = self.paginate_queryset(self.get_queryset()) or []
        articles = queries.with_titles(page, self._language())
        return self.get_paginated_response(self.get_serializer(articles, many=True).data)

    @extend_schema(responses=ArticleSerializer, parameters=FILTERS[3:])
    def retrieve(self, request: Request, number: str) -> Response:
        """One article with its text in the language asked for, or the nearest one."""
        article: Any = queries.get_article(int(number), request.user)  # type: ignore[arg-type]
        if article is None:
            raise Http404
        article.shown, article.languages = queries.published_version(article, self._language())
        related = queries.related_to(article, article.shown, request.user, self._language())  # type: ignore[arg-type]
        article.related_numbers = [other.number for other in related]
        return Response(ArticleSerializer(article, context=self.get_serializer_context()).data)

    def _search(self, request: Request, query: str) -> Response:
        results = queries.search(
            query,
            request.user,  # type: ignore[arg-type]
            reader_language(),
            kind=request.query_params.get("kind", "").replace("\x00", ""),
            category=request.query_params.get("category", "").replace("\x00", ""),
            only_language=language_or(request.query_params.get("language"), ""),
        )
        found = self.get_serializer([_as_article(hit) for hit in results.hits], many=True)
        return Response({"next": None, "previous": None, "results": found.data})

    def _language(self) -> str:
        return language_or(self.request.query_params.get("language"), reader_language())


def _as_article(hit: Hit) -> Any:
    article: Any = hit.article
    article.shown = hit.version
    article.shown.beginning = hit.snippet
    return article
