"""Who a session or a password belongs to: people of the active tenant only."""

from typing import Any
from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend

from tenants.models import User
from tenants.statements import Statement

_WITH_ID = Statement(lambda pk: User.objects.select_related("role").filter(pk=pk, is_active=True), pk=UUID)


class PersonBackend(AuthenticationBackend):
    """allauth's sign-in by address and password; loads the role along, which every page asks for."""

    def get_user(self, user_id: Any) -> User | None:
        """The active person of this session, or None: another tenant's person does not exist here."""
        return _WITH_ID.first(pk=User._meta.pk.to_python(user_id))
