"""Whole stories in a real browser, at each of the five tenants in its own language."""
