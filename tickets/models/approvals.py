"""What people are asked to approve on a ticket, and what each of them said."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.fields import TenantForeignKey
from tenants.models import TenantModel, User
from tickets.models.ticket import Ticket


class Approval(TenantModel):
    """Something that has to be approved before the work goes on."""

    class Needs(models.TextChoices):
        ALL = "all", _("Everybody")
        ANY = "any", _("One of them")

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Not answered in time")
        ENDED = "ended", _("Ended with the ticket")

    ticket = TenantForeignKey(Ticket, on_delete=models.CASCADE, related_name="approvals")
    text = models.CharField(max_length=2000, help_text="what is to be approved")
    needs = models.CharField(max_length=3, choices=Needs, default=Needs.ALL)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    asked_by = TenantForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, help_text="by when it is to be answered; none: no hurry")
    overdue_at = models.DateTimeField(null=True, help_text="when it was told that nobody answered in time")
    reminded_at = models.DateTimeField(null=True, help_text="when an agent reminded them last")
    decided_at = models.DateTimeField(null=True, help_text="when it ended, however")

    class Meta(TenantModel.Meta):
        ordering = ["asked_at", "id"]
        indexes = [
            models.Index(fields=["tenant", "ticket", "asked_at"], name="approval_ticket"),
            models.Index(fields=["tenant", "ticket"], condition=Q(state="pending"), name="approval_pending"),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def is_pending(self) -> bool:
        """Whether somebody is still to answer."""
        return self.state == self.State.PENDING


class Approver(TenantModel):
    """A person who is asked, and what they said."""

    class Answer(models.TextChoices):
        NONE = "", _("No answer yet")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")

    approval = TenantForeignKey(Approval, on_delete=models.CASCADE, related_name="approvers")
    person = TenantForeignKey(User, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=10, choices=Answer, default=Answer.NONE, blank=True)
    comment = models.CharField(max_length=2000, blank=True)
    answered_at = models.DateTimeField(null=True)
    is_awaited = models.BooleanField(default=True, help_text="the approval waits for this answer")

    class Meta(TenantModel.Meta):
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["tenant", "approval", "person"], name="one_answer_a_person")]
        indexes = [models.Index(fields=["tenant", "person"], condition=Q(is_awaited=True), name="approver_awaited")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.answer}"
