"""Fields that a form has once for every language of the tenant, its own first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext

from tenants.models import Tenant


def languages_of(tenant: Tenant) -> list[str]:
    """The tenant's languages, its own first."""
    return [tenant.language, *(code for code in tenant.languages if code != tenant.language)]


def field_name(code: str) -> str:
    """A language as the reader calls it."""
    names = {each: gettext(str(name)) for each, name in settings.LANGUAGES}
    return names.get(code, code)


def line(label: str, code: str, *, required: bool, longest: int = 160) -> forms.CharField:
    """A line in a language. The label has a place for it: Title (%(language)s)."""
    widget = forms.TextInput(attrs={"lang": code})
    return forms.CharField(
        label=label % {"language": field_name(code)}, max_length=longest, required=required, widget=widget
    )


def lines(label: str, code: str, *, required: bool, longest: int = 4000, rows: int = 4) -> forms.CharField:
    """Some lines in a language."""
    widget = forms.Textarea(attrs={"rows": rows, "lang": code})
    return forms.CharField(
        label=label % {"language": field_name(code)}, max_length=longest, required=required, widget=widget
    )


def gathered(given: dict[str, Any], name: str, languages: Iterable[str]) -> dict[str, str]:
    """What was written under a name, by language."""
    return {code: given.get(f"{name}_{code}", "") for code in languages}


def spread(text: Any, name: str, languages: Iterable[str]) -> dict[str, str]:
    """The opposite; a text without languages stands under the first."""
    by_language = text if isinstance(text, dict) else {next(iter(languages), "en"): text}
    return {f"{name}_{code}": words for code, words in by_language.items()}
