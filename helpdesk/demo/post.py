"""The mail of a tenant's month: mailboxes, requests and answers that came as mails, a held one, one that came back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from typing import Any

from django.utils import timezone

from inbox.actions.mailboxes import save_mailbox
from inbox.intake import deciding, receiving, routing
from inbox.intake.matching import Match
from inbox.intake.senders import authenticate
from inbox.mail import envelope, tokens
from inbox.mail.headers import one_line
from inbox.models import InboundMail, Mailbox, OutgoingMail
from tenants import alarms
from tenants.bulk import update
from tenants.context import active_tenant
from tenants.models import Role, User
from tickets import actions
from tickets.actions import organizations
from tickets.models import Category, Message, Team, Ticket

#: How a mail program begins a quote, by the language of who writes.
_QUOTES = {
    "en": "On {at:%d/%m/%Y %H:%M}, {name} wrote:",
    "ru": "{at:%d.%m.%Y %H:%M}, {name} пишет:",
    "es": "El {at:%d/%m/%Y} a las {at:%H:%M}, {name} escribió:",
}
_REPORT = """--B
Content-Type: text/plain

The mail could not be delivered.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.{host}

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <{address}>: Recipient address rejected: User unknown
--B
Content-Type: text/rfc822-headers

Message-ID: {message_id}
--B--
"""


class Post:
    """Brings the mails of the stories by the desk's own intake."""

    def __init__(self, script: dict[str, Any], author: User, *, at: datetime) -> None:
        self._script = script
        self._server = f"mx.{active_tenant().mail_address.rpartition('@')[2]}"
        self._letters = 0
        self._own = routing.own_mailbox(active_tenant().mail_address)
        for entry in script.get("mailboxes", []):
            self._set_up(entry, author, at)
        # Until the month is told: its mails carry what the mail server before this desk found out of them.
        Mailbox.objects.update(authserv=self._server)

    def _set_up(self, entry: dict[str, Any], author: User, at: datetime) -> None:
        save_mailbox(
            None,
            actor=author,
            at=at,
            address=entry["address"],
            category=Category.objects.get(key=entry["category"]) if "category" in entry else None,
            team=Team.objects.get(key=entry["team"]) if "team" in entry else None,
            language=entry.get("language", ""),
            is_advisory=entry.get("is_advisory", False),
        )

    def brings(self, script: dict[str, Any], requester: User) -> bool:
        """Whether a story begins with a mail; where addresses have to be authorised, it is one of those."""
        is_known = organizations.authorized_company(requester.email) is not None
        needs_that = "authorised-address" in self._script.get("requires", [])
        return script.get("channel") == "email" and "by" not in script and (is_known or not needs_that)

    def file(self, script: dict[str, Any], requester: User, open_ticket: Callable[[], Ticket], at: datetime) -> Ticket:
        """A request that came as a mail; `open_ticket` files it with what its story fills in on top."""
        raw = self._written(requester, script["subject"], script["description"], to=self._own.address, at=at)
        mail, _ = receiving.keep(raw, active_tenant(), self._own.pk, at, to=self._own.address)
        mail.mailbox = Mailbox.objects.get(pk=self._own.pk)
        read = receiving.readable(raw)
        assert read is not None  # it is ours
        ticket = open_ticket()
        mail.sender, mail.sender_name, mail.subject = requester.email, requester.name, one_line(script["subject"], 300)
        mail.verdict |= deciding.verdict_of(read[0], authenticate(read[0], mail.mailbox), Match())
        mail.outcome, mail.ticket, mail.message = InboundMail.Outcome.TICKET, ticket, actions.first_message(ticket)
        mail.attempts = 1
        update(mail, receiving.DECIDED)
        alarms.cancel(receiving.TAKE, mail.pk)
        return ticket

    def answer(self, ticket: Ticket, text: str, at: datetime) -> None:
        """What the customer says next, as an answer to the last public message; the intake does the rest."""
        last = ticket.messages.filter(kind=Message.Kind.PUBLIC).order_by("-id").first()
        person, body = ticket.requester, text
        if last is not None and last.body:
            begins = _QUOTES.get(person.language or active_tenant().language, _QUOTES["en"])
            said = begins.format(at=timezone.localtime(last.posted_at), name=str(last.author))
            body = "\n".join([text.rstrip(), "", said, *(f"> {line}" for line in last.body.splitlines())])
        to = tokens.address(self._own.address, ticket, person)
        raw = self._written(person, f"Re: [#{ticket.number}] {ticket.subject}", body, to=to, at=at)
        receiving.receive(raw, to=to, at=at)

    def end(self, *, now: datetime) -> None:
        """What waits for somebody now: a mail that is held, and an address from which one came back."""
        for entry in self._script.get("held", []):
            at = now - timedelta(hours=entry["hours_ago"])
            sender = User(name=entry["name"], email=entry["from"])
            results = entry.get("results", "pass")
            raw = self._written(sender, entry["subject"], entry["text"], to=self._own.address, at=at, results=results)
            receiving.receive(raw, to=self._own.address, at=at)
        self._bring_back(now)
        # No such server stands before this desk.
        Mailbox.objects.update(authserv="")

    def _bring_back(self, now: datetime) -> None:
        """Somebody's address has ceased to work: the report of the last mail to them comes back."""
        to_customers = OutgoingMail.objects.filter(recipient__role__kind=Role.Kind.CUSTOMER, event__isnull=False)
        person = self._script.get("bounced", "")
        sent = to_customers.filter(address=person, state=OutgoingMail.State.SENT).order_by("-created_at").first()
        if sent is None:
            return
        to = envelope.return_path(sent, None)
        host = sent.address.rpartition("@")[2]
        head = {
            "Return-Path": "<>",
            "Authentication-Results": f"{self._server}; dmarc=pass header.from={host}",
            "From": f"MAILER-DAEMON@{host}",
            "To": to,
            "Subject": "Undelivered Mail Returned to Sender",
            "Date": format_datetime(now),
            "Auto-Submitted": "auto-replied",
            "MIME-Version": "1.0",
            "Content-Type": 'multipart/report; report-type=delivery-status; boundary="B"',
        }
        body = _REPORT.format(host=host, address=sent.address, message_id=sent.message_id)
        lines = [*(f"{name}: {value}" for name, value in head.items()), "", *body.splitlines()]
        receiving.receive("\r\n".join(lines).encode(), to=to, at=now)

    def _written(self, sender: User, subject: str, text: str, *, to: str, at: datetime, results: str = "pass") -> bytes:
        """A mail as the sender's program writes it and the mail server before this desk hands it on."""
        self._letters += 1
        host = sender.email.rpartition("@")[2]
        mail = EmailMessage(policy=SMTP)
        mail["Authentication-Results"] = f"{self._server}; dmarc={results} header.from={host}"
        mail["From"] = formataddr((sender.name, sender.email))
        mail["To"] = to
        mail["Subject"] = one_line(subject, 300)
        mail["Date"] = at
        mail["Message-ID"] = f"<{self._letters}.{at:%Y%m%d%H%M%S}@{host}>"
        mail.set_content(text)
        return mail.as_bytes()
