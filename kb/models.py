"""Articles that answer questions before they are asked: versions, languages, readers' votes."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Case, Expression, Func, Q, When
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tenants.fields import TenantForeignKey
from tenants.models import TenantManager, TenantModel, TenantQuerySet, User
from tenants.permissions import Permission
from tenants.text import say

#: How Postgres finds the stems of words of a language; any other is searched by its plain words.
SEARCH_CONFIGS = {"en": "english", "ru": "russian", "es": "spanish"}


class ArticleCategory(TenantModel):
    """A shelf of the knowledge base, named in the tenant's words."""

    key = models.SlugField(db_index=False, max_length=60)
    name = models.JSONField()
    description = models.JSONField(default=str, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantModel.Meta):
        ordering = ["position", "key"]
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="one_articlecategory_a_key")]

    def __str__(self) -> str:
        return say(self.name)


class ArticleCounter(TenantModel):
    """The last article number of a tenant. Numbers are never used again, so that printed addresses stay true."""

    last = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant"], name="one_article_counter_a_tenant")]

    def __str__(self) -> str:
        return str(self.last)


class ArticleQuerySet(TenantQuerySet):
    """Articles of the active tenant."""

    def published(self) -> ArticleQuerySet:
        """Those that readers find."""
        return self.filter(status=Article.Status.PUBLISHED)

    def visible_to(self, person: User | None) -> ArticleQuerySet:
        """Published ones whose audience the reader belongs to; None is a reader who has not signed in."""
        return self.published().filter(visibility__in=audiences(person))

    def editable_by(self, person: User) -> ArticleQuerySet:
        """All of them, drafts too, for those who may write articles; none for others."""
        return self if person.may(Permission.EDIT_ARTICLES) else self.none()


class Article(TenantModel):
    """An answer with a number that never changes; what it says is in its versions, one line of them a language."""

    class Kind(models.TextChoices):
        ARTICLE = "article", _("Article")
        FAQ = "faq", _("Frequent question")
        TUTORIAL = "tutorial", _("Tutorial")

    class Visibility(models.TextChoices):
        EVERYONE = "everyone", _("Everyone")
        CUSTOMERS = "customers", _("Signed-in customers and staff")
        AGENTS = "agents", _("Staff only")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        ARCHIVED = "archived", _("Archived")

    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.ARTICLE)
    category = TenantForeignKey(ArticleCategory, on_delete=models.PROTECT, related_name="articles")
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.EVERYONE)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    language = models.CharField(max_length=8, help_text="the language that it was first written in")
    author = TenantForeignKey(User, on_delete=models.PROTECT, related_name="+")
    related = models.ManyToManyField(
        "self",
        through="RelatedArticle",
        through_fields=("article", "related"),
        symmetrical=False,
        related_name="+",
    )
    # Kept beside the votes because lists show them; the action that writes a vote changes them under a lock.
    helpful_count = models.PositiveIntegerField(default=0)
    unhelpful_count = models.PositiveIntegerField(default=0)
    solved_count = models.PositiveIntegerField(default=0, help_text="readers who filed no ticket because of it")
    near_count = models.PositiveIntegerField(default=0, help_text="requests whose sender named it as close")
    answer_count = models.PositiveIntegerField(default=0, help_text="answers of agents that carried its link")
    views = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(ArticleQuerySet)()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["tenant", "number"], name="one_article_a_number")]
        indexes = [
            models.Index(fields=["tenant", "status", "category", "number"], name="article_category"),
            models.Index(fields=["tenant", "-updated_at", "number"], name="article_updated"),
        ]

    def __str__(self) -> str:
        return self.display_number

    @property
    def display_number(self) -> str:
        """The number as people write it: six digits or more."""
        return f"{self.number:06d}"

    @property
    def is_published(self) -> bool:
        """Whether readers find it."""
        return self.status == self.Status.PUBLISHED


class RelatedArticle(TenantModel):
    """An article that a writer put beside another, in the writer's order."""

    article = TenantForeignKey(Article, on_delete=models.CASCADE, related_name="relations")
    related = TenantForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantModel.Meta):
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "article", "related"], name="one_relation_a_pair"),
            models.CheckConstraint(condition=~Q(article=models.F("related")), name="not_related_to_itself"),
        ]
        indexes = [models.Index(fields=["tenant", "related"], name="relation_related")]

    def __str__(self) -> str:
        return f"{self.article_id} -> {self.related_id}"


class PlainLetters(Func):
    """The text without the accents of Spanish, which people leave out when they search."""

    template = "translate(%(expressions)s, 'áéíóúüñÁÉÍÓÚÜÑ', 'aeiouunAEIOUUN')"
    arity = 1


def _weighted(config: str) -> Expression:
    return SearchVector("title", weight="A", config=config) + SearchVector("text", weight="C", config=config)


def _search_vector() -> Case:
    plain_spanish = SearchVector(PlainLetters("title"), weight="A", config="spanish") + SearchVector(
        PlainLetters("text"), weight="C", config="spanish"
    )
    languages: dict[str, Expression] = {code: _weighted(config) for code, config in SEARCH_CONFIGS.items()}
    languages["es"] = languages["es"] + plain_spanish
    return Case(
        *(When(language=code, then=vector) for code, vector in languages.items()),
        default=_weighted("simple"),
    )


class ArticleVersion(TenantModel):
    """What an article said in one language at one time. Only `is_published` ever changes."""

    article = TenantForeignKey(Article, on_delete=models.CASCADE, related_name="versions")
    language = models.CharField(max_length=8)
    number = models.PositiveIntegerField(help_text="counted per article and language")
    title = models.CharField(max_length=200)
    body = models.TextField(help_text="Markdown")
    text = models.TextField(help_text="the body without its marks: what search reads and shows")
    words = models.TextField(help_text="every word once: what forgives typing errors")
    is_published = models.BooleanField(default=False, help_text="the one that readers see in this language")
    author = TenantForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    search = models.GeneratedField(expression=_search_vector(), output_field=SearchVectorField(), db_persist=True)

    class Meta(TenantModel.Meta):
        ordering = ["language", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "article", "language", "number"], name="one_version_in_turn"),
            models.UniqueConstraint(
                fields=["tenant", "article", "language"],
                condition=Q(is_published=True),
                name="one_published_a_language",
            ),
        ]
        indexes = [
            # Written rarely, read at every key: no list of pending entries that each search would have to read.
            GinIndex(
                fields=["tenant", "search"], condition=Q(is_published=True), fastupdate=False, name="article_search"
            ),
            GinIndex(
                fields=["tenant", "words"],
                opclasses=["int8_ops", "gin_trgm_ops"],
                condition=Q(is_published=True),
                fastupdate=False,
                name="article_words",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ArticleVote(TenantModel):
    """What one reader thinks of an article; changed when the reader changes their mind."""

    class Source(models.TextChoices):
        PAGE = "page", _("On the article's page")
        FORM = "form", _("While filing a ticket")

    article = TenantForeignKey(Article, on_delete=models.CASCADE, related_name="votes")
    person = TenantForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    visitor = models.CharField(
        max_length=64, blank=True, help_text="digest of the session of a reader without an account"
    )
    is_helpful = models.BooleanField()
    has_solved = models.BooleanField(default=False, help_text="the reader needed no ticket")
    comment = models.TextField(blank=True)
    source = models.CharField(max_length=4, choices=Source, default=Source.PAGE)
    voted_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta(TenantModel.Meta):
        ordering = ["-voted_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "article", "person"], condition=Q(person__isnull=False), name="one_vote_a_person"
            ),
            models.UniqueConstraint(
                fields=["tenant", "article", "visitor"], condition=~Q(visitor=""), name="one_vote_a_visitor"
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False, visitor="") | Q(Q(person__isnull=True), ~Q(visitor="")),
                name="vote_of_somebody",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "article", "-voted_at"], name="vote_article")]

    def __str__(self) -> str:
        return f"{'helpful' if self.is_helpful else 'not helpful'}: {self.article_id}"


def audiences(person: User | None) -> list[str]:
    """The visibilities that a reader belongs to."""
    Visibility = Article.Visibility
    if person is None or not person.is_active:
        return [Visibility.EVERYONE]
    if person.is_staff_member:
        return [Visibility.EVERYONE, Visibility.CUSTOMERS, Visibility.AGENTS]
    return [Visibility.EVERYONE, Visibility.CUSTOMERS]
