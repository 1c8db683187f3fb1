"""Choosing when one is told by mail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from inbox.models import NotificationPreference
from tenants.errors import NotPermitted
from tenants.models import User


def set_notifications(person: User, *, at: datetime, **chosen: Any) -> NotificationPreference:
    """Keep what one of the staff chose for themselves: a `When` for each topic, `digest_every`, `at_work_only`.

    What was collected before comes with the digest that was planned for it. Raises NotPermitted.
    """
    if not person.is_staff_member:
        raise NotPermitted
    kept, _ = NotificationPreference.objects.update_or_create(person=person, defaults={**chosen, "changed_at": at})
    return kept
