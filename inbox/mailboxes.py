"""How mailboxes fare, in words; and telling administrators of one that has been in trouble for long."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inbox.actions import post
from inbox.imap import troubles
from inbox.mail import headers, readers, writing
from inbox.mail.letters import Letter
from inbox.mail.links import link
from inbox.models import ImapAccount, InboundMail, Mailbox, MailRoute, OutgoingMail
from tenants.context import active_tenant
from tenants.models import User
from tenants.permissions import Permission

#: What a trial says of a mailbox that is not fetched.
NOT_FETCHED = gettext_lazy(
    "Choose “We fetch it from a mailbox” to try it. Mail that is forwarded you try by sending one."
)
#: Of so many mails the newest ones tell when a mailbox got its last.
_LATEST = 1_000


def coming_in() -> dict[str, Combinable]:
    """What to select for `mail_addresses`, those of mailboxes in use, and `has_mail`: whether any has come in yet."""
    used = Mailbox.objects.filter(is_active=True).values("address")
    return {"mail_addresses": ArraySubquery(used), "has_mail": Exists(InboundMail.objects.all())}


@dataclass(frozen=True)
class Row:
    """A mailbox with its other addresses, how its mail is fetched, if it is, and when the last one came."""

    mailbox: Mailbox
    aliases: list[str]
    account: ImapAccount | None
    last_mail: datetime | None

    @property
    def badge(self) -> dict[str, str]:
        """How it fares: colour, icon and word."""
        if not self.mailbox.is_active:
            return {"kind": "plain", "icon": "ban", "text": _("Switched off")}
        if self.account is not None and self.account.error:
            return {"kind": "bad", "icon": "alert-circle", "text": _("Needs a look")}
        if self.account is not None and self.account.looked_at is None:
            return {"kind": "info", "icon": "hourglass", "text": _("Not looked into yet")}
        if self.account is None and self.last_mail is None:
            return {"kind": "plain", "icon": "mail", "text": _("No mail yet")}
        return {"kind": "good", "icon": "check", "text": _("Works")}

    @property
    def trouble(self) -> str:
        """What is wrong and what to do, empty where nothing is."""
        return trouble(self.account) if self.account and self.mailbox.is_active else ""

    @property
    def way(self) -> str:
        """How its mail comes in."""
        return _("fetched from %(host)s") % {"host": self.account.host} if self.account else _("forwarded to us")


def rows() -> list[Row]:
    """All mailboxes of the active tenant; three queries, however many there are."""
    aliases: dict[UUID, list[str]] = defaultdict(list)
    for route in MailRoute.objects.filter(tenant=active_tenant()).order_by("address"):
        aliases[route.mailbox].append(route.address)
    accounts = {each.mailbox_id: each for each in ImapAccount.objects.filter(is_on=True)}
    newest: dict[UUID, datetime] = {}
    latest = InboundMail.objects.order_by("-received_at", "-id").values_list("mailbox_id", "received_at")
    for mailbox_id, at in latest[:_LATEST]:
        newest.setdefault(mailbox_id, at)
    return [
        Row(
            mailbox,
            [each for each in aliases[mailbox.pk] if each != mailbox.address],
            accounts.get(mailbox.pk),
            newest.get(mailbox.pk) or getattr(accounts.get(mailbox.pk), "taken_at", None),
        )
        for mailbox in Mailbox.objects.select_related("category", "team")
    ]


def row_of(mailbox: Mailbox) -> Row:
    """One of them."""
    return next(row for row in rows() if row.mailbox.pk == mailbox.pk)


@dataclass(frozen=True)
class WayIn:
    """A way for mail that a mail server forwards, and what to write there."""

    title: str
    text: str
    value: str


def ways_in(address: str, host: str) -> list[WayIn]:
    """What whoever runs the mail server sets so that mail to an address comes here."""
    named = address or "support@acme.example"
    domain = named.rpartition("@")[2]
    return [
        WayIn(
            _("Forward it by mail"),
            _(
                "A rule of your mail server or provider that sends every mail on, unchanged, to this address."
                " Enter it above too, among the other addresses of this mailbox:"
            ),
            named if domain == host else f"{named.rpartition('@')[0]}@{host}",
        ),
        WayIn(
            _("Let the domain lead here (MX)"),
            _("Where %(domain)s takes mail for nothing else, its record in DNS:") % {"domain": domain},
            f"{domain}. MX 10 {host}.",
        ),
        WayIn(
            _("Pipe"),
            _("Where a mail server stands beside this site, a line in its table of pipes (Postfix, master.cf):"),
            "helpdesk unix - n n - 4 pipe flags=F user=helpdesk"
            " argv=python manage.py receive_mail --mailbox ${original_recipient}",
        ),
    ]


def names_of(account: ImapAccount) -> dict[str, object]:
    """What sentences about an account's trouble name."""
    plain = {"host": account.host, "port": account.port, "user": account.user}
    return {**plain, "folder": account.folder, "done": account.done_folder}


def trouble(account: ImapAccount) -> str:
    """What is wrong at the last look and what to do, empty where nothing is."""
    return troubles.sentence(account.error, names_of(account), account.said) if account.error else ""


def tell(account_id: UUID, now: datetime) -> None:
    """Alarm handler: one mail to everybody who may mend it, in their language; nothing if it works again."""
    account = ImapAccount.objects.select_related("mailbox").filter(pk=account_id).first()
    if account is None or not account.error or account.failing_since is None:
        return
    people = readers.who_may(Permission.CONFIGURE)
    post((_mail(account, person, now) for person in people if headers.deliverable(person.email)), now)


def _mail(account: ImapAccount, person: User, now: datetime) -> OutgoingMail:
    key = f"{account.pk}.{account.failing_since:%Y%m%d%H%M%S}"  # the same for one time of trouble
    with readers.reading_as(person):
        return writing.addressed(_letter(account, person), person, key=key, now=now)


def _letter(account: ImapAccount, person: User) -> Letter:
    name = {"address": account.mailbox.address}
    if account.error == "mark":
        lead = _("Mail to %(address)s is taken, but something is wrong with its mailbox:") % name
    else:
        lead = _("No mail to %(address)s can be fetched. What customers wrote since then waits in its mailbox.") % name
    return Letter(
        kind=OutgoingMail.Kind.NOTICE,
        subject=_("Mailbox to be looked at: %(address)s") % name,
        greeting=_("Hello %(name)s,") % {"name": person.name} if person.name else _("Hello,"),
        lead=lead,
        paragraphs=[trouble(account), _("It is tried again and again; nothing is lost meanwhile.")],
        url=link("desk:mailbox", account.mailbox_id),
        button=_("Open the mailbox"),
        why=_("You get this mail because you look after the settings."),
    )
