"""A tenant's own mail server: reached with care, its certificate checked, and never longer than a mail may take."""

from __future__ import annotations

import smtplib
import socket
import ssl
from threading import Timer
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

from inbox.mail.faults import hang_up_after
from inbox.models import Sender
from tenants import reaching

#: For each answer, and for a whole mail: a server that sends a byte now and then is not waited for either.
SECONDS_AN_ANSWER, SECONDS_A_MAIL = 10.0, 25.0
#: Ports at which servers take mail; others only in networks that the operator allows.
PORTS = (25, 465, 587, 2465, 2525, 2587)


class _Watched(smtplib.SMTP):
    """Goes only where a tenant may have us go, and hangs up when its time is over."""

    _timer: Timer | None = None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connected = reaching.connect(host, port, timeout=timeout, ports=PORTS)
        self._timer = hang_up_after(SECONDS_A_MAIL, self)
        return connected

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        super().close()


class _WatchedTLS(_Watched):
    """The same, with TLS before the first word."""

    default_port = smtplib.SMTP_SSL_PORT

    def __init__(self, *args: Any, context: ssl.SSLContext, **options: Any) -> None:
        self.context = context
        super().__init__(*args, **options)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self.context.wrap_socket(super()._get_socket(host, port, timeout), server_hostname=host)


class OwnServer(EmailBackend):
    """Django's SMTP backend for one server of a tenant."""

    def __init__(self, sender: Sender, password: str, *, envelope_id: str = "") -> None:
        super().__init__(
            host=sender.host,
            port=sender.port,
            username=sender.user,
            password=password,
            use_tls=sender.security == Sender.Security.STARTTLS,
            use_ssl=sender.security == Sender.Security.TLS,
            timeout=SECONDS_AN_ANSWER,
        )
        self.envelope_id = envelope_id

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """What speaks with the server."""
        return _WatchedTLS if self.use_ssl else _Watched

    def _send(self, email_message: EmailMessage) -> bool:
        """Hand one mail over, and ask for reports where the server knows how (RFC 3461)."""
        assert self.connection is not None
        encoding = email_message.encoding or "utf-8"
        from_address = sanitize_address(email_message.from_email, encoding)
        recipients = [sanitize_address(each, encoding) for each in email_message.recipients()]
        said: list[str] = []
        wanted: list[str] = []
        if self.connection.has_extn("dsn"):
            said = ["RET=HDRS", *([f"ENVID={self.envelope_id}"] if self.envelope_id else [])]
            wanted = ["NOTIFY=SUCCESS,DELAY,FAILURE"]
        content = email_message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]
        self.connection.sendmail(from_address, recipients, content, said, wanted)
        return True
