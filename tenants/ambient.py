"""The reader's language and time zone, kept so that a page may ask for them some hundred times.

Django keeps each in a Local of asgiref, which takes a lock and looks at the thread whenever it is asked: a tenth of the
time of a list. A context variable is as much a thread's or a task's own, and answers at once.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from django.utils import timezone
from django.utils.translation import trans_real

_NOTHING = object()


class Ambient:
    """Its one attribute, `value`, is another in each thread and task; there is none before it is set."""

    def __init__(self, name: str) -> None:
        self._kept: ContextVar[Any] = ContextVar(name, default=_NOTHING)

    @property
    def value(self) -> Any:
        """What this thread or task has set."""
        kept = self._kept.get()
        if kept is _NOTHING:
            raise AttributeError("value")
        return kept

    @value.setter
    def value(self, value: Any) -> None:
        self._kept.set(value)

    @value.deleter
    def value(self) -> None:
        self._kept.set(_NOTHING)


def keep_language_and_zone() -> None:
    """Have Django keep both in context variables, from the start of the process on."""
    for module in (trans_real, timezone):
        kept = Ambient(module.__name__)
        if hasattr(module._active, "value"):
            kept.value = module._active.value
        module._active = kept  # type: ignore[attr-defined]
