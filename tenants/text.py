"""Words of a tenant in several languages: a string, or a mapping from language to string."""

from collections.abc import Mapping

from django.utils.translation import get_language

Text = str | Mapping[str, str]


def say(text: Text | None, language: str | None = None, fallback: str | None = None) -> str:
    """The text in a language (the reader's when None), else in the fallback language, else in any.

    A plain string is the same in every language.
    """
    if not text:
        return ""
    if isinstance(text, str):
        return text
    wanted = (language or get_language() or "en").split("-")[0]
    return text.get(wanted) or text.get(fallback or "") or next(iter(text.values()), "")
