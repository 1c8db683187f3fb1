"""Announcements and the status page, for readers and for staff."""
