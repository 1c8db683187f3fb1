"""When people are told of an announcement, and how far that has come."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from notices.models.announcements import Announcement
from tenants.fields import TenantForeignKey
from tenants.models import TenantModel, User


class Notice(TenantModel):
    """One occasion on which people are told: the banner comes again, and mails go out if they are to.

    Its alarm has it as the subject. Mails are written some at a ring, in the order of the people's ids, of which the
    last is kept: who has been told is not told again, however often a worker is killed.
    """

    class Occasion(models.TextChoices):
        PUBLISHED = "published", _("When it is published")
        AHEAD = "ahead", _("Ahead of the work")
        BEGINS = "begins", _("When the work begins")
        ENDS = "ends", _("When the work ends")
        MOVED = "moved", _("When the work is moved")
        CANCELLED = "cancelled", _("When the work is called off")

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        MISSED = "missed", _("Left out")
        TELLING = "telling", _("Going out")
        TOLD = "told", _("Told")
        STOPPED = "stopped", _("Stopped")

    announcement = TenantForeignKey(Announcement, on_delete=models.CASCADE, related_name="notices")
    occasion = models.CharField(max_length=10, choices=Occasion)
    lead_seconds = models.PositiveIntegerField(null=True, help_text="of an occasion ahead of the work: how long")
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    by_mail = models.BooleanField(default=False)
    total = models.PositiveIntegerField(null=True, help_text="people to be told by mail, when it began")
    told = models.PositiveIntegerField(default=0, help_text="people to whom a mail was written")
    last_person = models.UUIDField(null=True, help_text="people with smaller ids are done")
    began_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    stopped_by = TenantForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["due_at", "id"]
        indexes = [models.Index(fields=["tenant", "announcement", "due_at"], name="notice_due")]

    def __str__(self) -> str:
        return f"{self.get_occasion_display()} {self.announcement_id}"
