"""The portal's pages: who sees what, in which words, and at what cost."""


import pytest


@pytest.fixture
def portal(client, acme):
    client.defaults["HTTP_HOST"] = "acme.localhost"
    return client


def test_home_shows_the_policy_s_own_categories_and_channels(portal):
    page = portal.get("/").content.decode()

    assert "Technical issues" in page
    assert "System crashes" in page
    assert "Sales@ionetechsolution.biz" in page
    assert "Live chat" not in page
