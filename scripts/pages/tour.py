"""A walk through every page that a person can reach by links, as a visitor, customer, administrator, manager and agent.

Found by following links, so that a new page is in it without being listed; addresses of one kind (`/tickets/7/` and
`/tickets/9/`) count as one page, of which only the first few are opened. `missed()` names the routes no link led to.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import django
from django.urls import Resolver404, get_resolver, resolve
from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as BrowserError

#: Each tenant's own language.
LANGUAGES = {"ione": "en", "techsupport": "en", "alleanza": "ru", "justo": "es", "hostiquant": "en"}
#: Administrators before others of the staff: of the same pages they see the most.
ROLES = ("visitor", "customer", "admin", "manager", "agent")
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
#: Where the walk of each role begins, beside what its links lead to: no link leads to what was searched for.
ENTRANCES = {
    "visitor": ["/", "/accounts/login/", "/policy/", "/kb/", "/kb/search?q=mail", "/nothing-here"],
    "customer": ["/"],
}
FOR_STAFF = ["/desk/", "/desk/tickets/?view=every", "/desk/tickets/?view=overdue", "/desk/search?q=status:open", "/kb/"]
#: Of one route so many addresses: a ticket that runs and one that is over do not look alike.
MOST_OF_A_ROUTE = 3
#: What is fetched, not looked at.
NO_PAGES = re.compile(
    r"^/(accounts/logout|api/|files/|attachments/|static/|language)|/(live|export)\b|\.(csv|ics|yaml|json|svg|zip)$|format=csv"
)
_IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")


@dataclass(frozen=True)
class Look:
    """How a page is looked at."""

    name: str
    viewport: Any
    scheme: Any


LIGHT, DARK, PHONE = Look("light", WIDE, "light"), Look("dark", WIDE, "dark"), Look("360", NARROW, "light")


@dataclass
class Tour:
    """One tenant of the demo, in one language."""

    browser: Browser
    port: int
    tenant: Mapping[str, Any]
    language: str
    noticed: list[str] = field(default_factory=list)
    #: Kinds of pages that were looked at in this language, as often as each; shared by the walks of one command.
    known: dict[tuple[str, ...], int] = field(default_factory=dict)
    #: Of one kind so many are looked at.
    most: int = MOST_OF_A_ROUTE

    @property
    def slug(self) -> str:
        """The tenant's short name."""
        return str(self.tenant["slug"])

    @property
    def address(self) -> str:
        """The site of the tenant, without a slash at the end."""
        return f"http://{self.slug}.localhost:{self.port}"

    @contextmanager
    def window(self, role: str, look: Look) -> Iterator[Page]:
        """A browser window in which somebody of this role is signed in; what its console says is noticed."""
        context = self.browser.new_context(viewport=look.viewport, color_scheme=look.scheme, locale=self.language)
        context.add_cookies([{"name": "django_language", "value": self.language, "url": self.address}])
        page = context.new_page()
        page.on("console", lambda said: self._heard(page, said.type, said.text))
        page.on("pageerror", lambda error: self._heard(page, "error", str(error)))
        if role != "visitor":
            self.sign_in(page, role)
        try:
            yield page
        finally:
            context.close()

    def sign_in(self, page: Page, role: str) -> None:
        """By password, as the tenant's first person of a role."""
        person = next(user for user in self.tenant["users"] if user["role"] == role)
        page.goto(f"{self.address}/accounts/login/")
        page.fill("input[name=login]", person["email"])
        page.fill("input[name=password]", person["password"])
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url(lambda url: "/accounts/login" not in url)

    def pages(self, role: str, look: Callable[[Page, str, str], None]) -> set[str]:
        """Open what links lead this role to and look at it, with its path and a name fit for a file; all paths.

        Where the walk begins is looked at for every role and tenant, other kinds of pages as often as `most` says.
        """
        entrances = ENTRANCES.get(role, FOR_STAFF)
        waiting, opened = list(entrances), set()
        taken: dict[tuple[str, ...], int] = {}
        with self.window(role, LIGHT) as page:
            while waiting:
                path = waiting.pop(0)
                kind = kind_of(path)
                if path in opened or taken.get(kind, 0) >= MOST_OF_A_ROUTE:
                    continue
                opened.add(path)
                taken[kind] = taken.get(kind, 0) + 1
                if not self.open(page, path, f"{role}, by a link"):
                    continue
                waiting += [link for link in self._links(page) if link not in opened]
                # Visitors are sent to sign in: then that is the page that was seen.
                kind = kind_of(page.url)
                if path in entrances or self.known.get(kind, 0) < self.most:
                    self.known[kind] = self.known.get(kind, 0) + 1
                    look(page, path, f"{role}-{name_of(path)}")
        return opened

    def open(self, page: Page, path: str, who: str) -> bool:
        """Go there; whether it is a page. An answer that a link should not lead to is noticed."""
        try:
            answer = page.goto(f"{self.address}{path}", wait_until="load")
        except BrowserError as error:
            if "Download is starting" not in str(error):
                self.noticed.append(f"{self.address}{path} ({who}): {error}")
            return False
        if answer is not None and answer.status >= 400 and path != "/nothing-here":
            self.noticed.append(f"{self.address}{path} ({who}) answered {answer.status}")
        return "html" in (answer.headers.get("content-type", "") if answer else "")

    def _links(self, page: Page) -> list[str]:
        found = page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
        paths = []
        for link in found:
            parts = urlsplit(urljoin(page.url, link))
            path = f"{parts.path}?{parts.query}" if parts.query else parts.path
            if f"{parts.scheme}://{parts.netloc}" == self.address and not NO_PAGES.search(path):
                paths.append(path)
        return paths

    def _heard(self, page: Page, kind: str, text: str) -> None:
        # The browser says so itself of every page that is answered with an error.
        if kind in ("error", "warning") and "the server responded with a status of" not in text:
            self.noticed.append(f"{page.url} {kind}: {text}")


def kind_of(path: str) -> tuple[str, ...]:
    """What a page is: its route, and what in its address is a word of ours: no number, no tenant's key, no language.

    Queries make no page of their own.
    """
    plain = urlsplit(path).path
    try:
        found = resolve(plain)
    except Resolver404:
        return ("not found",)
    rows = {str(value) for name, value in found.kwargs.items() if name in ("key", "language")}
    return found.route, *("*" if part in rows else _IDS.sub("*", part) for part in plain.split("/") if part)


def name_of(path: str) -> str:
    """A path as a name for a file."""
    return re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-")[:100] or "home"


def missed(reached: set[str]) -> list[str]:
    """The routes of pages that none of these paths belongs to."""
    known = {resolve(urlsplit(path).path).route for path in reached if kind_of(path) != ("not found",)}
    return sorted(route for route in _routes(get_resolver().url_patterns, "") if route not in known)


def _routes(patterns: list[Any], prefix: str) -> Iterator[str]:
    for pattern in patterns:
        route = f"{prefix}{pattern.pattern}"
        if hasattr(pattern, "url_patterns"):
            yield from _routes(pattern.url_patterns, route)
        elif not NO_PAGES.search(f"/{route}"):
            yield route


def prepare() -> None:
    """Let routes be resolved; no database is asked."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    django.setup()
