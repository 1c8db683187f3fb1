"""A select without templates: Django draws each option with two, and a list's filters have some forty options."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString


class QuickSelect(forms.Select):
    """A select of one value, without groups."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The HTML that Django's own select has."""
        chosen = set(self.format_value(value))
        options = [
            f'<option value="{conditional_escape(key)}"{" selected" if str(key) in chosen else ""}>'
            f"{conditional_escape(label)}</option>"  # type: ignore[arg-type]
            for key, label in self.choices
        ]
        wanted = flatatt(self.build_attrs(self.attrs, attrs))
        return format_html('<select name="{}"{}>{}</select>', name, wanted, SafeString("".join(options)))
