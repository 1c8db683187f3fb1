"""Complaints about how a ticket was handled. They have a history of their own, so that the ticket's shows nothing."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from tenants.fields import TenantForeignKey
from tenants.models import TenantManager, TenantModel, TenantQuerySet, User
from tenants.permissions import Permission
from tickets.models.ticket import MOST_PIXELS, Ticket, attachment_path


class ComplaintQuerySet(TenantQuerySet["Complaint"]):
    """Complaints of the active tenant."""

    def handled_by(self, person: User) -> ComplaintQuerySet:
        """Those that a person may read and decide: never their own, nor one that is about them."""
        if not (person.is_staff_member and person.may(Permission.HANDLE_COMPLAINTS)):
            return self.none()
        about = ComplaintSubject.objects.filter(complaint=OuterRef("pk"), person=person)
        return self.exclude(complainant=person).exclude(Exists(about))

    def open(self) -> ComplaintQuerySet:
        """Those that are not decided."""
        return self.filter(decided_at=None)


class Complaint(TenantModel):
    """What a customer complains of, by when it is answered, and what came of it."""

    class Outcome(models.TextChoices):
        NONE = "", _("Not decided yet")
        UPHELD = "upheld", _("Upheld")
        PARTLY = "partly", _("Upheld in part")
        NOT_UPHELD = "not_upheld", _("Not upheld")

    ticket = TenantForeignKey(Ticket, on_delete=models.CASCADE, related_name="complaints")
    number = models.PositiveSmallIntegerField(help_text="the n-th about its ticket")
    complainant = TenantForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(help_text="what the customer complains of")
    others = models.CharField(max_length=200, blank=True, help_text="whom else it is about, as the customer wrote")
    filed_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="by when it is decided, as the policy promised when it was filed")
    overdue_at = models.DateTimeField(null=True, help_text="when it was told that this time had passed")
    handler = TenantForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.NONE, blank=True)
    remedy = models.TextField(blank=True, help_text="what is done about it, as the customer reads it")
    decided_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(ComplaintQuerySet)()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "ticket", "number"], name="one_complaint_a_number"),
            # Who wants to say more while one is open says it there.
            models.UniqueConstraint(
                fields=["tenant", "ticket", "complainant"], condition=Q(decided_at=None), name="one_open_complaint"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "-id"], name="complaint_newest"),
            models.Index(fields=["tenant", "due_at"], condition=Q(decided_at=None), name="complaint_open"),
            models.Index(fields=["tenant", "complainant", "-id"], name="complaint_complainant"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket.number}-{self.number}"

    @property
    def is_open(self) -> bool:
        """Whether it is still to be decided."""
        return self.decided_at is None

    @property
    def is_in_time(self) -> bool:
        """Whether it was decided by the time that was promised."""
        return self.decided_at is not None and self.decided_at <= self.due_at


class ComplaintSubject(TenantModel):
    """Somebody whom a complaint is about, who therefore neither reads nor decides it."""

    complaint = TenantForeignKey(Complaint, on_delete=models.CASCADE, related_name="subjects")
    person = TenantForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "complaint", "person"], name="named_once")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.complaint_id}"


class ComplaintEvent(TenantModel):
    """One thing that was said or done about a complaint. Never changed."""

    complaint = TenantForeignKey(Complaint, on_delete=models.CASCADE, related_name="events")
    verb = models.CharField(max_length=40)
    actor = TenantForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", help_text="none: by itself")
    at = models.DateTimeField()
    is_public = models.BooleanField(help_text="the one who complains sees it")
    text = models.TextField(blank=True)
    data = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["tenant", "complaint", "at", "id"], name="complaint_event")]

    def __str__(self) -> str:
        return f"{self.verb} at {self.at:%Y-%m-%d %H:%M}"


class ComplaintFile(TenantModel):
    """A file that came with something said about a complaint; whoever reads that reads it, and nobody else."""

    event = TenantForeignKey(ComplaintEvent, on_delete=models.CASCADE, related_name="files")
    key = models.UUIDField(help_text="the stored file's own name")
    name = models.CharField(max_length=255, help_text="as the sender called it: text, never a path")
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(help_text="bytes")
    width = models.PositiveIntegerField(null=True, help_text="of a picture, in pixels; none when unknown")
    height = models.PositiveIntegerField(null=True, help_text="likewise")
    file = models.FileField(upload_to=attachment_path, max_length=120)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "event"], name="complaintfile_event")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_shown(self) -> bool:
        """As Attachment.is_shown."""
        return bool(self.width and self.height and self.width * self.height <= MOST_PIXELS)
