"""What is announced to whom, and when."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils import timezone

from inbox.models import OutgoingMail
from notices.models import Announcement, Notice
from tenants.models import Role, User
from tenants.paging import Slice, by_time
from tenants.statements import PreparedStatement

#: A page carries so many; the list of announcements has them all.
MOST_BANNERS = 5
#: Those among which they are: a session remembers fewer that were put away.
MOST_READ = 40
#: How long customers can read back what was announced.
READABLE_FOR = timedelta(days=90)


def announcements_for(
    person: User | None, at: datetime | None = None, *, put_away: Collection[str] = ()
) -> list[Announcement]:
    """Announcements that this reader sees at an instant (now when None), the newest first, without those put away."""
    kind = None if person is None else Role.Kind.AGENT if person.is_staff_member else Role.Kind.CUSTOMER
    shown = _SHOWN[kind].rows(at=at or timezone.now(), reader=person and person.pk)
    return [each for each in shown if each.token not in put_away][:MOST_BANNERS]


def _shown_to(kind: Role.Kind | None) -> PreparedStatement[Announcement]:
    """What readers of a kind see who have not put it away for good."""

    def query_set(at: datetime, reader: UUID) -> QuerySet[Announcement]:
        if kind is None:
            return Announcement.objects.readable_by(None).showing(at)[:MOST_READ]
        person = User(pk=reader, role=Role(kind=kind))
        return Announcement.objects.readable_by(person).showing(at).not_put_away_by(person)[:MOST_READ]

    return PreparedStatement(query_set, at=datetime, reader=UUID)


_SHOWN = {kind: _shown_to(kind) for kind in (None, Role.Kind.CUSTOMER, Role.Kind.AGENT)}


def recent_for(person: User | None, at: datetime, after: str = "") -> Slice[Announcement]:
    """A page of what this reader can read on the list: everything shown now or in the last months, the newest first."""
    recent = (
        Announcement.objects.readable_by(person).filter(shown_from__lte=at).exclude(shown_until__lt=at - READABLE_FOR)
    )
    return by_time(recent, "shown_from", after)


@dataclass(frozen=True)
class Told:
    """How far a notice is: the people that it is for, and what became of their mails."""

    notice: Notice
    mails: Mapping[str, int]

    @property
    def is_going(self) -> bool:
        """Whether a look a moment later would show more."""
        return self.notice.state == Notice.State.TELLING or bool(self.mails.get(OutgoingMail.State.WAITING))

    @property
    def may_stop(self) -> bool:
        """Whether anything is left to stop."""
        return self.is_going or self.notice.state == Notice.State.PLANNED


def told(announcement: Announcement) -> list[Told]:
    """The notices of an announcement, in order of time. Two queries."""
    notices = list(announcement.notices.select_related("stopped_by"))
    counted = OutgoingMail.objects.filter(batch__in=[each.pk for each in notices if each.by_mail]).order_by()
    mails: dict[UUID, dict[str, int]] = {}
    for batch, state, number in counted.values_list("batch", "state").annotate(number=Count("pk")):
        mails.setdefault(batch, {})[state] = number
    return [Told(each, mails.get(each.pk, {})) for each in notices]
