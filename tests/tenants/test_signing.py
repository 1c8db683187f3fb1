"""Signed links: each way of being wrong is told from the others, and none gets through."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants import context, signing
from tenants.models import Tenant

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
ACME, GLOBEX = Tenant(id=1, slug="acme"), Tenant(id=2, slug="globex")


@pytest.fixture(autouse=True)
def _as_acme(monkeypatch):
    """Pure arithmetic: a tenant, but no database."""
    token = context._active.set(ACME)
    yield
    context._active.reset(token)


def _sign(**more):
    given = {"subject": uuid4(), "person": uuid4(), "until": NOW + WEEK, "stamp": 3, "value": 5, **more}
    return signing.sign("rating", **given)


def test_every_token_in_a_text_is_masked_and_nothing_else():
    text = "See https://acme.example/t/{}/reply, or https://acme.example/kb/how-to-print/ for v1.2.{}"

    shown = signing.masked(text.format(_sign(), _sign(value=0)))

    assert shown == text.format("…", "…")


def test_it_says_what_was_signed():
    ticket, person = uuid4(), uuid4()

    link = signing.read("rating", _sign(subject=ticket, person=person), at=NOW)

    link.require_stamp(3)
    assert (link.subject, link.person, link.value, link.until) == (ticket, person, 5, NOW + WEEK)


@given(st.uuids(), st.uuids(), st.integers(0, signing.HIGHEST_VALUE), st.text(max_size=40))
@settings(max_examples=100, deadline=None)
def test_every_token_has_the_same_length_and_is_safe_in_an_address(subject: UUID, person: UUID, value, stamp):
    token = _sign(subject=subject, person=person, value=value, stamp=stamp)

    assert len(token) == len(_sign())
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", token)


def test_changing_any_one_character_is_seen():
    token = _sign()

    for place, character in enumerate(token):
        other = "A" if character != "A" else "B"
        with pytest.raises(signing.LinkAltered):
            signing.read("rating", token[:place] + other + token[place + 1 :], at=NOW)


@pytest.mark.parametrize(
    "wrong",
    ["", "x", ".", "x.", ".x", "ж" * 134, "ж.ж", "=" * 134, "A" * 134, "A" * 10_000, "\0" * 134],
)
def test_what_is_no_token_is_told_as_altered(wrong):
    with pytest.raises(signing.LinkAltered):
        signing.read("rating", wrong, at=NOW)


def test_cut_lengthened_or_wrapped_it_is_altered():
    token = _sign()

    for wrong in (token[:-1], token + "A", f" {token}", token.lower(), token[:40] + "\n" + token[41:]):
        with pytest.raises(signing.LinkAltered):
            signing.read("rating", wrong, at=NOW)


def test_it_ends_with_its_second():
    token = _sign(until=NOW + WEEK)

    signing.read("rating", token, at=NOW + WEEK - timedelta(seconds=1))
    with pytest.raises(signing.LinkExpired):
        signing.read("rating", token, at=NOW + WEEK)


def test_another_stamp_ends_it():
    link = signing.read("rating", _sign(stamp=3), at=NOW)

    with pytest.raises(signing.LinkRevoked):
        link.require_stamp(4)


def test_it_is_for_one_purpose():
    with pytest.raises(signing.LinkElsewhere):
        signing.read("ticket", _sign(), at=NOW)


def test_it_is_for_one_tenant():
    token = _sign()

    context._active.set(GLOBEX)

    with pytest.raises(signing.LinkElsewhere):
        signing.read("rating", token, at=NOW)


def test_another_key_did_not_sign_it_unless_it_was_ours_before(settings):
    token = _sign()
    former = settings.SECRET_KEY

    settings.SECRET_KEY = "another key"
    with pytest.raises(signing.LinkAltered):
        signing.read("rating", token, at=NOW)

    settings.SECRET_KEY_FALLBACKS = [former]
    signing.read("rating", token, at=NOW)


def test_each_way_of_being_wrong_has_its_own_sentence_and_code():
    kinds = [signing.LinkAltered, signing.LinkElsewhere, signing.LinkExpired, signing.LinkRevoked]

    assert len({str(kind()) for kind in kinds}) == len({kind.code for kind in kinds}) == len(kinds)
