"""Who has a mail address: people may have proven several, of which one is where they are written to."""

from __future__ import annotations

from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.db.models.functions import Lower

from tenants.models import User
from tenants.statements import Statement

_MAIN = Statement(
    lambda email: User.objects.annotate(lower=Lower("email")).filter(lower=email).select_related("role"), email=str
)
# Both spellings, so that the index of proven addresses serves: sign-in keeps them in small letters.
_PROVEN = Statement(
    lambda email, typed: EmailAddress.objects.filter(email__in=[email, typed], verified=True).select_related(
        "user__role"
    ),
    email=str,
    typed=str,
)


def owner_of(email: str) -> User | None:
    """Whoever has proven this address, else the person whose main one it is. Two queries at most."""
    typed = email.strip()
    if not typed:
        return None
    for proven in _PROVEN.rows(email=typed.lower(), typed=typed):
        if proven.email.lower() == typed.lower():
            return proven.user
    return _MAIN.first(email=typed.lower())


def owners_of(emails: Iterable[str]) -> dict[str, User]:
    """Who has these addresses, as owner_of(), by the address in small letters. Two queries, however many they are."""
    typed = {each.strip() for each in emails} - {""}
    if not typed:
        return {}
    wanted = {each.lower() for each in typed}
    mains = User.objects.annotate(lower=Lower("email")).filter(lower__in=wanted).select_related("role")
    found: dict[str, User] = {person.email.lower(): person for person in mains}
    # Both spellings, so that the index of proven addresses serves: sign-in keeps them in small letters.
    proven = EmailAddress.objects.filter(email__in=wanted | typed, verified=True)
    for each in proven.select_related("user__role"):
        found[each.email.lower()] = each.user
    return found
