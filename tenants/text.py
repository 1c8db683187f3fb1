"""Words of a tenant in several languages: a string, or a mapping from language to string."""

from collections.abc import Mapping

from django.utils.translation import get_language

from tenants.context import NoTenant, active_tenant

Text = str | Mapping[str, str]


def say(text: Text | None, language: str | None = None, fallback: str | None = None) -> str:
    """The text in a language (the reader's when None), else in the fallback language (the tenant's), else in any.

    A plain string is the same in every language.
    """
    if not text:
        return ""
    if isinstance(text, str):
        return text
    wanted = (language or get_language() or "en").split("-")[0]
    return text.get(wanted) or text.get(fallback or _own()) or next(iter(text.values()), "")


def _own() -> str:
    try:
        return active_tenant().language
    except NoTenant:
        return ""
