"""Mail: who sends it, each mail that goes out, addresses from which it came back; mailboxes and what comes in."""

from inbox.models.bounces import BouncedAddress
from inbox.models.choices import NotificationPreference, StoppedMail
from inbox.models.imap import ImapAccount
from inbox.models.incoming import InboundMail
from inbox.models.mailboxes import BounceDomain, Mailbox, MailRoute
from inbox.models.outgoing import OutgoingMail, OutgoingMailQuerySet
from inbox.models.senders import Sender
from inbox.models.templates import MailTemplate

__all__ = [
    "BounceDomain",
    "BouncedAddress",
    "ImapAccount",
    "InboundMail",
    "MailRoute",
    "MailTemplate",
    "Mailbox",
    "NotificationPreference",
    "OutgoingMail",
    "OutgoingMailQuerySet",
    "Sender",
    "StoppedMail",
]
