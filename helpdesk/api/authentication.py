"""Who a program acts for: a token belongs to a person of one tenant and has that person's permissions."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from tenants.models import ApiToken, User

#: How exactly we remember when a token was used; one write a minute, not one a request.
USE_RESOLUTION = timedelta(minutes=1)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Token ...`. Another tenant's token is unknown here: its row does not exist for us."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The person of the token; None when the header is for somebody else. Raises AuthenticationFailed."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"token":
            return None
        if len(parts) != 2:
            raise AuthenticationFailed(_("Send the header as: Authorization: Token YOUR-TOKEN."))
        digest = ApiToken.digest_of(parts[1].decode("latin-1"))
        token = ApiToken.objects.select_related("user__role").filter(digest=digest, user__is_active=True).first()
        if token is None:
            raise AuthenticationFailed(_("This token is not valid here. Make a new one in your account's settings."))
        now = timezone.now()
        if token.last_used_at is None or token.last_used_at < now - USE_RESOLUTION:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """What a 401 tells the client to send."""
        return "Token"
