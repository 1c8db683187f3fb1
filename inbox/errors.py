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
