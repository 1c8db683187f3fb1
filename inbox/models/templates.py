"""A tenant's own words in the mails that customers get."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models import TenantModel


class MailTemplate(TenantModel):
    """What a tenant says in one kind of mail, in one language, in place of the helpdesk's own words."""

    class Kind(models.TextChoices):
        ALL = "all", _("Every mail to customers")
        RECEIPT = "receipt", _("Receipt of a request")
        REPLY = "reply", _("Answer of an agent")
        COMMENT = "comment", _("Comment of somebody else who takes part")
        NEWS = "news", _("News of a request")
        RATING = "rating", _("Question for a rating")

    kind = models.CharField(max_length=10, choices=Kind)
    language = models.CharField(max_length=8)
    opening = models.CharField(max_length=300, blank=True, help_text="in place of the greeting")
    lead = models.CharField(max_length=500, blank=True, help_text="in place of the first sentence")
    closing = models.TextField(blank=True, help_text="below everything else")
    changed_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "kind", "language"], name="one_template_a_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({dict(settings.LANGUAGES).get(self.language, self.language)})"
