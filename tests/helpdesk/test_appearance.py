"""The tenant's colours stay readable, and what comes with a request cannot bend the page."""

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from helpdesk import appearance

COLOURS = st.integers(min_value=0, max_value=0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(COLOURS)
def test_text_in_the_colour_of_any_brand_is_readable(colour):
    said = {name: appearance.parse(value) for name, value in appearance.brand_variables(colour).items()}

    pairs = [
        (said["--brand-text"], said["--brand"]),
        (said["--brand-ink-light"], appearance.LIGHT_SURFACE),
        (said["--brand-ink-light"], said["--brand-tint-light"]),
        (said["--brand-ink-dark"], appearance.DARK_SURFACE),
        (said["--brand-ink-dark"], said["--brand-tint-dark"]),
        (appearance.SOFT_INK_LIGHT, said["--brand-tint-light"]),
        (appearance.SOFT_INK_DARK, said["--brand-tint-dark"]),
    ]

    assert min(appearance.contrast(*pair) for pair in pairs) >= 4.5


def test_a_readable_brand_keeps_its_colour():
    assert appearance.brand_variables("#0f6b5c")["--brand"] == "#0f6b5c"


@pytest.mark.parametrize("typed", ["", "red", "#12345g", "#0f6b5c}body{display:none", "#0f6b5c\n", "url(//evil)"])
def test_what_is_no_colour_gives_the_usual_one(typed):
    assert appearance.brand_variables(typed) == appearance.brand_variables(appearance.DEFAULT_COLOUR)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chosen_theme_is_kept_and_leads_back(theme):
    request = RequestFactory().post("/theme/", {"theme": theme, "next": "/kb/?q=mail"})

    response = appearance.choose_theme(request)

    assert response.cookies["theme"].value == theme
    assert response["Location"] == "/kb/?q=mail"


def test_as_my_device_forgets_the_theme():
    response = appearance.choose_theme(RequestFactory().post("/theme/", {"theme": "auto", "next": "/"}))

    assert response.cookies["theme"]["max-age"] == 0


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_choosing_a_theme_never_leads_to_another_site(elsewhere):
    response = appearance.choose_theme(RequestFactory().post("/theme/", {"theme": "dark", "next": elsewhere}))

    assert response["Location"] == "/"
