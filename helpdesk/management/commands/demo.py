"""`manage.py demo load` fills the five tenants; `manage.py demo access` says who can sign in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from helpdesk.demo import SLUGS, access, loading
from tenants.models import Tenant


class Command(BaseCommand):
    """Load the demo, or print who can sign in to it."""

    help = "Fill five tenants with a month of tickets, or write who can sign in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """load | access."""
        commands = parser.add_subparsers(dest="command", required=True)
        load = commands.add_parser("load", help="fill the tenants; those that are filled already are left alone")
        load.add_argument("--tenant", choices=SLUGS, action="append", help="only this one; repeatable")
        show = commands.add_parser("access", help="write addresses, logins and API tokens as JSON")
        show.add_argument("--base-url", required=True, help="such as http://localhost:8000")
        show.add_argument("--output", type=Path, help="a file; standard output when left out")

    def handle(self, *args: Any, command: str, **options: Any) -> None:
        """Do what was asked."""
        if command == "access":
            self._access(options["base_url"], options["output"])
            return
        for slug in options["tenant"] or SLUGS:
            tenant = Tenant.objects.filter(slug=slug).first() or self._found(slug)
            if loading.is_loaded(tenant):
                self.stdout.write(f"  {slug}: its tickets are there already")
                continue
            begun = time.monotonic()
            month = loading.load(tenant, now=timezone.now(), progress=partial(self._progress, slug))
            self.stdout.write(f"\r  {slug}: {month.tickets} tickets in {time.monotonic() - begun:.0f} s        ")

    def _progress(self, slug: str, filed: int, total: int) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"\r  {slug}: {filed} of {total} tickets", ending="")
            self.stdout.flush()
        elif filed % 20 == 0:
            self.stdout.write(f"  {slug}: {filed} of {total} tickets")
            self.stdout.flush()

    def _found(self, slug: str) -> Tenant:
        """Tenants are made by the owner of the database, not by the app."""
        owner = os.environ.get("DATABASE_OWNER_URL")
        if not owner:
            raise CommandError("Set DATABASE_OWNER_URL to the owner's login: the app may not make tenants.")
        made = subprocess.run(
            [
                sys.executable,
                str(settings.BASE_DIR / "manage.py"),
                "tenant",
                "create",
                slug,
                f"--host={slug}.localhost",
                f"--mail=support@{slug}.example",
            ],
            env={**os.environ, "DATABASE_URL": owner},
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise CommandError(f"The tenant {slug} could not be made: {made.stderr.strip()[-500:]}")
        return Tenant.objects.get(slug=slug)

    def _access(self, base_url: str, output: Path | None) -> None:
        if output is not None:
            access.write(output, base_url)
            return
        self.stdout.write(json.dumps(access.collect(base_url, {}), ensure_ascii=False, indent=2))
