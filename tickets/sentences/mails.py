"""What happened with mail about a ticket, in words for agents; customers are not concerned."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tickets.sentences.words import Data, Told, Words


def _silenced(data: Data, words: Words) -> Told:
    text = _("Automatic mail to %(address)s is stopped for now: it got too many in a short time") % data
    detail = _("A program may be answering there. What you write is still sent.")
    return Told(text=text, icon="ban", tone="warn", detail=detail)


FOR_AGENTS = {"mail.silenced": _silenced}
