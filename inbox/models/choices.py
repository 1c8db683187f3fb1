"""What a person wants to have by mail, and when."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.fields import TenantForeignKey
from tenants.models import TenantModel, User


class StoppedMail(TenantModel):
    """A kind of mail that its reader stopped; pages go on telling the same."""

    class Kind(models.TextChoices):
        ANNOUNCED = "announced", _("Announcements")

    person = TenantForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    stopped_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "person", "kind"], name="one_stop_a_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.person_id}"


class NotificationPreference(TenantModel):
    """How one of the staff hears of tickets by mail. Whoever has none hears of everything at once."""

    class When(models.TextChoices):
        NOW = "now", _("At once")
        DIGEST = "digest", _("In a digest")
        NEVER = "never", _("Not by mail")

    class Every(models.TextChoices):
        HOUR = "hour", _("Every hour")
        DAY = "day", _("Once a day, in the morning")

    #: What staff is told of; each has a column.
    TOPICS = ("assigned", "customer", "mention", "team", "rule", "followed")

    person = TenantForeignKey(User, on_delete=models.CASCADE, related_name="+")
    assigned = models.CharField(max_length=6, choices=When, default=When.NOW)
    customer = models.CharField(max_length=6, choices=When, default=When.NOW)
    mention = models.CharField(max_length=6, choices=When, default=When.NOW)
    team = models.CharField(max_length=6, choices=When, default=When.NOW)
    rule = models.CharField(max_length=6, choices=When, default=When.NOW)
    followed = models.CharField(max_length=6, choices=When, default=When.NOW)
    at_work_only = models.BooleanField(
        default=False, help_text="held back while they are away and outside of their working hours"
    )
    digest_every = models.CharField(max_length=4, choices=Every, default=Every.DAY)
    changed_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "person"], name="one_preference_a_person")]

    def __str__(self) -> str:
        return f"notifications of {self.person_id}"

    def when(self, topic: str) -> str:
        """When they are told of a topic."""
        return str(getattr(self, topic))
