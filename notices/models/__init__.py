"""Announcements, the notices they are told by, and what the status page shows."""

from notices.models.announcements import (
    AnnouncedComponent,
    AnnouncedOrganization,
    Announcement,
    AnnouncementQuerySet,
    PutAway,
)
from notices.models.components import Component, ComponentOrganization
from notices.models.incidents import Impact, Incident, IncidentUpdate
from notices.models.telling import Notice

__all__ = [
    "AnnouncedComponent",
    "AnnouncedOrganization",
    "Announcement",
    "AnnouncementQuerySet",
    "Component",
    "ComponentOrganization",
    "Impact",
    "Incident",
    "IncidentUpdate",
    "Notice",
    "PutAway",
]
