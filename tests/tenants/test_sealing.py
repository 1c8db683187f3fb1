"""Secrets stand sealed in the database: for one tenant, under the site's key."""

import pytest

from tenants import sealing
from tenants.context import act_as


def test_a_secret_is_sealed_and_read_again(at_acme):
    sealed = sealing.seal("hunter2")

    assert "hunter2" not in sealed
    assert sealing.unseal(sealed) == "hunter2"
    assert sealing.seal("hunter2") != sealed
    assert sealing.seal("") == sealing.unseal("") == ""


def test_a_sealed_secret_opens_nothing_at_another_tenant(acme, globex):
    with act_as(acme):
        sealed = sealing.seal("hunter2")

    with act_as(globex), pytest.raises(sealing.SealBroken):
        sealing.unseal(sealed)


def test_a_new_key_of_the_site_still_opens_what_the_former_one_sealed(at_acme, settings):
    sealed, former = sealing.seal("hunter2"), settings.SECRET_KEY

    settings.SECRET_KEY = "another key"
    with pytest.raises(sealing.SealBroken):
        sealing.unseal(sealed)
    settings.SECRET_KEY_FALLBACKS = [former]

    assert sealing.unseal(sealed) == "hunter2"
