"""What a reader has put away, kept in their session."""

from django.http import HttpRequest

_KEY = "announcements_put_away"
#: The newest are kept: a session must not grow without end.
_MOST = 30


def put_away(request: HttpRequest) -> list[str]:
    """Tokens of the announcements that this reader has put away."""
    session = getattr(request, "session", None)
    return list(session.get(_KEY, [])) if session is not None else []


def remember(request: HttpRequest, token: str) -> None:
    """Put an announcement away until the session ends or its words change."""
    known = [each for each in put_away(request) if each != token]
    request.session[_KEY] = [*known, token][-_MOST:]
