"""The support policy document (a policy file): load, validate with line and field, typed access. Pure."""

from sla.document.changes import by_section, diff, moves_clocks, summary
from sla.document.durations import Duration
from sla.document.errors import PolicyError, Problem
from sla.document.policy import SupportPolicy
from sla.document.text import Text
from sla.document.writing import to_yaml

__all__ = [
    "Duration",
    "PolicyError",
    "Problem",
    "SupportPolicy",
    "Text",
    "by_section",
    "diff",
    "moves_clocks",
    "summary",
    "to_yaml",
]
