"""Whose mailbox a mail belongs in, by the address that it was sent to."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from inbox.intake import strays
from inbox.mail import envelope, tokens
from inbox.mail.parsing import addresses, structure
from inbox.models import BounceDomain, Mailbox, MailRoute
from tenants.context import act_as, active_tenant
from tenants.models import Tenant
from tenants.statements import Statement

#: Fields that name whom a mail was delivered to, those of the mail server before those of the writer.
_DELIVERED = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-forwarded-to", "to", "cc")

_ROUTE = Statement(lambda address: MailRoute.objects.select_related("tenant").filter(address=address), address=str)


class NoMailbox(LookupError):
    """No tenant has a mailbox at the address that this mail was sent to."""


def route(raw: bytes, to: str) -> tuple[Tenant, UUID]:
    """Whose mailbox it is. The address that the mail server names goes before those that the writer wrote.

    Raises NoMailbox.
    """
    named = [to] if to else list(_delivered(raw))
    wanted = [envelope.bare(tokens.bare(each)).lower() for each in named]
    routes = {route.address: route for route in _routes(wanted)}
    for address in wanted:
        if address in routes and routes[address].is_active:
            return routes[address].tenant, routes[address].mailbox
    wanted = [address for address in wanted if address not in routes]
    # A tenant's own address is a mailbox from the beginning.
    for address in wanted:
        tenant = Tenant.objects.filter(mail_address__iexact=address).order_by("pk").first() if address else None
        if tenant is not None:
            with act_as(tenant):
                return tenant, own_mailbox(address).pk
    tenant = _came_back(named) or (None if to else strays.owner_of(raw))
    if tenant is None:
        raise NoMailbox
    return tenant, _home(tenant)


def _came_back(named: Iterable[str]) -> Tenant | None:
    """Who made the sign in an address at a domain for what comes back."""
    for address in named:
        if domain := envelope.domain_of(address):
            for place in BounceDomain.objects.filter(domain=domain).select_related("tenant"):
                if envelope.is_from(place.tenant, address):
                    return place.tenant
    return None


def _home(tenant: Tenant) -> UUID:
    """The mailbox at the tenant's own address, which may be another address of one that has its own."""
    address = tenant.mail_address.lower()
    if route := MailRoute.objects.filter(tenant=tenant, address=address).first():
        return route.mailbox
    with act_as(tenant):
        return own_mailbox(address).pk


def _routes(addresses: list[str]) -> Iterable[MailRoute]:
    if len(addresses) == 1:
        return _ROUTE.rows(address=addresses[0])
    return MailRoute.objects.select_related("tenant").filter(address__in=addresses)


def own_mailbox(address: str) -> Mailbox:
    """The mailbox at an address of the active tenant, made where there is none."""
    mailbox, _ = Mailbox.objects.get_or_create(address=address.lower())
    route = {"tenant": active_tenant(), "mailbox": mailbox.pk}
    MailRoute.objects.get_or_create(address=mailbox.address, defaults=route)
    return mailbox


def _delivered(raw: bytes) -> Iterable[str]:
    fields, _, _ = structure.cut_header(raw)
    for wanted in _DELIVERED:
        for name, value in fields:
            if name == wanted:
                yield from (each.email for each in addresses.read(value) if each.email)
