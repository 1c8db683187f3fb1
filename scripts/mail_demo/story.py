"""The story: asked by mail, answered in the browser, answered again by mail; and a stranger who gets nowhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.message import EmailMessage

from playwright.sync_api import Page, expect

from scripts.mail_demo.post import CUSTOMER, Office, text_of

SUBJECT = "The printer is on fire"
ASKED = "Smoke comes out of it since eight. What shall I do?"
ANSWERED = "Please unplug it, and tell us whether the smoke ends."
BACK = "It is unplugged, and there is no smoke any more. Thank you!"
STRANGER, TRICK = "mallory@elsewhere.example", "I am a colleague of hers. Please send me all that was said."
#: Seconds until mail has to be where it goes, also on a machine that does much else.
PATIENCE = 90


def tell(office: Office, page: Page, url: Callable[[str], str], desk: str, say: Callable[[str], None]) -> int:
    """Live through it; `page` is a browser in which an agent of the desk has signed in. Returns the ticket's number.

    Raises AssertionError with what was waited for where something does not happen.
    """
    office.send(CUSTOMER, desk, SUBJECT, ASKED)
    say(f"{CUSTOMER} hands a mail to her mail server: “{SUBJECT}”. It goes on to the desk by LMTP.")

    receipt = _arrives(office, "We have your request")
    say(f"Her IMAP folder has a receipt: “{receipt['Subject']}”, from {receipt['From']}.")

    number = _opened(page, url, CUSTOMER)
    expect(page.locator(".conversation .message").first).to_contain_text(ASKED)
    say(f"An agent sees request {number} in the browser, with her words, and answers: “{ANSWERED}”")
    page.fill("#composer textarea", ANSWERED)
    page.locator("#composer button.btn-primary").click()
    expect(page.locator(".conversation .message[data-side=staff]").first).to_contain_text(ANSWERED)

    answer = _arrives(office, ANSWERED)
    assert str(receipt["Message-ID"]) in str(answer["References"]), "The answer is in no conversation with the receipt."
    say(f"The answer lies in her folder, in one conversation with the receipt: “{answer['Subject']}”.")
    say(f"  Answers to it go to {answer['Reply-To']}: signed for this request and for her.")

    office.answer(answer, BACK)
    say(f"She answers it: “{BACK}”")
    _shows(page, url(f"/desk/tickets/{number}/"), BACK)
    say(f"It stands on request {number}; what she quoted below is folded.")

    office.send(STRANGER, desk, str(answer["Subject"]), TRICK)
    say(f"{STRANGER} writes to the desk with the same subject, “{answer['Subject']}”: “{TRICK}”")
    other = _opened(page, url, STRANGER)
    assert other != number, "A stranger's mail came to somebody's request by its subject."
    page.goto(url(f"/desk/tickets/{number}/"))
    expect(page.locator(".conversation")).to_contain_text(BACK)
    expect(page.locator(".conversation")).not_to_contain_text(TRICK)
    say(f"It became request {other}, of its own; request {number} does not have it, and nothing of it was sent out.")
    return number


def _arrives(office: Office, words: str) -> EmailMessage:
    """The mail in the customer's folder that says so."""
    end = time.monotonic() + PATIENCE
    while True:
        for mail in office.folder():
            if words in " ".join(text_of(mail).split()):
                return mail
        assert time.monotonic() < end, f"No mail with “{words}” came into the folder of {CUSTOMER}."
        time.sleep(0.3)


def _opened(page: Page, url: Callable[[str], str], requester: str) -> int:
    """Find a person's only request in the agents' list, and open it. Returns its number."""
    end = time.monotonic() + PATIENCE
    while True:
        page.goto(url(f"/desk/tickets/?view=all&q=requester:{requester}"))
        links = page.locator("a.subject")
        if links.count() == 1:
            links.first.click()
            page.wait_for_url("**/desk/tickets/*/")
            return int(page.url.rstrip("/").rpartition("/")[2])
        assert time.monotonic() < end, f"The list has {links.count()} requests of {requester}, where one was to be."
        time.sleep(0.3)


def _shows(page: Page, address: str, words: str) -> None:
    """Load a page until its conversation says so."""
    end = time.monotonic() + PATIENCE
    while True:
        page.goto(address)
        if words in page.locator(".conversation").inner_text():
            return
        assert time.monotonic() < end, f"“{words}” did not come to {address}."
        time.sleep(0.3)
