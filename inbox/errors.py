"""Every "no" about mail that a person may read."""

from django.utils.translation import gettext_lazy as _

from tenants.errors import Refused


class MailSent(Refused):
    """It is out."""

    sentence = _("This mail has been sent already.")
    code = "mail_sent"


class MailWiped(Refused):
    """Mails with codes lose their words when their time is over."""

    sentence = _("This mail held a sign-in code or link and is not kept. Ask the person to request a new one.")
    code = "mail_wiped"


class NoKey(Refused):
    """Nothing to sign with."""

    sentence = _("There is no key to sign with yet. Make one first.")
    code = "no_key"


class NotHeld(Refused):
    """Somebody was quicker."""

    sentence = _("This mail is not held any more. Reload the page to see what became of it.")
    code = "mail_not_held"


class NobodyToAnswer(Refused):
    """It says nothing of who wrote it, or nothing at all."""

    sentence = _("Nobody can tell who wrote this mail, so no request can be made of it. Download it to read it.")
    code = "mail_without_sender"


class MailboxTaken(Refused):
    """An address leads to one mailbox."""

    sentence = _("Mail to %(address)s goes somewhere else already. Choose another address.")
    code = "mailbox_taken"


class MailDomainTaken(Refused):
    """Whose it is, is nobody else's business."""

    sentence = _(
        "Another desk of this site takes mail in the domain %(domain)s. Choose an address in a domain of your own, or"
        " ask whoever runs the site to allow this one for several desks."
    )
    code = "mail_domain_taken"


class MailboxUsed(Refused):
    """What came is kept, and belongs to its mailbox."""

    sentence = _("Mail has come to this mailbox, and is kept with it. Switch it off instead.")
    code = "mailbox_used"


class MailboxOfSender(Refused):
    """Answers of customers would come back to them."""

    sentence = _("Customers answer to this address. Choose another sender first, then switch it off.")
    code = "mailbox_of_sender"
