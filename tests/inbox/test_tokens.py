"""Reply addresses: each is for one ticket and one person of one tenant, and survives what mail servers do to it."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from inbox.mail import tokens
from tenants import context
from tenants.models import Tenant, User
from tickets.models import Ticket

ACME, GLOBEX = Tenant(id=1, slug="acme"), Tenant(id=2, slug="globex")
SUPPORT = "support@acme.example"


@pytest.fixture(autouse=True)
def _as_acme():
    """Pure arithmetic: a tenant, but no database."""
    token = context._active.set(ACME)
    yield
    context._active.reset(token)


def _ticket(number: int = 123) -> Ticket:
    return Ticket(id=uuid4(), tenant=ACME, number=number)


def _person() -> User:
    return User(id=uuid4(), tenant=ACME)


@given(st.integers(1, 2**40 - 1))
@hypothesis(max_examples=100, deadline=None)
def test_an_address_says_its_ticket_and_fits_the_standard(number):
    ticket, person = _ticket(number), _person()

    address = tokens.address(SUPPORT, ticket, person)

    token = tokens.find(["someone@example.org", address])
    assert token.number == number
    assert token.is_for(ticket, person)
    assert len(address.partition("@")[0]) <= 64
    assert tokens.bare(address) == SUPPORT


def test_a_server_may_change_the_case():
    ticket, person = _ticket(), _person()

    assert tokens.find([tokens.address(SUPPORT, ticket, person).upper()]).is_for(ticket, person)


def test_it_is_for_nobody_else_and_for_no_other_ticket():
    ticket, person = _ticket(), _person()
    token = tokens.find([tokens.address(SUPPORT, ticket, person)])

    assert not token.is_for(ticket, _person())
    assert not token.is_for(_ticket(), person)
    assert not replace(token, number=124).is_for(_ticket(124), person)


def test_another_tenant_did_not_make_it():
    ticket, person = _ticket(), _person()
    token = tokens.find([tokens.address(SUPPORT, ticket, person)])

    context._active.set(GLOBEX)

    assert not token.is_for(ticket, person)


def test_changing_any_one_bit_is_seen():
    ticket, person = _ticket(), _person()
    token = tokens.find([tokens.address(SUPPORT, ticket, person)])

    for bit in range(128):
        signature = (int.from_bytes(token._sign.signature) ^ (1 << bit)).to_bytes(16)
        changed = replace(token, _sign=replace(token._sign, signature=signature))
        assert not changed.is_for(ticket, person)


def test_a_key_that_was_replaced_still_counts_while_it_is_kept(settings):
    ticket, person = _ticket(), _person()
    address = tokens.address(SUPPORT, ticket, person)

    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key altogether, long enough"
    assert tokens.find([address]).is_for(ticket, person)
    settings.SECRET_KEY_FALLBACKS = []
    assert not tokens.find([address]).is_for(ticket, person)


def test_an_address_with_no_room_stays_as_it_is():
    long = "a-very-long-name-of-a-department@acme.example"

    assert tokens.address(long, _ticket(), _person()) == long


@pytest.mark.parametrize("address", ["", "support+123@acme.example", f"support+{'1' * 34}@acme.example", "a" * 10_000])
def test_what_is_no_token_is_none(address):
    assert tokens.find([address]) is None
    assert tokens.bare(address) == address
