"""What the customer who asked thinks of how a request was solved."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.fields import TenantForeignKey
from tenants.models import TenantModel, User
from tickets.models.desk import Category, Team
from tickets.models.ticket import Ticket


class Rating(TenantModel):
    """Asked for, and perhaps given, once a ticket. Whom and what it is about is kept as it was then."""

    class Verdict(models.TextChoices):
        NONE = "", _("Not rated")
        GOOD = "good", _("Satisfied")
        FAIR = "fair", _("In between")
        BAD = "bad", _("Dissatisfied")

    ticket = TenantForeignKey(Ticket, on_delete=models.CASCADE, related_name="ratings")
    person = TenantForeignKey(User, on_delete=models.PROTECT, related_name="+")
    agent = TenantForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", help_text="who held the ticket, or answered last"
    )
    team = TenantForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+")
    category = TenantForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    articles = ArrayField(
        models.PositiveIntegerField(),
        default=list,
        blank=True,
        help_text="numbers of those that an answer carried or the customer named",
    )
    opened_at = models.DateTimeField(help_text="asked for, or given unasked: the time by which it is counted")
    asked_at = models.DateTimeField(null=True, help_text="none: nobody asked, it was given on the ticket's page")
    score = models.PositiveSmallIntegerField(null=True, help_text="1 is the worst")
    scale = models.PositiveSmallIntegerField(help_text="the best score that could be given")
    verdict = models.CharField(max_length=4, choices=Verdict, default=Verdict.NONE, blank=True)
    comment = models.CharField(max_length=2000, blank=True)
    history = models.JSONField(default=list, blank=True, help_text="scores and comments as they were given, in order")
    rated_at = models.DateTimeField(null=True, help_text="when it was first given")
    improvement = models.CharField(max_length=2000, blank=True, help_text="what was done, or will be, after a bad one")
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = TenantForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "ticket"], name="one_rating_a_ticket"),
            models.CheckConstraint(
                condition=Q(score=None, rated_at=None, verdict="")
                | Q(Q(score__gte=1, score__lte=models.F("scale"), rated_at__isnull=False), ~Q(verdict="")),
                name="rating_is_given_or_not",
            ),
        ]
        indexes = [
            # With what sums need: over a long period they read the index alone.
            models.Index(
                fields=["tenant", "opened_at"],
                include=["agent", "team", "category", "asked_at", "score", "scale", "verdict"],
                name="rating_opened",
            ),
            models.Index(fields=["tenant", "agent", "opened_at"], name="rating_agent_opened"),
            models.Index(fields=["tenant", "opened_at"], condition=~Q(articles=[]), name="rating_articles"),
            models.Index(
                fields=["tenant", "person", "-asked_at"], condition=Q(asked_at__isnull=False), name="rating_person"
            ),
            models.Index(
                fields=["tenant", "-rated_at", "-id"], condition=Q(rated_at__isnull=False), name="rating_given"
            ),
            models.Index(
                fields=["tenant", "agent", "-rated_at", "-id"],
                condition=Q(rated_at__isnull=False),
                name="rating_agent_given",
            ),
            models.Index(
                fields=["tenant", "-rated_at", "-id"],
                condition=Q(verdict="bad", reviewed_at=None),
                name="rating_to_improve",
            ),
            models.Index(fields=["tenant", "verdict", "ticket"], condition=~Q(verdict=""), name="rating_verdict"),
        ]

    def __str__(self) -> str:
        return f"{self.score or '-'}/{self.scale}"

    @property
    def is_given(self) -> bool:
        """Whether the customer has said what they think."""
        return self.score is not None
