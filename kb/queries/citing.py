"""Which articles a text points to, and what is put into an answer from them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kb.models import Article, ArticleVersion
from kb.queries.reading import MAX_NUMBER, with_titles
from tenants.context import active_tenant
from tenants.models import Domain

#: The whole address of an article, as people paste it and as it is inserted.
_ADDRESS = re.compile(r"https?://([\w.-]+)(?::\d+)?/kb/article/0*(\d{1,10})(?!\d)", re.IGNORECASE)


def cited_in(text: str) -> list[int]:
    """Numbers of this tenant's articles whose address stands in a text, in their order. No query where none does."""
    found = [(host.lower(), int(number)) for host, number in _ADDRESS.findall(text) if int(number) <= MAX_NUMBER]
    if not found:
        return []
    own = set(Domain.objects.filter(tenant=active_tenant()).values_list("host", flat=True))
    numbers = list(dict.fromkeys(number for host, number in found if host in own))
    known = set(Article.objects.filter(number__in=numbers).values_list("number", flat=True))
    return [number for number in numbers if number in known]


def with_bodies(articles: Iterable[Article], language: str) -> list[Article]:
    """As with_titles(), with the whole text of what is shown. One query more."""
    shown = with_titles(articles, language)
    bodies = dict(
        ArticleVersion.objects.filter(pk__in=[each.shown.pk for each in shown]).values_list("pk", "body")  # type: ignore[attr-defined]
    )
    for each in shown:
        each.shown.body = bodies[each.shown.pk]  # type: ignore[attr-defined]
    return shown
