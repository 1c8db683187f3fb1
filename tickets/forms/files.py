"""Files in forms: several in one field, with the limits said before anything is kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from tickets.attachments import shown_name
from tickets.errors import FileTooLarge, TooManyFiles


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
