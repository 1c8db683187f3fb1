"""The list of articles as a file for spreadsheets."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kb.models import Article, ArticleVersion
from kb.queries.reading import reader_language
from kb.views.desk import narrowed
from tenants.access import staff
from tenants.models import User
from tenants.tables import instant, lines_of, sent


@require_safe
@staff
def articles(request: HttpRequest, person: User) -> StreamingHttpResponse:
    """Drafts and archived ones too, with what readers thought of them."""
    heading = [_("Number"), _("Title"), _("State"), _("Kind"), _("Category"), _("Who reads it"), _("Languages")]
    heading += [_("Author"), _("Last changed"), _("Views"), _("Helpful"), _("Not helpful"), _("Tickets saved")]
    language = reader_language()
    versions = ArticleVersion.objects.order_by("article_id", "language", "-number").distinct("article_id", "language")
    newest = Prefetch("versions", versions.only("article_id", "language", "title"), to_attr="newest")

    def rows(_reader: User) -> QuerySet[Article]:
        return narrowed(request.GET)[1].select_related("category", "author").prefetch_related(newest)

    def cells(row: Article) -> list[str]:
        titles = {each.language: each.title for each in row.newest}  # type: ignore[attr-defined]
        title = titles.get(language) or titles.get(row.language) or next(iter(titles.values()), "")
        said = [str(row.display_number), title, row.get_status_display(), row.get_kind_display(), str(row.category)]
        said += [row.get_visibility_display(), ", ".join(sorted(titles)), str(row.author), instant(row.updated_at)]
        return [*said, *map(str, (row.views, row.helpful_count, row.unhelpful_count, row.solved_count))]

    return sent("articles", lines_of(person, heading, rows, cells))
