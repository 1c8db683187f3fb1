"""What is read of the knowledge base."""

from kb.queries.citing import cited_in, with_bodies
from kb.queries.reading import (
    categories_for,
    get_article,
    popular,
    published_version,
    related_to,
    visible_to,
    visitor_of,
    with_titles,
)
from kb.queries.search import Hit, Results, search, suggest

__all__ = [
    "Hit",
    "Results",
    "categories_for",
    "cited_in",
    "get_article",
    "popular",
    "published_version",
    "related_to",
    "search",
    "suggest",
    "visible_to",
    "visitor_of",
    "with_bodies",
    "with_titles",
]
