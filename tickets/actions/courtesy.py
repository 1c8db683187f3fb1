"""What the policy does about rude language of customers: nothing, a flag for agents, a warning, or a refusal.

Clauses C10 and D9.
"""

from __future__ import annotations

from tenants.models import User
from tickets import desk, profanity
from tickets.errors import RudeWords, RudeWordsWarned


def require_courtesy(*texts: str, author: User | None, as_it_is: bool = False) -> bool:
    """Whether what a customer wrote is to be flagged for rude words; staff is not looked at, but nobody known is.

    `as_it_is`: the writer was warned and sends it all the same. Raises RudeWords, RudeWordsWarned, PolicyMissing.
    """
    fair_use = desk.current_policy().policy.fair_use
    if fair_use is None or fair_use.profanity == "off":
        return False
    if author is not None and author.is_staff_member:
        return False
    words = profanity.found("\n".join(texts))
    if not words:
        return False
    named = ", ".join(words)
    if fair_use.profanity == "refuse":
        raise RudeWords(words=named)
    if fair_use.profanity == "warn" and not as_it_is:
        raise RudeWordsWarned(words=named)
    return True
