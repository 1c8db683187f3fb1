"""A mail backend for demos and development: every mail becomes a file that any mail program opens."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from django.utils.text import slugify

from tenants.context import NoTenant, active_tenant


class FileCatcher(BaseEmailBackend):
    """Writes `EMAIL_FILE_PATH/<tenant>/<time>-<subject>-<id>.eml`, whole or not at all."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write each mail. Raises OSError when the disk refuses."""
        for message in email_messages:
            self._write(message)
        return len(email_messages)

    def _write(self, message: EmailMessage) -> None:
        folder = Path(settings.EMAIL_FILE_PATH) / _tenant_slug()
        folder.mkdir(parents=True, exist_ok=True)
        now = timezone.now().astimezone(timezone.get_default_timezone())
        title = slugify(message.subject, allow_unicode=True)[:60] or "mail"
        name = f"{now:%Y%m%d-%H%M%S}-{title}-{uuid.uuid4().hex[:8]}.eml"
        unfinished = folder / f".{name}"
        # Aside first: who watches the folder never finds half a mail.
        with unfinished.open("wb") as file:
            file.write(message.message().as_bytes())
        unfinished.rename(folder / name)


def _tenant_slug() -> str:
    try:
        return active_tenant().slug
    except NoTenant:
        return "site"
