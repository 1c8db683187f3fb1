"""Which ticket a mail belongs to: by our token, or by a mail of ours that it answers; never by its subject."""

from __future__ import annotations

from dataclasses import dataclass

from inbox.mail import tokens
from inbox.mail.parsing import ParsedMail
from inbox.models import OutgoingMail
from tenants.models import User
from tickets import recipients
from tickets.models import Ticket

#: References that are looked up: the newest ones.
_MOST = 30


@dataclass(frozen=True)
class Match:
    """The ticket that a mail answers, and how that is known; or one that it only may belong to."""

    ticket: Ticket | None = None
    how: str = ""
    maybe: Ticket | None = None

    @property
    def is_by_token(self) -> bool:
        """Whether the sender holds what was sent to them alone."""
        return self.how == "token"


def match(mail: ParsedMail, sender: User | None) -> Match:
    """The ticket that this sender may answer with this mail."""
    token = tokens.find([*(each.email for each in (*mail.to, *mail.cc)), *mail.delivered_to])
    maybe: Ticket | None = None
    if token is not None:
        ticket = _stays(Ticket.objects.filter(number=token.number).first())
        named = Ticket.objects.filter(number=token.number).first()
        if ticket is not None and named is not None:
            if sender is not None and token.is_for(named, sender):
                return Match(ticket, "token") if _takes_part(ticket, sender) else Match(how="left", maybe=ticket)
            if _is_for_somebody(token, named):
                if sender is not None and not sender.is_staff_member and _takes_part(ticket, sender):
                    return Match(ticket, "token_of_other")
                maybe = ticket
    sent = answered(mail)
    if sent is None:
        return Match(maybe=maybe)
    ticket = _stays(sent.ticket)
    if ticket is not None and sender is not None and _takes_part(ticket, sender):
        return Match(ticket, "references")
    return Match(maybe=maybe or ticket)


def answers_us(mail: ParsedMail) -> bool:
    """Whether it answers a mail that we sent."""
    return answered(mail) is not None


def answered(mail: ParsedMail) -> OutgoingMail | None:
    """The mail of ours that it answers, or reports about."""
    reported = [mail.bounce.message_id] if mail.bounce is not None and mail.bounce.message_id else []
    ids = list(dict.fromkeys([*reported, *mail.in_reply_to, *reversed(mail.references)]))[:_MOST]
    if not ids:
        return None
    sent = {each.message_id: each for each in OutgoingMail.objects.filter(message_id__in=ids).select_related("ticket")}
    return next((sent[each] for each in ids if each in sent), None)


def _is_for_somebody(token: tokens.ReplyToken, ticket: Ticket) -> bool:
    people = [each.person for each in recipients.of(ticket)] + recipients.followers(ticket)
    told = OutgoingMail.objects.filter(ticket=ticket, recipient__isnull=False).values("recipient")
    people += list(User.objects.filter(pk__in=told)[:100])
    return any(token.is_for(ticket, person) for person in people)


def _takes_part(ticket: Ticket, person: User) -> bool:
    return person.is_active and Ticket.objects.visible_to(person).filter(pk=ticket.pk).exists()


def _stays(ticket: Ticket | None) -> Ticket | None:
    """The ticket itself, or the one that it was merged into."""
    for _ in range(20):
        if ticket is None or ticket.merged_into_id is None:
            return ticket
        ticket = Ticket.objects.filter(pk=ticket.merged_into_id).first()
    return ticket
