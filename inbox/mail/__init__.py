"""Outgoing mail: who reads it, what it says, its headers, and how it is sent."""
