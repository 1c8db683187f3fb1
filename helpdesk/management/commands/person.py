"""`manage.py person create SLUG ADDRESS`: a tenant's first administrator, or anybody else."""

import os
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from tenants import audit
from tenants.context import act_as
from tenants.models import Role, Tenant, User


class Command(BaseCommand):
    """Make a person of a tenant who can sign in at once."""

    help = "Make a person of a tenant. The password is asked for, or taken from HELPDESK_PASSWORD."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """create SLUG ADDRESS [--name NAME] [--role KIND]."""
        commands = parser.add_subparsers(dest="command", required=True)
        create = commands.add_parser("create", help="make a person")
        create.add_argument("tenant", metavar="SLUG")
        create.add_argument("email", metavar="ADDRESS")
        create.add_argument("--name", default="")
        create.add_argument("--role", choices=Role.Kind.values, default=Role.Kind.ADMIN.value)

    def handle(self, *args: Any, tenant: str, email: str, name: str, role: str, **options: Any) -> None:
        """Check everything before a password is asked for."""
        owner = Tenant.objects.filter(slug=tenant).first()
        if owner is None:
            raise CommandError(f'There is no tenant "{tenant}". Make it first: manage.py tenant create {tenant}')
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f'"{email}" is no mail address.') from None
        with act_as(owner):
            if User.objects.filter(email__iexact=email).exists():
                raise CommandError(f"{email} is somebody's address at {tenant} already.")
            person = User(role=Role.objects.get(kind=role), email=email, name=name, language=owner.language)
            person.set_password(self._password(person))
            person.save()
            EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
            audit.record("person.added", person, actor=None, after={"name": name, "address": email, "role": role})
        self.stdout.write(f"{email} can sign in at {tenant} now.")

    def _password(self, person: User) -> str:
        password = os.environ.get("HELPDESK_PASSWORD") or getpass("Password: ")
        try:
            validate_password(password, person)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        return password
