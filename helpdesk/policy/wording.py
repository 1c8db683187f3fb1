"""What a policy document has wrong, in the reader's language; `sla.document` itself knows no translations."""

from __future__ import annotations

from django.utils.translation import gettext

from sla.document import PolicyError
from sla.document.errors import Problem, Sentence


def said(text: object) -> object:
    """A sentence of the document in the active language, with what is said inside it; anything else as it is."""
    if not isinstance(text, Sentence):
        return text
    words = gettext(text.template)
    return words % {name: said(value) for name, value in text.values.items()} if text.values else words


def told(problem: Problem) -> str:
    """A problem with the place that it is at, for a reader who sees no file."""
    return f"{problem.path}: {said(problem.message)}" if problem.path else str(said(problem.message))


def all_told(error: PolicyError, most: int = 5) -> str:
    """The first problems of a document, one after the other."""
    return " ".join(told(problem) for problem in error.problems[:most])
