"""A ticket's clocks: `fold(history, terms, as_of)` computes them from what happened, and nothing else.

`python -m sla.clock < timelines.jsonl` does it for histories from a pipe; `sla/clock/command.py` says how.
"""

from sla.clock.events import APPROVAL, STATUSES, Event, EventType, HistoryInvalid
from sla.clock.facts import State
from sla.clock.folding import Clocks, fold
from sla.clock.instance import Clock
from sla.clock.ledger import Breach, Entry, Kind
from sla.clock.past import Window
from sla.clock.terms import DEFAULT_PAUSES, METRICS, Metric, Moment, OnPromise, Target, TargetTable, Terms

__all__ = [
    "APPROVAL",
    "DEFAULT_PAUSES",
    "METRICS",
    "STATUSES",
    "Breach",
    "Clock",
    "Clocks",
    "Entry",
    "Event",
    "EventType",
    "HistoryInvalid",
    "Kind",
    "Metric",
    "Moment",
    "OnPromise",
    "State",
    "Target",
    "TargetTable",
    "Terms",
    "Window",
    "fold",
]
