"""What announces a file that goes up in pieces."""

from __future__ import annotations

from django import forms


class UploadForm(forms.Form):
    """Its name, as its sender calls it, its size in bytes and what the browser takes it for."""

    name = forms.CharField(max_length=1000)
    size = forms.IntegerField(min_value=0, max_value=2**62)
    type = forms.CharField(max_length=200, required=False)
