"""Acceptance tests: one or more for every clause of the five support policies."""
