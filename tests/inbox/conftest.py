"""Mail goes to a mail server that the test holds in its hand."""

from __future__ import annotations

import pytest
from django.core.mail.backends.base import BaseEmailBackend

from inbox.mail import servers


class MailServer:
    """What arrived, and how the server answers: `refuse` is raised for each mail while it is set."""

    def __init__(self) -> None:
        self.arrived: list = []
        self.refuse: Exception | None = None
        self.tries = 0
        self.forgets_to_answer = False

    def take(self, message) -> None:
        self.tries += 1
        if self.refuse is not None:
            raise self.refuse
        # As bytes and parsed again: what a recipient's program finds, not what we meant.
        self.arrived.append(message.message())
        if self.forgets_to_answer:
            self.forgets_to_answer = False
            raise KeyboardInterrupt  # the worker dies between the server's 250 and our commit

    @property
    def subjects(self) -> list[str]:
        return [str(message["Subject"]) for message in self.arrived]

    def to(self, person) -> list:
        return [message for message in self.arrived if message["To"] == person.email]


_server = MailServer()


class Backend(BaseEmailBackend):
    """Django's side of it."""

    def send_messages(self, email_messages) -> int:
        for message in email_messages:
            _server.take(message)
        return len(email_messages)


@pytest.fixture
def mail_server(settings) -> MailServer:
    """Takes every mail, until the test tells it otherwise."""
    settings.EMAIL_BACKEND = "tests.inbox.conftest.Backend"
    _server.__init__()
    servers.forget()
    yield _server
    servers.forget()
