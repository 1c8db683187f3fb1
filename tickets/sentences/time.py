"""Time spent, in words for agents; customers are not concerned."""

from __future__ import annotations

from django.utils.translation import gettext as _

from sla.words import length
from tickets.sentences.words import Data, Told, Words


def _length(said: Data) -> str:
    return length(int(said["minutes"]) * 60)


def _entered(data: Data, words: Words) -> Told:
    text = _("%(actor)s spent %(time)s on this") % {**data, "time": _length(data["after"])}
    return Told(text=text, icon="clock", detail=data["after"]["note"])


def _changed(data: Data, words: Words) -> Told:
    times = {"before": _length(data["before"]), "after": _length(data["after"])}
    text = _("%(actor)s corrected the time spent: %(after)s instead of %(before)s") % {**data, **times}
    return Told(text=text, icon="clock", detail=data["after"]["note"])


def _removed(data: Data, words: Words) -> Told:
    text = _("%(actor)s took back %(time)s of time spent") % {**data, "time": _length(data["before"])}
    return Told(text=text, icon="clock", detail=data["before"]["note"])


FOR_AGENTS = {"time.entered": _entered, "time.changed": _changed, "time.removed": _removed}
