"""Fixtures of the tests about tickets."""

import pytest

from tests.tickets.portal import visitor


@pytest.fixture
def as_grace(at_acme, grace):
    """Acme's portal as Grace sees it, signed in."""
    return visitor(at_acme, grace)


@pytest.fixture
def as_nobody(at_acme):
    """Acme's portal before signing in."""
    return visitor(at_acme)
