"""What is announced to whom now."""

from datetime import datetime

from django.utils import timezone

from notices.models import Announcement
from tenants.models import User


def announcements_for(
    person: User | None, at: datetime | None = None
) -> list[Announcement]:
    """Announcements that this reader sees at an instant (now when None), the newest first."""
    audiences = [Announcement.Audience.EVERYONE]
    if person is not None:
        audiences.append(Announcement.Audience.CUSTOMERS)
        if person.is_staff_member:
            audiences.append(Announcement.Audience.AGENTS)
    return list(
        Announcement.objects.showing(at or timezone.now()).filter(
            audience__in=audiences
        )[:5]
    )
