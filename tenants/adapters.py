"""How django-allauth behaves in a house of many tenants."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth
from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from tenants import audit
from tenants.context import active_tenant
from tenants.models import Role, User


class AccountAdapter(DefaultAccountAdapter):
    """New people are customers of the tenant whose host they came by; its mail comes in its name."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        # Said of passwords, of codes, and of asking for a code.
        "too_many_login_attempts": _("There were too many attempts. Wait five minutes, then try again."),
    }

    def new_user(self, request: HttpRequest) -> User:
        """A customer of the active tenant, not saved yet."""
        user = super().new_user(request)
        user.role = Role.objects.get(kind=Role.Kind.CUSTOMER)
        return user

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count an attempt: by address and network, by network alone, and by address whatever the network."""
        super().pre_authenticate(request, **credentials)
        by_address = super()._get_login_attempts_cache_key(request, **credentials)
        anywhere = ratelimit.consume(request, app="allauth.account", action="login_failed_anywhere", key=by_address)
        if not anywhere:
            raise self.validation_error("too_many_login_attempts")
        # A right password takes all of it back.
        self._login_failed_rl_usage.usage += anywhere.usage

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """With the network: who guesses from elsewhere must not lock the owner out."""
        by_address = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{by_address}:{ratelimit.get_ip(request)}"

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Staff go to the workspace, customers to the portal."""
        is_staff = request.user.is_authenticated and request.user.is_staff_member
        return reverse("desk:home" if is_staff else "portal:home")

    def set_password(self, user: User, password: str) -> None:
        """Set it anew: by the person who knew the old one, or by who could read the mail that was asked for."""
        super().set_password(user, password)
        act = "person.password_changed" if allauth.request.user.is_authenticated else "person.password_reset"
        audit.record(act, user, actor=user, after={"address": user.email})

    def get_from_email(self) -> str:
        """The tenant's own sender."""
        tenant = active_tenant()
        return f"{tenant.name} <{tenant.mail_address}>" if tenant.mail_address else super().get_from_email()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Have it sent by what settings.ACCOUNT_MAIL names: signing in does not wait for a mail server."""
        context = {"email": email, "tenant": active_tenant(), **context}
        subject = " ".join(render_to_string(f"{template_prefix}_subject.txt", context).split())
        text = render_to_string(f"{template_prefix}_message.txt", context, allauth.request).strip()
        post = import_string(settings.ACCOUNT_MAIL)
        post(email, subject=subject, text=text, context=context, at=timezone.now())
