"""`manage.py serve_lmtp`: mail servers hand mail over by LMTP; quicker than the pipe, which starts anew each time."""

from __future__ import annotations

import asyncio
import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from inbox.intake import lmtp
from tenants.roles import refuse_bypass

#: People wait for pages, and nobody for what is made of a mail that is kept: a burst leaves the processor to the pages.
NICENESS = 10


class Command(BaseCommand):
    """Listen for mail until it is told to end."""

    help = "Take mail by LMTP, on this machine alone unless told otherwise. It asks for no password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen, and how much at once."""
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen at: 127.0.0.1")
        parser.add_argument("--port", type=int, default=8024, help="the port to listen at: 8024")
        parser.add_argument("--at-once", type=int, default=4, help="mails that are kept at the same time: 4")

    def handle(self, *args: Any, host: str, port: int, at_once: int, **options: Any) -> None:
        """Serve, and end cleanly on SIGTERM. Raises what refuse_bypass() raises."""
        refuse_bypass()
        os.nice(NICENESS)

        def ready() -> None:
            self.stdout.write(f"Mail is taken by LMTP at {host}, port {port}.")
            self.stdout.flush()

        try:
            asyncio.run(lmtp.serve(host, port, at_once=max(1, at_once), ready=ready))
        except OSError as error:
            raise CommandError(f"Nothing can listen at {host}, port {port}: {error.strerror}.") from None
