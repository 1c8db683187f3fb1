"""Acts that take something away for many or for good: first said what will be lost, then done for a typed word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tenants.forms import TypedWordForm


@dataclass(frozen=True)
class Danger:
    """What is about to be done, in words: the sentences of what is lost, the button, and the way back."""

    title: str
    lost: Sequence[str]
    button: str
    back: str


def asked(request: HttpRequest, danger: Danger, *, word: str) -> HttpResponse | None:
    """The page that asks for the word, with what else was sent kept in it; None once it was typed."""
    form = TypedWordForm(request.POST if "typed" in request.POST else None, word=word)
    if form.is_bound and form.is_valid():
        return None
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in ("csrfmiddlewaretoken", "typed")
        for value in values
    ]
    context = {"danger": danger, "form": form, "kept": kept}
    return render(request, "tickets/desk/danger.html", context, status=422 if form.errors else 200)
