"""Every right is named for people, in each language of the helpdesk."""

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from tenants.permissions import Permission
from tests.tickets.portal import text_of, visitor


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_every_right_has_a_name_of_its_own_in_each_language(language):
    with translation.override("en"):
        english = [str(each.label) for each in Permission]
    with translation.override(language):
        names = [str(each.label) for each in Permission]

    assert len(set(names)) == len(Permission)
    assert not [name for name in names if not name.strip() or "." in name]
    if language != "en":
        assert not set(names) & set(english)


def test_the_page_of_roles_names_every_right(at_acme, root):
    page = text_of(visitor(at_acme, root).get(reverse("desk:roles")))

    assert not [each for each in Permission if str(each.label) not in page]
    assert "Share views and macros with everybody on the desk" in page
