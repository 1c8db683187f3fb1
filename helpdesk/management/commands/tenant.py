"""`manage.py tenant create|list`: for whoever runs the whole site, as the owner of the database."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, ProgrammingError, transaction

from tenants.founding import found
from tenants.models import Tenant


class Command(BaseCommand):
    """Make a tenant with its domains and roles, or list them all."""

    help = "Make a tenant, or list them. Runs with DATABASE_URL set to the owner's login."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """create SLUG --host HOST [--name NAME] | list."""
        commands = parser.add_subparsers(dest="command", required=True)
        create = commands.add_parser("create", help="make a tenant")
        create.add_argument("slug")
        create.add_argument("--host", action="append", required=True, help="a host name that leads to it; repeatable")
        create.add_argument("--name", help="its name; the policy that is applied later names it too")
        create.add_argument("--mail", default="", help="the address that its mail comes from")
        commands.add_parser("list", help="list all tenants")

    def handle(self, *args: Any, command: str, **options: Any) -> None:
        """Do what was asked."""
        if command == "list":
            for tenant in Tenant.objects.prefetch_related("domains"):
                hosts = ", ".join(domain.host for domain in tenant.domains.all())
                self.stdout.write(f"{tenant.slug}\t{tenant.name}\t{hosts}")
            return
        try:
            with transaction.atomic():
                tenant = found(
                    options["slug"], hosts=options["host"], name=options["name"] or "", mail_address=options["mail"]
                )
        except IntegrityError:
            raise CommandError("A tenant with this slug, or one of these hosts, exists already.") from None
        except ProgrammingError:
            raise CommandError(
                "This login may not make tenants. Run the command with DATABASE_URL=$DATABASE_OWNER_URL."
            ) from None
        self.stdout.write(f"{tenant.slug} is there. Next: manage.py policy apply FILE --tenant {tenant.slug}")
