"""Files that go up in pieces before the form that names them is sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from tenants.fields import TenantForeignKey
from tenants.models import TenantManager, TenantModel, TenantQuerySet, User
from tickets.models.ticket import attachment_path


@dataclass(frozen=True)
class Holder:
    """Whose uploads are meant: a person's, and those of their browser from before they signed in."""

    person: User | None = None
    session: str = ""

    @property
    def is_anybody(self) -> bool:
        """Whether there can be uploads of theirs at all."""
        return self.person is not None or bool(self.session)


class UploadQuerySet(TenantQuerySet):
    """Uploads of the active tenant."""

    def held_by(self, holder: Holder) -> UploadQuerySet:
        """What somebody may see, go on with, and send."""
        if not holder.is_anybody:
            return self.none()
        anonymous = Q(person=None, session=holder.session) if holder.session else Q(pk__in=[])
        return self.filter(Q(person=holder.person) | anonymous if holder.person else anonymous)

    def named(self, ids: Iterable[UUID]) -> UploadQuerySet:
        """These, in order of their beginning."""
        return self.filter(pk__in=list(ids)).order_by("id")


class Upload(TenantModel):
    """A file on its way. Sent with a form, it becomes an attachment with the same bytes, and the row goes away."""

    person = TenantForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    session = models.CharField(max_length=40, blank=True, help_text="of a browser in which nobody is signed in")
    key = models.UUIDField(help_text="the stored file's own name")
    name = models.CharField(max_length=255, help_text="as the sender called it: text, never a path")
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(help_text="bytes, as announced")
    received = models.PositiveBigIntegerField(default=0, help_text="bytes that are here")
    file = models.FileField(upload_to=attachment_path, max_length=120)
    touched_at = models.DateTimeField(help_text="when the last piece came")

    objects = TenantManager.from_queryset(UploadQuerySet)()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(received__lte=F("size")), name="upload_no_longer_than_announced"),
            models.CheckConstraint(condition=Q(person__isnull=False) | ~Q(session=""), name="upload_is_somebodys"),
        ]
        indexes = [
            models.Index(fields=["tenant", "person"], condition=Q(person__isnull=False), name="upload_person"),
            models.Index(fields=["tenant", "session"], condition=Q(person=None), name="upload_session"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_whole(self) -> bool:
        """Whether all of it is here."""
        return self.received == self.size
