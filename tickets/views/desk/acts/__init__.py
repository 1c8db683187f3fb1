"""What can be done with a ticket: each thing is a small form, on a page of its own or in a dialog."""

from tickets.views.desk.acts.kind import Kind, at_once, done, render_act
from tickets.views.desk.acts.pages import ACTS, act, add_tag, remove_tag, take

__all__ = ["ACTS", "Kind", "act", "add_tag", "at_once", "done", "remove_tag", "render_act", "take"]
