"""What every template has."""

from typing import Any

from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, Any]:
    """The tenant, the person who reads, who only looks as that person, and what is announced to them."""
    tenant = getattr(request, "tenant", None)
    if tenant is None:
        return {"tenant": None, "person": None, "announcements": []}
    from notices.queries import announcements_for
    from notices.reading import put_away

    user = getattr(request, "user", None)
    person = user if user is not None and user.is_authenticated else None
    return {
        "tenant": tenant,
        "person": person,
        "viewer": getattr(request, "viewer", None),
        "announcements": announcements_for(person, put_away=put_away(request)),
    }
