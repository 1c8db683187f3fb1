"""`manage.py watch_mail`: mail is fetched the moment it comes, where the server of a mailbox tells so (IMAP IDLE)."""

from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand

from inbox.imap.watching import Watch
from tenants.roles import refuse_bypass


class Command(BaseCommand):
    """Watch until it is told to end."""

    help = "Wait for news of all mailboxes that are fetched. Without it they are looked into once a minute."

    def handle(self, *args: Any, **options: Any) -> None:
        """Watch, and end cleanly on SIGTERM. Raises what refuse_bypass() raises."""
        refuse_bypass()
        watch = Watch()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *said: watch.stop())
        self.stdout.write("Mailboxes are watched.")
        self.stdout.flush()
        watch.run()
