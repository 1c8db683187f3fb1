"""Who joined and left a ticket, in words: for agents and for customers."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tickets.sentences.words import Data, Told, Words


def _followed(data: Data, words: Words) -> Told:
    if data.get("because") == "mention":
        return Told(text=_("%(name)s follows this ticket since %(actor)s mentioned them") % data, icon="eye")
    return Told(text=_("%(actor)s follows this ticket") % data, icon="eye")


def _unfollowed(data: Data, words: Words) -> Told:
    return Told(text=_("%(actor)s no longer follows this ticket") % data, icon="eye-off")


def _added(data: Data, words: Words) -> Told:
    names = {**data, "name": words.named(data)}
    return Told(text=_("%(actor)s put %(name)s in copy") % names, icon="user-plus")


def _removed(data: Data, words: Words) -> Told:
    names = {**data, "name": words.named(data)}
    return Told(text=_("%(actor)s took %(name)s out of copy") % names, icon="user")


def _added_for_customers(data: Data, words: Words) -> Told | None:
    if _is_strangers(data):
        return None
    if _is_address(data):
        return Told(text=_("%(actor)s put somebody in copy") % data, icon="user-plus")
    return _added(data, words)


def _removed_for_customers(data: Data, words: Words) -> Told | None:
    if _is_strangers(data):
        return None
    if _is_address(data):
        return Told(text=_("%(actor)s took somebody out of copy") % data, icon="user")
    return _removed(data, words)


def _is_strangers(data: Data) -> bool:
    """Whether a merge brought the person along; recorded as public once."""
    return data.get("because") == "merge"


def _is_address(data: Data) -> bool:
    """Whether there is only a mail address, for want of a name: not for other customers to read."""
    return not data.get("name") or "@" in data["name"]


FOR_AGENTS = {
    "ticket.followed": _followed,
    "ticket.unfollowed": _unfollowed,
    "participant.added": _added,
    "participant.removed": _removed,
}
FOR_CUSTOMERS = {"participant.added": _added_for_customers, "participant.removed": _removed_for_customers}
