"""What the portal's tests share: a browser without scripts, signed in or not, and a form as it would be sent."""

from __future__ import annotations

import re
import uuid
from html import unescape
from typing import Any

from django.test import Client

from tenants.models import Tenant, User


def visitor(tenant: Tenant, person: User | None = None, **options: Any) -> Client:
    """A client of a tenant's site."""
    client = Client(headers={"host": f"{tenant.slug}.localhost", "accept-language": "en"}, **options)
    if person is not None:
        client.force_login(person, backend="tenants.backends.PersonBackend")
    return client


def text_of(response: Any) -> str:
    """The page as people read it: no tags, single spaces."""
    main = response.content.decode()
    return unescape(re.sub(r"\s+", " ", re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", main, flags=re.S)))


def request_form(**fields: Any) -> dict[str, Any]:
    """The form of Acme's technical category, filled in."""
    return {
        "token": str(uuid.uuid4()),
        "subject": "Order form closes with Error 500",
        "description": "I press Save and it closes.",
        "answer-steps-tried": "Restarted the browser.",
        "priority": "high",
        **fields,
    }
