"""The language of conditions: what a search box, a saved view, an address and the API say about which tickets."""

from tickets.selection.language import FIELDS, Condition, Problem, Query, Words, named
from tickets.selection.parsing import parse
from tickets.selection.selecting import Desk, Selection, select
from tickets.selection.writing import write

__all__ = ["FIELDS", "Condition", "Desk", "Problem", "Query", "Selection", "Words", "named", "parse", "select", "write"]
