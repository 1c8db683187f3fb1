"""What is announced to whom, and when."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils import timezone

from notices.models import Announcement, AnnouncementQuerySet
from tenants.models import User

#: A page carries so many; the list of announcements has them all.
MOST_BANNERS = 5
#: How long customers can read back what was announced.
READABLE_FOR = timedelta(days=90)


def announcements_for(
    person: User | None, at: datetime | None = None, *, put_away: Collection[str] = ()
) -> list[Announcement]:
    """Announcements that this reader sees at an instant (now when None), the newest first, without those put away."""
    shown = readable_by(person).showing(at or timezone.now())[: MOST_BANNERS + len(put_away)]
    return [each for each in shown if each.token not in put_away][:MOST_BANNERS]


def recent_for(person: User | None, at: datetime) -> list[Announcement]:
    """What this reader can read on the list: everything shown now or in the last months."""
    recent = readable_by(person).filter(shown_from__lte=at).exclude(shown_until__lt=at - READABLE_FOR)
    return list(recent[:100])


def readable_by(person: User | None) -> AnnouncementQuerySet:
    """Announcements whose audience this reader belongs to."""
    audiences = [Announcement.Audience.EVERYONE]
    if person is not None:
        audiences.append(Announcement.Audience.CUSTOMERS)
        if person.is_staff_member:
            audiences.append(Announcement.Audience.AGENTS)
    return Announcement.objects.filter(audience__in=audiences)
