"""What the policy does about rude language of customers: nothing, a flag for agents, a warning, or a refusal.

Clauses C10 and D9.
"""

from __future__ import annotations

from collections.abc import Iterable

from sla.document import SupportPolicy
from tenants.models import User
from tickets import desk, profanity
from tickets.errors import RudeWords, RudeWordsWarned


def require_courtesy(
    *texts: str, author: User | None, as_it_is: bool = False, policy: SupportPolicy | None = None
) -> bool:
    """Whether what a customer wrote is to be flagged for rude words; staff is not looked at, but nobody known is.

    `as_it_is`: the writer was warned and sends it all the same. `policy`: the one in force, if it is at hand.
    Raises RudeWords, RudeWordsWarned, PolicyMissing.
    """
    policy = policy or desk.current_policy().policy
    words = _found(texts, author, policy)
    if not words:
        return False
    way, named = policy.fair_use.profanity, ", ".join(words)
    if way == "refuse":
        raise RudeWords(words=named)
    if way == "warn" and not as_it_is:
        raise RudeWordsWarned(words=named)
    return True


def has_rude_words(*texts: str, author: User) -> bool:
    """Whether a complaint or an objection is to be flagged. Raises PolicyMissing.

    It is never held back, and counts against nobody: who has been wronged may be angry, and a rule about words must not
    stand between them and whoever is to put it right.
    """
    return bool(_found(texts, author, desk.current_policy().policy))


def _found(texts: Iterable[str], author: User | None, policy: SupportPolicy) -> list[str]:
    fair_use = policy.fair_use
    if fair_use is None or fair_use.profanity == "off" or (author is not None and author.is_staff_member):
        return []
    return list(profanity.found("\n".join(texts)))
