"""Articles from a folder of Markdown files, as they lie in policies/articles/."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from kb.actions.publishing import publish
from kb.actions.writing import change, create, relate, revise
from kb.errors import BadArticleFile, NothingToPublish
from kb.models import Article, ArticleCategory
from tenants.models import User

_NAME = re.compile(r"(?P<number>\d{1,9})-[\w-]+\.(?P<language>[a-z]{2})\.md")
_FRONT = re.compile(r"---\n(?P<front>.*?)\n---\n(?P<body>.*)", re.DOTALL)


@dataclass(frozen=True)
class ArticleFile:
    """One language of one article: `000032-before-you-write.ru.md`."""

    name: str
    number: int
    language: str
    front: dict[str, Any]
    body: str

    def take(self, key: str, allowed: list[str] | None = None, default: str | None = None) -> str:
        """A word of the head, checked. Raises BadArticleFile."""
        value = str(self.front.get(key, default if default is not None else ""))
        if not value:
            raise BadArticleFile(file=self.name, problem=f'the head has no "{key}"')
        if allowed is not None and value not in allowed:
            raise BadArticleFile(file=self.name, problem=f'{key} is "{value}", and not one of {", ".join(allowed)}')
        return value


def load_articles(path: Path, author: User, at: datetime) -> list[Article]:
    """Create or bring up to date the articles of a folder, publish them, and return them by number.

    The folder has `categories.yaml` and one file a language of an article; the first written language carries the head
    `kind`, `category`, `visibility`, `related`, a translation only `title`. Raises BadArticleFile.
    """
    categories = _load_categories(path / "categories.yaml")
    files: dict[int, list[ArticleFile]] = {}
    for found in sorted(path.glob("*.md")):
        file = _read(found)
        files.setdefault(file.number, []).append(file)
    articles = {number: _load(group, categories, author, at) for number, group in sorted(files.items())}
    for number, group in files.items():
        wanted: list[int] = next((file.front["related"] for file in group if file.front.get("related")), [])
        if missing := [other for other in wanted if other not in articles]:
            raise BadArticleFile(file=group[0].name, problem=f"there is no related article {missing[0]}")
        relate(articles[number], [articles[other] for other in wanted], author=author)
    return list(articles.values())


def _load(group: list[ArticleFile], categories: dict[str, ArticleCategory], author: User, at: datetime) -> Article:
    heads = [file for file in group if "category" in file.front]
    if len(heads) != 1:
        raise BadArticleFile(file=group[0].name, problem="exactly one language of an article names its category")
    head = heads[0]
    shelf: dict[str, Any] = {
        "kind": head.take("kind", Article.Kind.values, default="article"),
        "category": categories[head.take("category", list(categories))],
        "visibility": head.take("visibility", Article.Visibility.values, default="everyone"),
    }
    text: dict[str, Any] = {"language": head.language, "title": head.take("title"), "body": head.body}
    article = Article.objects.filter(number=head.number).first()
    if article is None:
        article = create(author=author, at=at, number=head.number, **shelf, **text)
    else:
        change(article, author=author, at=at, **shelf)
        revise(article, author=author, at=at, **text)
    for file in group:
        if file is not head:
            revise(article, author=author, at=at, language=file.language, title=file.take("title"), body=file.body)
    try:
        return publish(article, author=author, at=at)
    except NothingToPublish:
        return article


def _load_categories(path: Path) -> dict[str, ArticleCategory]:
    try:
        entries = YAML(typ="safe").load(path)
    except (OSError, YAMLError) as problem:
        raise BadArticleFile(file=path.name, problem=str(problem)) from problem
    categories = {}
    languages = {code for code, _name in settings.LANGUAGES}
    for position, (key, entry) in enumerate(entries.items()):
        for text in (entry["name"], entry.get("description", "")):
            if isinstance(text, dict) and (unknown := set(text) - languages):
                raise BadArticleFile(
                    file=path.name, problem=f"{key}: {unknown.pop()!r} is no language of the interface"
                )
        categories[key], _ = ArticleCategory.objects.update_or_create(
            key=key,
            defaults={
                "name": entry["name"],
                "description": entry.get("description", ""),
                "position": position,
            },
        )
    return categories


def _read(path: Path) -> ArticleFile:
    name = _NAME.fullmatch(path.name)
    parts = _FRONT.fullmatch(path.read_text(encoding="utf-8"))
    if name is None:
        raise BadArticleFile(file=path.name, problem="a name is like 000032-before-you-write.ru.md")
    if parts is None:
        raise BadArticleFile(file=path.name, problem="the file begins with a head between two lines of ---")
    try:
        front = YAML(typ="safe").load(parts["front"])
    except YAMLError as problem:
        raise BadArticleFile(file=path.name, problem=str(problem)) from problem
    if not isinstance(front, dict):
        raise BadArticleFile(file=path.name, problem="the head is a list of `key: value`")
    return ArticleFile(path.name, int(name["number"]), name["language"], front, parts["body"].strip())
