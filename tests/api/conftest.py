"""Programs that act for the people of Acme."""

import pytest

from tenants.models import User
from tests.api.client import Api


@pytest.fixture
def as_ada(ada: User) -> Api:
    """A program with an agent's token."""
    return Api(ada)


@pytest.fixture
def as_grace(grace: User) -> Api:
    """A program with a customer's token."""
    return Api(grace)


@pytest.fixture
def as_mary(mary: User) -> Api:
    """A program with a manager's token."""
    return Api(mary)
