"""Stopping a kind of mail by the mail itself: a signed address, also for the button of mail programs (RFC 8058)."""

from __future__ import annotations

from datetime import datetime, timedelta

from inbox.mail.links import link
from inbox.models import StoppedMail
from tenants import signing
from tenants.models import User

Kind = StoppedMail.Kind
_PURPOSE = "mail.stop"
#: People find old mails too.
LIFE = timedelta(days=400)


def address(person: User, *, at: datetime) -> str:
    """Where this person stops announcements by mail; the same for all mails of an instant."""
    return link("portal:mail_stop", signing.sign(_PURPOSE, subject=person.pk, person=person.pk, until=at + LIFE))


def headers(person: User, *, at: datetime) -> dict[str, str]:
    """What mail programs make a button of."""
    return {
        "List-Unsubscribe": f"<{address(person, at=at)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def reader_of(token: str, *, at: datetime) -> User | None:
    """Whom an address is for, None when they are gone. Raises LinkRefused."""
    return User.objects.filter(pk=signing.read(_PURPOSE, token, at=at).person, is_active=True).first()


def is_stopped(person: User) -> bool:
    """Whether announcements are not mailed to this person."""
    return StoppedMail.objects.filter(person=person, kind=Kind.ANNOUNCED).exists()


def stop(person: User, *, at: datetime) -> None:
    """Mail no more announcements to this person."""
    StoppedMail.objects.get_or_create(person=person, kind=Kind.ANNOUNCED, defaults={"stopped_at": at})


def resume(person: User) -> None:
    """Mail announcements to this person again."""
    StoppedMail.objects.filter(person=person, kind=Kind.ANNOUNCED).delete()
