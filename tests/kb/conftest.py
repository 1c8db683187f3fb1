"""Articles for the tests."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from kb import actions
from kb.models import Article, ArticleCategory
from tenants.context import act_as
from tenants.models import Tenant, User
from tests.support.world import MONDAY_9AM, make_person


def make_shelf(key: str = "printing") -> ArticleCategory:
    """A category of the active tenant."""
    shelf, _ = ArticleCategory.objects.get_or_create(key=key, defaults={"name": {"en": key.title(), "ru": "Печать"}})
    return shelf


def make_article(author: User, title: str = "Paper jam", body: str = "Open the tray.", **more: Any) -> Article:
    """A published article in English; `published=False` leaves it a draft."""
    published = more.pop("published", True)
    more.setdefault("language", "en")
    more.setdefault("category", make_shelf())
    article = actions.create(author=author, at=MONDAY_9AM, title=title, body=body, **more)
    return actions.publish(article, author=author, at=MONDAY_9AM) if published else article


def translate(article: Article, author: User, language: str, title: str, body: str = "-") -> None:
    """Publish the article in one more language."""
    actions.revise(article, author=author, at=MONDAY_9AM, language=language, title=title, body=body)
    actions.publish(article, author=author, at=MONDAY_9AM, language=language)


@pytest.fixture
def elsewhere(globex: Tenant) -> Article:
    """An article of another tenant, about the same as Acme's."""
    with act_as(globex):
        return make_article(make_person("Hedy", "agent"), "Paper jam at Globex", "Secret handshake with the printer.")


def browser(tenant: Tenant, person: User | None = None) -> Client:
    """A browser at a tenant's host, signed in as a person of that tenant."""
    client = Client(headers={"host": f"{tenant.slug}.localhost", "accept-language": "en"})
    if person is not None:
        client.force_login(person)
    return client
