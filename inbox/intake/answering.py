"""What a sender is told of a mail that was not taken: how to go on. Never what they wrote, and never many times."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from inbox.actions import post
from inbox.mail import headers, writing
from inbox.mail.letters import Letter
from inbox.mail.links import link
from inbox.mail.parsing import ParsedMail
from inbox.models import InboundMail, OutgoingMail
from tenants.context import active_tenant
from tenants.errors import Refused
from tickets import actions
from tickets.models import Ticket


def explain(mail: InboundMail, parsed: ParsedMail, *, at: datetime) -> None:
    """The address speaks for no organisation: who may write, and what else can be done. Clause C5."""
    with override(_language(mail)):
        lead = _("Your mail arrived, but this address is not authorised to make requests for an organisation.")
        paragraphs = [
            _("We keep it until somebody here has checked it. Nothing is lost, and no work has begun yet."),
            _(
                "It is quicker if your request comes from an authorised address of your organisation, or if whoever"
                " manages your contract asks us to authorise this one."
            ),
        ]
        _send(mail, parsed, lead, paragraphs, at)


def explain_unproven(mail: InboundMail, parsed: ParsedMail, *, at: datetime) -> None:
    """The address is authorised, but its mail server does not vouch for the mail: how to go on. Clause C5."""
    with override(_language(mail)):
        lead = _("Your mail arrived, but nothing shows that it really comes from this address.")
        paragraphs = [
            _("We keep it until somebody here has checked it. Nothing is lost, and no work has begun yet."),
            _("It is quicker if you sign in on our help page and send your request there."),
        ]
        _send(mail, parsed, lead, paragraphs, at)


def refuse(mail: InboundMail, parsed: ParsedMail, refusal: Refused, *, at: datetime) -> None:
    """What was asked for could not be done: the same sentence that a page would have shown."""
    with override(_language(mail)):
        lead = _("Your mail arrived, but nothing could be made of it yet.")
        _send(mail, parsed, lead, [str(refusal), _("We keep it until somebody here has looked at it.")], at)


def fall_silent(mail: InboundMail, ticket: Ticket, *, at: datetime) -> None:
    """A request gets no receipt since so much came from its sender: the first time in a day its page says so."""
    day = at - writing.DAY
    silent = InboundMail.objects.filter(sender=mail.sender, received_at__gt=day, verdict__silent=True)
    withheld = OutgoingMail.objects.filter(address=mail.sender, created_at__gt=day, error=writing.TOO_MANY_IN_ALL)
    if not silent.exclude(pk=mail.pk).exists() and not withheld.exists():
        actions.note_silence(ticket, address=mail.sender, at=at)
    mail.verdict["silent"] = True


def _send(mail: InboundMail, parsed: ParsedMail, lead: str, paragraphs: list[str], at: datetime) -> None:
    address = parsed.sender.email
    if parsed.is_auto_reply or not headers.deliverable(address):
        return
    if _is_enough(address, at):
        mail.verdict["silent"] = True
        return
    letter = Letter(
        kind=OutgoingMail.Kind.RECEIPT,
        subject=_("Your mail to us"),
        greeting=_("Hello,"),
        lead=lead,
        paragraphs=paragraphs,
        url=link("portal:home"),
        button=_("Open our help page"),
        why=_("You get this mail because somebody wrote to us from this address."),
    )
    answer = OutgoingMail(
        kind=letter.kind,
        address=address,
        language=_language(mail),
        subject=headers.one_line(letter.subject, 250),
        **writing.rendered("letter", {"letter": letter}),
        message_id=f"<{mail.pk}.held@{headers.host(active_tenant())}>",
        in_reply_to=parsed.message_id[:255],
        references=parsed.message_id[:255],
        created_at=at,
    )
    post([answer], at)


def _is_enough(address: str, at: datetime) -> bool:
    limits = writing.MOST_TO_A_STRANGER
    sent = OutgoingMail.objects
    return any(sent.automatic_since(address, at - period).count() >= most for period, most in limits)


def _language(mail: InboundMail) -> str:
    return mail.mailbox.language or active_tenant().language
