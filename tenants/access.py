"""Who reads a page, and who may open a page of staff. To everyone else that page does not exist."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase

from tenants.models import User

View = Callable[..., HttpResponseBase]


def reader_of(request: HttpRequest) -> User | None:
    """The person who reads, None for one who has not signed in."""
    return request.user if isinstance(request.user, User) else None


def staff(view: View) -> View:
    """For agents, managers and administrators, handed to the view as `person`; to customers the page does not exist."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        person = reader_of(request)
        if person is None or not person.is_staff_member:
            raise Http404
        return view(request, person, *args, **kwargs)

    return guarded


def staff_who_may(*permissions: str) -> Callable[[View], View]:
    """For staff whose role has one of these permissions; the page does not exist to others."""

    def decorate(view: View) -> View:
        @staff
        @wraps(view)
        def guarded(request: HttpRequest, person: User, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not any(person.may(permission) for permission in permissions):
                raise Http404
            return view(request, person, *args, **kwargs)

        return guarded

    return decorate
