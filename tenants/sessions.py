"""Sessions as Django keeps them in the database; the query that every page begins with is written once a process."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from tenants.statements import Statement

_VALID = Statement(lambda key, at: Session.objects.filter(session_key=key, expire_date__gt=at), key=str, at=datetime)


# By its name Django signs what sessions hold.
class SessionStore(db.SessionStore):
    """Django's own, but for how a session is looked up."""

    def _get_session_from_db(self) -> Session | None:
        found = _VALID.first(key=self.session_key, at=timezone.now())
        if found is None:
            self._session_key = None
        return found
