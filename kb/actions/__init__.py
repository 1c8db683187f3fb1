"""What can be done with articles. Who and when are arguments."""

from kb.actions.loading import load_articles
from kb.actions.publishing import archive, publish, withdraw
from kb.actions.voting import answered_with, came_near, mark_solved, vote
from kb.actions.writing import change, create, record_view, relate, restore, revise

__all__ = [
    "answered_with",
    "archive",
    "came_near",
    "change",
    "create",
    "load_articles",
    "mark_solved",
    "publish",
    "record_view",
    "relate",
    "restore",
    "revise",
    "vote",
    "withdraw",
]
