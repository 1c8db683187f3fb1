"""The demo's texts read as if typed into a form, not into a file of 120 columns."""

from __future__ import annotations

from helpdesk.demo import SLUGS, scripts

FULL = "The invoice of the last quarter lists fourteen mailboxes, three of which belonged to people who left us,"


def test_a_paragraph_is_one_line():
    assert scripts.unwrapped(f"{FULL}\nplease correct it.\n") == f"{FULL} please correct it.\n"


def test_short_lines_lists_logs_and_blank_lines_stay():
    text = f"What I tried:\n- restarted it\n- {FULL}\n- asked a colleague\n\n{FULL}\n550 5.7.1 refused\n  at line 3\n"

    assert scripts.unwrapped(text) == text


def test_no_text_of_the_five_months_is_broken_within_a_sentence():
    broken = [
        (slug, line)
        for slug in SLUGS
        for text in _texts(scripts.read(slug))
        for line, following in zip(text.split("\n"), text.split("\n")[1:], strict=False)
        if following[:1].islower() and line[-1:].isalpha()
    ]

    assert broken == []


def _texts(node: object) -> list[str]:
    if isinstance(node, str):
        return [node]
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
    return [text for child in children for text in _texts(child)]
