"""Tokens by which programs act as a person."""

from tenants import audit
from tenants.models import ApiToken, User


def issue_token(person: User, name: str) -> str:
    """Make a token for oneself and return it; it can't be read again."""
    token = ApiToken.issue(person, name)
    audit.record("token.issued", person, actor=person, after={"token": name})
    return token


def revoke_token(token: ApiToken, *, actor: User) -> None:
    """Refuse the program that uses the token from now on."""
    ApiToken.objects.filter(pk=token.pk).delete()
    audit.record("token.revoked", token.user, actor=actor, before={"token": token.name})
