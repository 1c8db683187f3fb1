"""Mail that came in, as staff reads of it: pages by key, and everything in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inbox.intake.senders import OURSELVES
from inbox.models import InboundMail
from tenants.models import User

PAGE_SIZE = 50
#: What the figures above the list look back on.
COUNTED = timedelta(days=30)

Outcome = InboundMail.Outcome

_REASONS = {
    "forged": gettext_lazy("Its sender is forged: the checks of the mail server failed."),
    "not_authorised": gettext_lazy("This address is not authorised to make requests for an organisation."),
    "unproven": gettext_lazy("This address is authorised, but no mail server vouches that the mail comes from it."),
    "unsigned": gettext_lazy(
        "It answers a request in the name of somebody whose mail always proves itself, as their domain says, and this"
        " one does not."
    ),
    "no_sender": gettext_lazy("It does not say who wrote it, or nothing that can be answered."),
    "inactive": gettext_lazy("The account of its sender is closed."),
    "staff_left": gettext_lazy("A colleague answered who may not answer this ticket any more."),
    "staff_unproven": gettext_lazy(
        "It says that a colleague wrote it, but came to no reply address of theirs, and no mail server vouches for it."
    ),
    "failed": gettext_lazy("Something went wrong here when it was taken, which is our fault. Please look at it."),
    "unreadable": gettext_lazy("It took too long to read, or too much memory."),
    "too_large": gettext_lazy(
        "It is larger than 50 MB: only its head was fetched, the mail itself lies in the mailbox."
    ),
    "not_fetched": gettext_lazy("The server did not give it out in five tries: it lies in the mailbox still."),
    "bounce": gettext_lazy("A mail of ours came back."),
    "complaint": gettext_lazy("It answers a mail about a complaint, so only those see it who handle that."),
    "own_mail": gettext_lazy("A mail of our own came back to us."),
    "out_of_office": gettext_lazy("A note of absence."),
    "auto_reply": gettext_lazy("The answer of a program."),
    "discarded": gettext_lazy("Somebody set it aside."),
}
_MATCHED = {
    "token": gettext_lazy("by the reply address that only its sender was given"),
    "token_of_other": gettext_lazy("by the reply address of somebody else of this ticket; its sender takes part too"),
    "references": gettext_lazy("by the mail of ours that it answers; its sender takes part"),
    "left": gettext_lazy("by a reply address of somebody who does not take part any more"),
    "report": gettext_lazy("by the mail of ours that it is about"),
    "new": gettext_lazy("it answers nothing, so it became a request of its own"),
}
_PROOFS = {
    "pass": gettext_lazy("The mail server vouches for the sender's address."),
    "fail": gettext_lazy("The sender's address is forged, as the checks of the mail server say."),
    "unknown": gettext_lazy("Nobody vouches for the sender's address."),
}
_OWN_PROOFS = {
    "pass": gettext_lazy("A valid signature (DKIM) of its domain proves the sender's address."),
    "unknown": gettext_lazy("No valid signature (DKIM) of its domain proves the sender's address."),
}


@dataclass(frozen=True)
class Page:
    """Some mails, and the key of what follows."""

    mails: list[InboundMail]
    next: str


def page_of(person: User, *, outcome: str = "", after: str = "") -> Page:
    """The newest mails with an outcome, after the key of a page before; a key that somebody made up begins anew."""
    found = narrowed(person, outcome=outcome)
    at, _separator, pk = after.partition("_")
    try:
        instant, row = datetime.fromisoformat(at), UUID(pk)
        if instant.tzinfo is not None:
            found = found.filter(Q(received_at__lt=instant) | Q(received_at=instant, pk__lt=row))
    except ValueError:
        pass
    mails = list(found.order_by("-received_at", "-id")[: PAGE_SIZE + 1])
    last = mails[PAGE_SIZE - 1] if len(mails) > PAGE_SIZE else None
    return Page(mails[:PAGE_SIZE], f"{last.received_at.isoformat()}_{last.pk}" if last else "")


def narrowed(person: User, *, outcome: str) -> QuerySet[InboundMail]:
    """Mails with an outcome that a person may read of, without what they quote."""
    found: QuerySet[InboundMail] = (
        InboundMail.objects.shown_to(person).select_related("mailbox", "ticket").defer("quote", "ticket__description")
    )
    return found.filter(outcome=outcome) if outcome else found


def badge(mail: InboundMail) -> dict[str, str]:
    """The outcome as a badge: its colour, icon and word."""
    kind, icon = {
        Outcome.WAITING: ("info", "hourglass"),
        Outcome.TICKET: ("good", "check"),
        Outcome.REPLY: ("good", "check"),
        Outcome.HELD: ("warn", "alert-triangle"),
        Outcome.DROPPED: ("plain", "ban"),
    }[Outcome(mail.outcome)]
    return {"kind": kind, "icon": icon, "text": mail.get_outcome_display()}


def reason(mail: InboundMail) -> str:
    """Why it is held or was set aside, or nothing."""
    if not mail.reason:
        return ""
    return str(mail.verdict.get("refusal") or _REASONS.get(mail.reason, mail.reason))


def _sender(checks: dict[str, str]) -> str:
    """Whether the sender is who they say, the single results, and who found that out."""
    is_own = checks.get("by") == OURSELVES
    proof = (_OWN_PROOFS if is_own else _PROOFS).get(checks.get("proof", ""))
    if proof is None:
        return ""
    said = [str(proof)]
    if checks.get("policy") in ("quarantine", "reject") and checks["proof"] == "unknown":
        said.append(_("The domain asks that mail that proves nothing be turned away."))
    if results := [f"{name.upper()}: {checks[name]}" for name in ("spf", "dkim", "dmarc") if checks.get(name)]:
        said.append(f"{', '.join(results)}.")
    if checks.get("by"):
        by = _("this helpdesk") if is_own else checks["by"]
        said.append(_("Checked by: %(server)s.") % {"server": by})
    return " ".join(said)


def facts(mail: InboundMail) -> list[tuple[str, str]]:
    """The verdict: how it was matched, who says that the sender is who they say, what was left out."""
    verdict = mail.verdict
    found: list[tuple[str, str]] = []
    matched = str(verdict.get("matched", ""))
    # What is held or was set aside answers nothing either, but became no request.
    if (said := _MATCHED.get(matched)) and (matched != "new" or mail.outcome == Outcome.TICKET):
        found.append((_("Matched"), str(said)))
    checks = verdict.get("authentication") or {}
    if proof := _sender(checks):
        found.append((_("Sender"), proof))
    if verdict.get("automatic"):
        found.append((_("Written by a program"), _("as %(header)s says") % {"header": verdict["automatic_by"]}))
    if verdict.get("unsigned"):
        no = _("No: it names a mail of ours, but anybody can who has seen that. Nothing was done on its word.")
        found.append((_("Believed"), no))
    if verdict.get("silent"):
        found.append((_("Answered"), _("No: too many mails came from this address in a short time.")))
    if verdict.get("maybe"):
        found.append((_("May belong to"), f"#{verdict['maybe']}"))
    if verdict.get("left"):
        found.append((_("Too large to keep on the message"), ", ".join(verdict["left"])))
    if verdict.get("flaws"):
        found.append((_("Repaired or left unread"), ", ".join(verdict["flaws"])))
    if mail.copies:
        found.append((_("Came again"), str(mail.copies)))
    return found
