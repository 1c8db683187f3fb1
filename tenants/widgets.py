"""Form fields that several apps show."""

from __future__ import annotations

from django import forms


class DateTimeInput(forms.DateTimeInput):
    """The browser's own picker, to the minute."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")
