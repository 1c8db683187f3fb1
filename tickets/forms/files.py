"""Files in forms: several in one field, with the limits said before anything is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from tenants.fields import parse_id
from tickets.actions import uploading
from tickets.attachments import shown_name
from tickets.errors import FileTooLarge, TooManyFiles
from tickets.models import Holder, Upload

#: More are named by no page.
MOST_NAMED = 100


class FilesInput(forms.ClearableFileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; cleans to a list."""

    widget = FilesInput

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("Files"))
        options.setdefault("required", False)
        super().__init__(allow_empty_file=True, **options)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """The files. Raises ValidationError for too many, or one that is too large."""
        files = [super(FilesField, self).clean(file, initial) for file in data or [] if file]
        if len(files) > settings.ATTACHMENT_MAX_COUNT:
            raise forms.ValidationError(str(TooManyFiles(limit=settings.ATTACHMENT_MAX_COUNT)))
        limit = settings.ATTACHMENT_MAX_BYTES
        too_large = [file for file in files if file.size > limit]
        if too_large:
            name = shown_name(too_large[0].name or "")
            raise forms.ValidationError(str(FileTooLarge(name=name, limit=filesizeformat(limit))))
        return files


class UploadingForm(forms.Form):
    """A form whose files may have gone up before it is sent; the inputs `uploads` name them. Has a FilesField `files`.

    Whoever shows it once more calls `keep_files`, so that no file has to be chosen again.
    """

    holder = Holder()
    most_files = settings.ATTACHMENT_MAX_COUNT
    largest_file = settings.ATTACHMENT_MAX_BYTES

    #: What was sent, where the form is drawn anew from it and not bound to it.
    sent: Any = None

    @property
    def named(self) -> list[UUID]:
        """The ids that the form names, whatever is behind them."""
        data = self.data if self.is_bound else self.sent
        said = data.getlist("uploads") if hasattr(data, "getlist") else []
        return list(dict.fromkeys(filter(None, map(parse_id, said[:MOST_NAMED]))))

    def attached(self) -> list[UploadedFile | Upload]:
        """The files of a valid form, locked, for one transaction to attach. Raises UploadGone, UploadUnfinished."""
        return [*self.cleaned_data.get("files", ()), *uploading.taken(self.holder, self.named)]

    def keep_files(self, *, at: datetime, files: Any = None, may_begin: Callable[[], bool] = lambda: True) -> None:
        """Keep what came with a form that comes back; what may not be kept is said by the form already.

        `may_begin` is asked before each file, where somebody may begin only so many.
        """
        sent = _named_files(self.files if files is None else files)
        if sent and self.holder.is_anybody:
            self._kept = uploading.keep_whole(self.holder, sent, at=at, may_begin=may_begin)

    _kept: list[Upload] | tuple[()] = ()

    @property
    def waiting(self) -> list[Upload]:
        """What is here of the files that were named or kept, to be shown in the form."""
        return [*Upload.objects.held_by(self.holder).named(self.named), *self._kept] if self.named else [*self._kept]

    @property
    def out_of_sight(self) -> list[UUID]:
        """Files that are named and that nobody who is not signed in may be told of; they are named again."""
        return [] if self.holder.is_anybody else self.named

    @property
    def loses_files(self) -> bool:
        """Whether files came with it that could not be kept, all or some of them."""
        return len(self._kept) < len(_named_files(self.files))


def _named_files(files: Any) -> list[UploadedFile]:
    return files.getlist("files") if hasattr(files, "getlist") else []
