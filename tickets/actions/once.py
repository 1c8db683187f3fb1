"""A form that is sent twice does its work once."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.db import transaction

from tenants.models import IdempotentRequest, User
from tickets.models import Ticket


def once(token: UUID, *, person: User, act: Callable[[], Ticket]) -> Ticket:
    """The ticket that `act` works on, done only the first time a person's form with this token arrives.

    A second request that comes at the same moment waits for the first one at the unique key. When `act` refuses,
    nothing is written, so that the mended form may be sent with the same token.
    """
    with transaction.atomic():
        sent, _ = IdempotentRequest.objects.get_or_create(
            user=person, key=_key(token), defaults={"digest": "", "status": 302}
        )
        if sent.body is not None:
            return Ticket.objects.get(number=sent.body["number"])
        ticket = act()
        sent.body = {"number": ticket.number}
        sent.save(update_fields=["body"])
        return ticket


def is_done(token: UUID, *, person: User) -> bool:
    """Whether a person's form with this token arrived before and did its work."""
    return IdempotentRequest.objects.filter(user=person, key=_key(token), body__isnull=False).exists()


def _key(token: UUID) -> str:
    return f"form {token}"
