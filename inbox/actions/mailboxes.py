"""Setting up the addresses at which customers reach the desk, and how the mail of each is fetched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from inbox.actions.claiming import claim
from inbox.errors import MailboxOfSender, MailboxTaken, MailboxUsed
from inbox.imap import looking
from inbox.models import ImapAccount, InboundMail, Mailbox, MailRoute
from tenants import alarms, audit, sealing
from tenants.context import active_tenant
from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission

_FIELDS = ("address", "category", "team", "language", "is_advisory", "authserv")
_IMAP = (
    "host",
    "port",
    "security",
    "user",
    "proof",
    "token_url",
    "client_id",
    "scope",
    "folder",
    "afterwards",
    "done_folder",
    "start",
)
#: Secrets by the fields of which each is good for: with another of those, nothing stored goes there.
_SECRETS = {
    "secret": ("host", "user"),
    "client_secret": ("token_url", "client_id"),
    "refresh_token": ("token_url", "client_id", "user"),
}
#: Another one of these is another mailbox: how far the former one was read says nothing.
_PLACE = ("host", "user", "folder")


@transaction.atomic
def save_mailbox(
    mailbox: Mailbox | None,
    *,
    actor: User,
    at: datetime,
    aliases: Iterable[str] = (),
    imap: Mapping[str, Any] | None = None,
    **values: Any,
) -> Mailbox:
    """Add a mailbox or change one. `imap` says how its mail is fetched, None that it is forwarded to us.

    An empty secret keeps the one that is stored, as long as it goes where it went. Raises NotPermitted, MailboxTaken,
    MailDomainTaken.
    """
    _require(actor)
    mailbox = _locked(mailbox) if mailbox else Mailbox()
    before = {} if mailbox._state.adding else _told(mailbox)
    for name in _FIELDS:
        if name in values:
            setattr(mailbox, name, values[name])
    mailbox.address = mailbox.address.lower()
    with _free(mailbox.address):
        mailbox.save()
    _route(mailbox, [mailbox.address, *(each.lower() for each in aliases)])
    secrets = _fetch(mailbox, imap, at)
    audit.record(
        "mailbox.changed" if before else "mailbox.added",
        mailbox,
        actor=actor,
        before=before,
        after=_told(mailbox) | dict.fromkeys(secrets, "renewed"),
    )
    return mailbox


def switch_mailbox(mailbox: Mailbox, *, actor: User, at: datetime, on: bool) -> Mailbox:
    """Take mail at its addresses again, or no more: mail servers are told that nobody is there.

    Raises NotPermitted, MailboxOfSender.
    """
    _require(actor)
    mailbox = _locked(mailbox)
    if not on:
        _refuse_own(mailbox)
    before, mailbox.is_active = mailbox.is_active, on
    mailbox.save(update_fields=["is_active"])
    MailRoute.objects.filter(tenant=active_tenant(), mailbox=mailbox.pk).update(is_active=on)
    for account in ImapAccount.objects.filter(mailbox=mailbox, is_on=True):
        if on:
            alarms.set(looking.LOOK, account.pk, at)
        else:
            looking.forget(account.pk)
    audit.record("mailbox.switched", mailbox, actor=actor, before={"is_active": before}, after={"is_active": on})
    return mailbox


def delete_mailbox(mailbox: Mailbox, *, actor: User) -> None:
    """Take a mailbox away to which nothing has come. Raises NotPermitted, MailboxUsed, MailboxOfSender."""
    _require(actor)
    mailbox = _locked(mailbox)
    _refuse_own(mailbox)
    if InboundMail.objects.filter(mailbox=mailbox).exists():
        raise MailboxUsed
    for account in ImapAccount.objects.filter(mailbox=mailbox):
        looking.forget(account.pk)
        account.delete()
    audit.record("mailbox.deleted", mailbox, actor=actor, before=_told(mailbox))
    MailRoute.objects.filter(tenant=active_tenant(), mailbox=mailbox.pk).delete()
    mailbox.delete()


def look_now(mailbox: Mailbox, *, actor: User, at: datetime) -> None:
    """Have it looked into at once, however long the next look is away. Raises NotPermitted."""
    _require(actor)
    for account in ImapAccount.objects.filter(mailbox=mailbox, is_on=True, mailbox__is_active=True):
        alarms.set(looking.LOOK, account.pk, at)


def fill(account: ImapAccount, values: Mapping[str, Any]) -> list[str]:
    """Set an account's fields as they are typed, sealed where they are secret. Returns the names of new secrets."""
    former = {name: _plain(account, name) for name in (*_IMAP, "token_url", "client_id")}
    for name in _IMAP:
        if name in values:
            setattr(account, name, values[name])
    renewed = []
    for name, goes_with in _SECRETS.items():
        if values.get(name):
            setattr(account, name, sealing.seal(values[name]))
            renewed.append(name)
        elif any(former[each] != _plain(account, each) for each in goes_with):
            setattr(account, name, "")
    account.access_token, account.access_until = "", None
    if any(former[name] != _plain(account, name) for name in _PLACE):
        account.began_at, account.uidvalidity, account.last_uid, account.waiting = None, None, 0, {}
        account.taken_at = None
    return renewed


def _plain(account: ImapAccount, name: str) -> str:
    value = str(getattr(account, name))
    return value.lower() if name == "host" else value


def _fetch(mailbox: Mailbox, values: Mapping[str, Any] | None, at: datetime) -> list[str]:
    """Keep how its mail is fetched, and look at once. Returns the names of new secrets."""
    account = ImapAccount.objects.select_for_update(of=("self",)).filter(mailbox=mailbox).first()
    if values is None:
        if account is not None and account.is_on:
            account.is_on, account.error, account.failures, account.failing_since = False, "", 0, None
            account.save()
            looking.forget(account.pk)
        return []
    account = account or ImapAccount(mailbox=mailbox)
    renewed = fill(account, values)
    account.is_on, account.changed_at, account.busy_until = True, at, None
    account.error, account.said, account.failures = "", "", 0
    account.failing_since = account.told_at = account.watched_until = None
    account.save()
    if mailbox.is_active:
        alarms.set(looking.LOOK, account.pk, at)
    return renewed


def _route(mailbox: Mailbox, wanted: list[str]) -> None:
    """Lead these addresses here, and none else. Raises MailboxTaken, MailDomainTaken."""
    tenant = active_tenant()
    ours = MailRoute.objects.filter(tenant=tenant, mailbox=mailbox.pk)
    ours.exclude(address__in=wanted).delete()
    there = set(ours.values_list("address", flat=True))
    for address in dict.fromkeys(wanted):
        if address in there:
            continue
        claim(address)
        with _free(address):
            MailRoute.objects.create(address=address, tenant=tenant, mailbox=mailbox.pk, is_active=mailbox.is_active)


@contextmanager
def _free(address: str) -> Iterator[None]:
    """Tell what a unique key refuses as MailboxTaken."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise MailboxTaken(address=address) from None


def aliases_of(mailbox: Mailbox) -> list[str]:
    """Its other addresses."""
    routes = MailRoute.objects.filter(tenant=active_tenant(), mailbox=mailbox.pk).exclude(address=mailbox.address)
    return list(routes.order_by("address").values_list("address", flat=True))


def _refuse_own(mailbox: Mailbox) -> None:
    if active_tenant().mail_address.lower() in (mailbox.address, *aliases_of(mailbox)):
        raise MailboxOfSender


def _require(actor: User) -> None:
    if not actor.may(Permission.CONFIGURE):
        raise NotPermitted


def _locked(mailbox: Mailbox) -> Mailbox:
    found = Mailbox.objects.select_for_update(of=("self",)).select_related("category", "team")
    locked: Mailbox = found.get(pk=mailbox.pk)
    return locked


def _told(mailbox: Mailbox) -> dict[str, Any]:
    """As the audit log tells it; no secrets."""
    account = ImapAccount.objects.filter(mailbox=mailbox, is_on=True).first()
    said: dict[str, Any] = {name: getattr(mailbox, name) for name in _FIELDS}
    # The policy's own by their keys, so that each reader sees them in their language.
    said |= {name: said[name].key if said[name] else "" for name in ("category", "team")}
    said["aliases"] = aliases_of(mailbox)
    if account is not None:
        said |= {{"scope": "token_scope"}.get(name, name): str(getattr(account, name)) for name in _IMAP}
    return said
