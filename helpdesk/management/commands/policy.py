"""`manage.py policy apply FILE --tenant SLUG`, and `policy check FILE`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from helpdesk.policy.apply import apply
from sla.document import PolicyError, SupportPolicy
from tenants.context import act_as
from tenants.models import Tenant


class Command(BaseCommand):
    """Check a policy file, or put it into force for a tenant."""

    help = (
        "Check a support policy file, or put it into force for a tenant. Applying the same file again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """check FILE | apply FILE --tenant SLUG."""
        commands = parser.add_subparsers(dest="command", required=True)
        check = commands.add_parser("check", help="say all that is wrong in a file, with line and field")
        check.add_argument("file", type=Path)
        put = commands.add_parser("apply", help="put a file into force and print what changed")
        put.add_argument("file", type=Path)
        put.add_argument("--tenant", required=True, metavar="SLUG")

    def handle(self, *args: Any, command: str, file: Path, tenant: str = "", **options: Any) -> None:
        """Read the file; stop with everything that is wrong in it."""
        try:
            policy = SupportPolicy.load(file)
            source = file.read_text(encoding="utf-8")
        except (PolicyError, OSError) as error:
            raise CommandError(str(error)) from None
        if command == "check":
            self.stdout.write(f"{file}: nothing is wrong.")
            return
        owner = Tenant.objects.filter(slug=tenant).first()
        if owner is None:
            raise CommandError(
                f'There is no tenant "{tenant}". Make it first: manage.py tenant create {tenant} --name NAME'
            )
        with act_as(owner):
            applied = apply(policy, source=source, at=timezone.now())
        if not applied.changes:
            self.stdout.write(f"{owner.slug}: version {applied.version.number} is in force already; nothing changed.")
            return
        self.stdout.write(f"{owner.slug}: version {applied.version.number} is in force now.")
        for change in applied.changes:
            self.stdout.write(f"  {change}")
