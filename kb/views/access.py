"""Who may open which page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse

from tenants.models import User
from tenants.permissions import Permission

View = Callable[..., HttpResponse]


def reader_of(request: HttpRequest) -> User | None:
    """The person who reads, None for one who has not signed in."""
    return request.user if isinstance(request.user, User) else None


def staff_required(view: View) -> View:
    """For agents, managers and administrators; to customers the page does not exist."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        person = reader_of(request)
        if person is None or not person.is_staff_member:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def writer_required(view: View) -> View:
    """For staff whose role may write articles."""

    @staff_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        person = reader_of(request)
        if person is None or not person.may(Permission.EDIT_ARTICLES):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded
