"""Announcements and the status page over REST."""
