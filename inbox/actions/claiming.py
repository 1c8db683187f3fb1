"""Whose a mail domain is: where one desk takes mail, no other desk of the site claims an address."""

from __future__ import annotations

from django.conf import settings
from django.db import connection

from inbox.errors import MailboxTaken, MailDomainTaken
from inbox.models import MailRoute
from tenants.context import active_tenant
from tenants.models import Domain, Tenant

#: Hosts at which anybody may have a mailbox, so that two desks of one site may, too.
PUBLIC_HOSTS = frozenset(
    "aol.com bk.ru fastmail.com free.fr gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hey.com"
    " hotmail.com hotmail.es hotmail.fr icloud.com inbox.ru internet.ru laposte.net libero.it list.ru live.com mac.com"
    " mail.com mail.ru me.com msn.com naver.com orange.fr outlook.com outlook.de outlook.es outlook.fr pm.me"
    " proton.me protonmail.com qq.com rambler.ru seznam.cz t-online.de tuta.com vk.com web.de ya.ru yahoo.co.uk"
    " yahoo.com yahoo.de yahoo.es yahoo.fr yandex.by yandex.com yandex.kz yandex.ru ymail.com zohomail.com"
    " 163.com".split()
)


def claim(address: str) -> None:
    """See that the active tenant may have mail at an address. Raises MailboxTaken, MailDomainTaken."""
    tenant = active_tenant()
    if address.lower() != tenant.mail_address.lower():
        claim_domain(address.rpartition("@")[2])
    theirs = MailRoute.objects.filter(address=address.lower()).exclude(tenant=tenant).exists()
    # An address that another tenant sends from is its mailbox from the beginning.
    if theirs or Tenant.objects.filter(mail_address__iexact=address).exclude(pk=tenant.pk).exists():
        raise MailboxTaken(address=address)


def claim_domain(domain: str) -> None:
    """See that no other tenant has mail in a domain that is not for everybody. Raises MailDomainTaken.

    Whoever claims another address there waits until this transaction ends, so that of two at once only one gets it.
    """
    domain = domain.rstrip(".").lower()
    if not domain or domain in _shared():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"mail domain {domain}"])
    tenant, ending = active_tenant(), f"@{domain}"
    others = (
        MailRoute.objects.filter(address__endswith=ending).exclude(tenant=tenant),
        Tenant.objects.filter(mail_address__iendswith=ending).exclude(pk=tenant.pk),
        Domain.objects.filter(host=domain).exclude(tenant=tenant),
    )
    if any(each.exists() for each in others):
        raise MailDomainTaken(domain=domain)


def _shared() -> set[str]:
    """Where several desks may have addresses: at public hosts, at the site's own, and where its operator says so."""
    allowed = {each.strip().lower() for each in settings.SHARED_MAIL_DOMAINS}
    return {*PUBLIC_HOSTS, *allowed, settings.MAIL_HOST.lower()}
