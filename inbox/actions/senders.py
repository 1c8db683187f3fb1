"""Setting up how the tenant's mail leaves, and the key that signs it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from inbox.actions.claiming import claim, claim_domain
from inbox.errors import NoKey
from inbox.mail import records, signature
from inbox.models import BounceDomain, Sender
from tenants import audit, sealing
from tenants.context import active_tenant
from tenants.errors import NotPermitted
from tenants.models import Tenant, User
from tenants.permissions import Permission

_FIELDS = ("way", "name", "host", "port", "security", "user", "provider", "return_path", "bounce_domain")


def save_sender(*, actor: User, at: datetime, address: str, secret: str = "", **values: Any) -> Sender:
    """Mail leaves this way from now on. An empty secret keeps the one that is stored.

    Raises NotPermitted, and MailboxTaken and MailDomainTaken for another address. Another server, or another
    user, never gets the password that was stored for the one before.
    """
    sender = _locked(actor, at)
    before, tenant = _told(sender), active_tenant()
    # What was had before this was asked stays.
    if address.lower() != tenant.mail_address.lower():
        claim(address)
    if (bounces := values.get("bounce_domain", "")).lower() != sender.bounce_domain.lower():
        claim_domain(bounces)
    told_by = sender.provider
    went_to = (sender.way, sender.host.lower(), sender.user, sender.provider)
    for name in _FIELDS:
        if name in values:
            setattr(sender, name, values[name])
    if secret:
        sender.secret = sealing.seal(secret)
    elif went_to != (sender.way, sender.host.lower(), sender.user, sender.provider):
        sender.secret = ""
    if sender.provider != told_by:
        sender.hook_secret, sender.hook_refused_at, sender.hook_refusal = "", None, ""
    if address.rpartition("@")[2].lower() != tenant.mail_address.rpartition("@")[2].lower():
        # The records of another domain were not looked at yet.
        sender.signs, sender.seen, sender.seen_at = False, {}, None
    sender.changed_at = at
    sender.save()
    if sender.return_path == Sender.ReturnPath.DOMAIN and sender.bounce_domain:
        BounceDomain.objects.get_or_create(domain=sender.bounce_domain.lower(), tenant=tenant)
    Tenant.objects.filter(pk=tenant.pk).update(mail_address=address)
    tenant.mail_address = address
    audit.record("sender.changed", sender, actor=actor, before=before, after=_told(sender) | _renewed(secret))
    return sender


def make_key(*, actor: User, at: datetime) -> Sender:
    """Make a new key to sign with; mail is signed once that is switched on. Raises NotPermitted."""
    sender = _locked(actor, at)
    private, public = signature.new_key()
    sender.private_key, sender.public_key = sealing.seal(private), public
    # Another name each time: the former record may stay in DNS until the last mail signed by it has arrived.
    sender.selector = f"desk{at:%y%m%d%H%M%S}"
    sender.signs, sender.changed_at = False, at
    sender.save()
    audit.record("sender.key_made", sender, actor=actor, after={"selector": sender.selector})
    return sender


def renew_hooks(*, actor: User, at: datetime) -> Sender:
    """Other addresses for the provider; the former ones are nobody's from now on. Raises NotPermitted."""
    sender = _locked(actor, at)
    before, sender.hook_round = sender.hook_round, sender.hook_round + 1
    sender.save(update_fields=["hook_round"])
    told = {"before": {"hook_round": str(before)}, "after": {"hook_round": str(sender.hook_round)}}
    audit.record("sender.hooks_renewed", sender, actor=actor, **told)
    return sender


def set_signing_secret(*, actor: User, at: datetime, secret: str) -> Sender:
    """From now on the provider has to sign what it tells; with no secret it needs not. Raises NotPermitted.

    Several secrets may stand there, with space between them: each address may have one of its own.
    """
    sender = _locked(actor, at)
    before, sender.hook_secret = bool(sender.hook_secret), sealing.seal(" ".join(secret.split()))
    sender.hook_refused_at, sender.hook_refusal = None, ""
    sender.save(update_fields=["hook_secret", "hook_refused_at", "hook_refusal"])
    told = {"before": {"hook_secret": str(before)}, "after": {"hook_secret": str(bool(secret.strip()))}}
    audit.record("sender.hooks_signed", sender, actor=actor, **told)
    return sender


def sign(*, actor: User, at: datetime, on: bool) -> Sender:
    """Sign mail from now on, or no more. Raises NotPermitted, NoKey."""
    sender = _locked(actor, at)
    if on and not sender.private_key:
        raise NoKey
    before, sender.signs = sender.signs, on
    sender.save(update_fields=["signs"])
    audit.record("sender.signing", sender, actor=actor, before={"signs": str(before)}, after={"signs": str(on)})
    return sender


def check_records(*, actor: User, at: datetime) -> Sender:
    """Ask DNS for the records that the sender wants, and keep what is seen. Raises NotPermitted."""
    sender = _locked(actor, at)
    sender.seen = {each.key: records.look_up(each).value for each in records.wanted(sender)}
    sender.seen_at = at
    sender.save(update_fields=["seen", "seen_at"])
    return sender


def _locked(actor: User, at: datetime) -> Sender:
    if not actor.may(Permission.CONFIGURE):
        raise NotPermitted
    Sender.objects.get_or_create(tenant=active_tenant(), defaults={"changed_at": at})
    return Sender.objects.select_for_update(of=("self",)).get()


def _told(sender: Sender) -> dict[str, str]:
    values = {name: str(getattr(sender, name)) for name in _FIELDS}
    return {"address": active_tenant().mail_address, **values}


def _renewed(secret: str) -> dict[str, str]:
    return {"secret": "renewed"} if secret else {}
