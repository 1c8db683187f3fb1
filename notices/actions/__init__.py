"""What can be done with announcements, and with what the status page shows."""

from notices.actions.announcing import Content, call_off, change, publish, withdraw
from notices.actions.components import Described, add_component, change_component
from notices.actions.incidents import open_incident, update_incident
from notices.actions.stopping import stop

__all__ = [
    "Content",
    "Described",
    "add_component",
    "call_off",
    "change",
    "change_component",
    "open_incident",
    "publish",
    "stop",
    "update_incident",
    "withdraw",
]
