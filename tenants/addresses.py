"""Who has a mail address: people may have proven several, of which one is where they are written to."""

from __future__ import annotations

from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.db.models import BooleanField, Exists, OuterRef
from django.db.models.functions import Lower

from tenants.models import User
from tenants.statements import Asked, Statement


def proofs() -> Exists:
    """Whether a person has proven their main address, as a column of people."""
    own = EmailAddress.objects.annotate(lower=Lower("email")).filter(
        user=OuterRef("pk"), lower=Lower(OuterRef("email")), verified=True
    )
    return Exists(own, output_field=BooleanField())


_MAIN = Statement(
    lambda email: (
        User.objects.annotate(lower=Lower("email"), has_proven=proofs()).filter(lower=email).select_related("role")
    ),
    email=str,
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
    """Whoever has proven this address, else the person whose main one it is. Two queries at most.

    `has_proven` of the person says whether they have proven their main one, where that is known without asking.
    """
    typed = email.strip()
    if not typed:
        return None
    for proven in _PROVEN.rows(email=typed.lower(), typed=typed):
        if proven.email.lower() == typed.lower():
            if proven.user.email.lower() == typed.lower():
                proven.user.has_proven = True
            return proven.user
    return _MAIN.first(email=typed.lower())


def asked_of(emails: Iterable[str]) -> Asked:
    """What owner_of() asks for these."""
    typed = [each.strip() for each in emails]
    return {
        _PROVEN: [{"email": each.lower(), "typed": each} for each in typed],
        _MAIN: [{"email": each.lower()} for each in typed],
    }


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
