"""What a browser has to fetch for a page is little: the page, and what it names, compressed as the site serves it.

Counted without a browser and without a clock; `make lighthouse` measures the same, and speed, on the demo.
"""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone
from whitenoise.compress import Compressor

from scripts.pages.lighthouse import DESK, PORTAL
from tests.kb.conftest import make_article
from tests.support.world import make_ticket
from tickets import actions

#: What the browser fetches by itself: links to style sheets and icons, scripts, pictures; not links that are followed.
NAMED = re.compile(r"<(?:link|script|img|use|source)\b[^>]*?\b(?:href|src)=\"([^\"]+)\"")


def weigh(client, path):
    """The bytes of a page with all that it names, and those of its scripts."""
    page = client.get(path, headers={"accept-encoding": "gzip"})
    assert page.status_code == 200
    text = client.get(path).content.decode()
    sizes = {path: len(page.content)}
    for address in {urlsplit(each)._replace(fragment="").geturl() for each in NAMED.findall(text)}:
        if address and not address.startswith("data:"):
            sizes[address] = len(served(client, address))
    scripts = sum(size for address, size in sizes.items() if address.endswith(".js"))
    return sum(sizes.values()), scripts


def served(client, address):
    """A file as it goes over the wire. By gzip, which every browser takes: brotli makes it smaller still."""
    if not address.startswith("/static/"):
        return client.get(address, headers={"accept-encoding": "gzip"}).content
    found = finders.find(address.removeprefix("/static/"))
    assert found, f"{address} is named and is not there"
    return Compressor.compress_gzip(Path(found).read_bytes())


def within(wanted, client, path):
    """Assert that a page weighs no more than is wanted of pages of its kind."""
    whole, scripts = weigh(client, path)
    assert 0 < scripts <= wanted.most_script, f"{path}: {scripts} bytes of scripts"
    assert scripts < whole <= wanted.most_bytes, f"{path}: {whole} bytes in all"


@pytest.fixture
def talked_over(grace, ada):
    """A ticket with a long conversation."""
    at = timezone.now()
    ticket = make_ticket(grace, at=at)
    for number in range(20):
        actions.reply(ticket, author=ada, body=f"Step {number}: off and on again, then print the page.", at=at)
        actions.note(ticket, author=ada, body=f"The fan was loud at step {number}.", at=at)
    return ticket


def visit(person=None):
    """A browser at Acme's site, signed in or not."""
    client = Client(headers={"host": "acme.localhost", "accept-language": "en"})
    if person is not None:
        client.force_login(person, backend="tenants.backends.PersonBackend")
    return client


def test_the_portal_is_light_for_a_telephone(ada, grace, talked_over):
    article = make_article(ada)

    within(PORTAL, visit(), "/")
    within(PORTAL, visit(), "/policy/")
    within(PORTAL, visit(), "/status/")
    within(PORTAL, visit(), f"/kb/article/{article.number:06d}")
    within(PORTAL, visit(grace), "/")
    within(PORTAL, visit(grace), "/tickets/new?category=technical")
    within(PORTAL, visit(grace), f"/tickets/{talked_over.number}/")


def test_the_workspace_is_light_until_somebody_writes(ada, grace, talked_over):
    for number in range(40):
        make_ticket(grace, subject=f"Printer {number} on fire")

    within(DESK, visit(ada), "/desk/")
    within(DESK, visit(ada), "/desk/tickets/?view=every")
    within(DESK, visit(ada), f"/desk/tickets/{talked_over.number}/")
