"""The support policy document (a policy file): load, validate with line and field, typed access. Pure."""

from sla.document.changes import diff
from sla.document.durations import Duration
from sla.document.errors import PolicyError, Problem
from sla.document.policy import SupportPolicy
from sla.document.text import Text

__all__ = ["Duration", "PolicyError", "Problem", "SupportPolicy", "Text", "diff"]
