"""What a reader has put away: kept for good for people, in the session for visitors."""

from uuid import UUID

from django.http import HttpRequest

from notices.models import Announcement, PutAway
from tenants.access import reader_of
from tenants.fields import parse_id

_KEY = "announcements_put_away"
#: The newest are kept: a session must not grow without end.
_MOST = 30


def put_away(request: HttpRequest) -> list[str]:
    """Tokens of the announcements that this reader has put away in this session."""
    session = getattr(request, "session", None)
    return list(session.get(_KEY, [])) if session is not None else []


def remember(request: HttpRequest, token: str) -> None:
    """Put an announcement away until it has something new to say; a visitor's is back in another session."""
    person = reader_of(request)
    if person is None:
        known = [each for each in put_away(request) if each != token]
        request.session[_KEY] = [*known, token][-_MOST:]
        return
    announcement = Announcement.objects.readable_by(person).filter(pk=_id_of(token)).first()
    if announcement is not None:
        wording = token.rpartition("-")[2][:8]
        PutAway.objects.update_or_create(announcement=announcement, person=person, defaults={"wording": wording})


def _id_of(token: str) -> UUID | None:
    return parse_id(token.rpartition("-")[0])
