"""People recognise their own devices in the list of sessions."""

import pytest

from tenants.templatetags.browsers import browser

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/140.0 Safari/537.36", "Chrome on Linux"),
        (f"Mozilla/5.0 (Linux; Android 15; Pixel 9) {WEBKIT} Chrome/140.0 Safari/537.36", "Chrome on Android"),
        (
            f"Mozilla/5.0 (iPhone; CPU like Mac OS X) {WEBKIT} Version/18.0 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox on macOS"),
        ("curl/8.14.1", "curl/8.14.1"),
        ("", "Unknown browser"),
        ("<script>" * 100, "<script>" * 11 + "<s"),
    ],
)
def test_a_session_is_named_by_browser_and_system(user_agent, words):
    assert browser(user_agent) == words
