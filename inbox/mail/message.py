"""A mail as it goes over the wire: its headers, its parts, its signature."""

from __future__ import annotations

from email.message import Message
from email.utils import format_datetime, formataddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import utf8_charset_qp

from inbox.mail import envelope, pictures, signature, stopping, threads, tokens
from inbox.mail.headers import deliverable, one_line
from inbox.models import OutgoingMail, Sender
from tenants.context import active_tenant


class SignedMail(EmailMultiAlternatives):
    """A message that is signed when it is put together, whichever way it leaves."""

    sender: Sender | None = None

    def message(self, **options: object) -> Message:  # type: ignore[override]
        """The message with its DKIM-Signature, if the sender signs."""
        message = super().message(**options)  # type: ignore[arg-type]
        if self.sender is not None and self.sender.signs:
            message["DKIM-Signature"] = signature.of(message.as_bytes(linesep="\r\n"), self.sender)  # type: ignore[call-arg]
        return message


def message_of(mail: OutgoingMail, sender: Sender | None = None) -> SignedMail:
    """The mail as it goes over the wire; nothing in it is new, so that a second try is the same mail."""
    has_address = deliverable(active_tenant().mail_address)
    message = SignedMail(
        subject=one_line(mail.subject, 300),
        body=mail.text,
        from_email=envelope.return_path(mail, sender) if has_address else str(settings.DEFAULT_FROM_EMAIL),
        to=[mail.address],
        headers=_headers(mail, sender, has_address=has_address),
    )
    message.sender = sender
    if sender is not None and sender.signs:
        # Seven bits all the way: a server on it that knows no more would write the words anew and break the signature.
        message.encoding = utf8_charset_qp
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
        if carried := pictures.parts(mail.html):
            message.mixed_subtype = "related"  # type: ignore[attr-defined]
            for picture in carried:
                message.attach(picture)
    return message


def _headers(mail: OutgoingMail, sender: Sender | None, *, has_address: bool) -> dict[str, str]:
    headers = {
        "From": written_sender(sender),
        "Message-ID": mail.message_id,
        "Date": format_datetime(mail.created_at),
        "Content-Language": mail.language,
    }
    if has_address:
        headers["Reply-To"] = _answers_to(mail, sender)
    if mail.in_reply_to:
        headers["In-Reply-To"] = mail.in_reply_to
    if mail.references:
        headers["References"] = mail.references
    if mail.ticket is not None:
        headers["Thread-Topic"] = one_line(threads.topic(mail.subject), 300)
        headers["Thread-Index"] = threads.index(
            mail.ticket.pk,
            mail.ticket.created_at,
            message_id=mail.message_id,
            at=mail.created_at,
            is_answer=bool(mail.in_reply_to),
        )
    if mail.kind == OutgoingMail.Kind.ANNOUNCED and mail.recipient is not None:
        headers |= stopping.headers(mail.recipient, at=mail.created_at)
    if mail.is_automatic:
        is_answer = mail.kind == OutgoingMail.Kind.RECEIPT
        headers["Auto-Submitted"] = "auto-replied" if is_answer else "auto-generated"
        headers["X-Auto-Response-Suppress"] = "All"
    return headers


def written_sender(sender: Sender | None) -> str:
    """Name and address of who writes, quoted as a header wants them; the site's own where the tenant has no address."""
    tenant = active_tenant()
    if not tenant.mail_address or not deliverable(tenant.mail_address):
        return str(settings.DEFAULT_FROM_EMAIL)
    return formataddr((_name(sender), tenant.mail_address))


def _answers_to(mail: OutgoingMail, sender: Sender | None) -> str:
    """Where an answer goes: for mails about a ticket to an address that says which, and whose answer it is."""
    address = active_tenant().mail_address
    if mail.ticket is not None and mail.recipient is not None:
        address = tokens.address(address, mail.ticket, mail.recipient)
    return formataddr((_name(sender), address))


def _name(sender: Sender | None) -> str:
    return one_line((sender.name if sender is not None else "") or active_tenant().name, 100)
