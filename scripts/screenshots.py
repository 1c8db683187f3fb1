"""Pictures of every page of a running demo, to be looked at before anything is shown to anybody.

    make demo
    .venv/bin/python -m scripts.screenshots --access var/demo/access.json --output screenshots/

Signs in as a customer, an agent and an administrator of each tenant and takes every page in light, in dark and 360 px
wide, in the tenant's language; `--all-languages SLUG` takes one tenant in English, Russian and Spanish too. Prints what
a picture does not show: pages that fail, that are wider than the window, or that write to the browser's console.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

from scripts import browser as machine

LANGUAGES = {"ione": "en", "techsupport": "en", "alleanza": "ru", "justo": "es", "hostiquant": "en"}
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
ENTRANCE = {
    "home": "/",
    "sign-in": "/accounts/login/",
    "sign-in-by-code": "/accounts/login/code/",
    "policy": "/policy/",
    "kb": "/kb/",
    "not-found": "/nothing-here",
}
CUSTOMER = {
    "home": "/",
    "new": "/tickets/new",
    "tickets": "/tickets/",
    "organization": "/tickets/organization/",
    "announcements": "/announcements/",
    "sessions": "/accounts/sessions/",
    "addresses": "/accounts/email/",
}
AGENT = {
    "desk": "/desk/",
    "list": "/desk/tickets/",
    "overdue": "/desk/tickets/?view=overdue",
    "people": "/desk/people/",
    "organizations": "/desk/organizations/",
    "articles": "/desk/articles/",
    "new-ticket": "/desk/tickets/new",
}
ADMIN = {
    "settings": "/desk/settings/",
    "roles": "/desk/settings/roles",
    "teams": "/desk/settings/teams",
    "mail": "/desk/mail/",
    "announcements": "/desk/announcements/",
    "work": "/desk/settings/work",
    "new-article": "/desk/articles/new",
}


@dataclass(frozen=True)
class Look:
    """How a page is taken."""

    name: str
    viewport: Any
    scheme: Any


LOOKS = (Look("light", WIDE, "light"), Look("dark", WIDE, "dark"), Look("360", NARROW, "light"))


class Tour:
    """One tenant, in one language."""

    def __init__(self, browser: Browser, port: int, tenant: dict[str, Any], language: str, output: Path) -> None:
        self.browser = browser
        self.address = f"http://{tenant['slug']}.localhost:{port}"
        self.tenant = tenant
        self.language = language
        self.output = output / f"{tenant['slug']}-{language}"
        self.noticed: list[str] = []

    def take(self) -> None:
        """Every page, in every look."""
        self.output.mkdir(parents=True, exist_ok=True)
        for look in LOOKS:
            with self._window(look) as page:
                self._pages(page, look, "visitor", ENTRANCE)
            for role, pages in (("customer", CUSTOMER), ("agent", AGENT), ("admin", ADMIN)):
                with self._window(look) as page:
                    self._sign_in(page, role)
                    self._pages(page, look, role, {**pages, **self._found(page, role)})

    @contextmanager
    def _window(self, look: Look) -> Iterator[Page]:
        context = self.browser.new_context(viewport=look.viewport, color_scheme=look.scheme, locale=self.language)
        context.add_cookies([{"name": "django_language", "value": self.language, "url": self.address}])
        page = context.new_page()
        page.on("console", lambda said: self._heard(page, said.type, said.text))
        page.on("pageerror", lambda error: self._heard(page, "error", str(error)))
        yield page
        context.close()

    def _heard(self, page: Page, kind: str, text: str) -> None:
        # The browser says so itself of every page that is answered with an error.
        if kind in ("error", "warning") and "the server responded with a status of" not in text:
            self.noticed.append(f"{page.url} {kind}: {text}")

    def _sign_in(self, page: Page, role: str) -> None:
        person = next(user for user in self.tenant["users"] if user["role"] == role)
        page.goto(f"{self.address}/accounts/login/")
        page.fill("input[name=login]", person["email"])
        page.fill("input[name=password]", person["password"])
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url(lambda url: "/accounts/login" not in url)

    def _found(self, page: Page, role: str) -> dict[str, str]:
        """Pages whose addresses are found by reading others."""
        if role == "customer":
            return {
                "form": self._first(page, "/tickets/new", "a[href*='category=']"),
                "ticket": self._first(page, "/tickets/", ".ticket-row-subject"),
                "finished": self._first(page, "/tickets/?show=finished", ".ticket-row-subject"),
                "article": self._first(page, "/kb/", "a[href*='/kb/article/']"),
                "kb-search": "/kb/search?q=error",
            }
        if role == "agent":
            ticket = self._first(page, "/desk/tickets/?view=overdue", "tbody a.subject")
            return {
                "ticket": ticket or self._first(page, "/desk/tickets/", "tbody a.subject"),
                "ticket-closed": self._first(page, "/desk/tickets/?view=finished", "tbody a.subject"),
                "escalate": f"{ticket}escalate" if ticket else "",
                "organization": self._first(page, "/desk/organizations/", "tbody a"),
                "person": self._first(page, "/desk/people/", "tbody a"),
            }
        return {
            "one-mail": self._first(page, "/desk/mail/", "tbody a"),
            "edit-article": self._first(page, "/desk/articles/", "tbody a"),
        }

    def _first(self, page: Page, path: str, selector: str) -> str:
        page.goto(f"{self.address}{path}")
        link = page.locator(selector).first
        found = (link.get_attribute("href") or "") if link.count() else ""
        parts = urlsplit(found)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    def _pages(self, page: Page, look: Look, role: str, pages: dict[str, str]) -> None:
        for name, path in pages.items():
            if not path:
                continue
            answer = page.goto(f"{self.address}{path}", wait_until="load")
            where = f"{self.address}{path} ({role}, {look.name})"
            if answer is not None and answer.status >= 400 and name != "not-found":
                self.noticed.append(f"{where} answered {answer.status}")
            too_wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if too_wide > 0:
                self.noticed.append(f"{where} is {too_wide} px wider than the window")
            page.screenshot(path=self.output / f"{look.name}-{role}-{name}.png", full_page=True)


def main(arguments: list[str] | None = None) -> int:
    """Take them; 1 when something was noticed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base-url", help="where the demo listens; access.json knows")
    parser.add_argument("--access", type=Path, default=Path("var/demo/access.json"))
    parser.add_argument("--output", type=Path, default=Path("screenshots"))
    parser.add_argument("--tenant", action="append", choices=LANGUAGES, help="only this one; repeatable")
    parser.add_argument("--all-languages", choices=LANGUAGES, metavar="SLUG", help="this one in every language too")
    asked = parser.parse_args(arguments)
    program = machine.find()
    if program is None:
        print(f"No pictures can be taken: {machine.MISSING}.", file=sys.stderr)
        return 1
    access = json.loads(asked.access.read_text(encoding="utf-8"))
    port = urlsplit(asked.base_url or access["base_url"]).port or 80
    noticed: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for tenant in access["tenants"]:
            if asked.tenant and tenant["slug"] not in asked.tenant:
                continue
            for language in _languages(tenant["slug"], asked.all_languages):
                tour = Tour(browser, port, tenant, language, asked.output)
                try:
                    tour.take()
                except BrowserError as error:
                    tour.noticed.append(f"{tour.address} stopped: {error}")
                noticed += tour.noticed
                print(f"{tour.output}: {len(list(tour.output.glob('*.png')))} pictures", flush=True)
        browser.close()
    print("\n".join(dict.fromkeys(noticed)))
    return 1 if noticed else 0


def _languages(slug: str, every: str | None) -> list[str]:
    own = LANGUAGES[slug]
    return list(dict.fromkeys([own, "en", "ru", "es"])) if slug == every else [own]


if __name__ == "__main__":
    sys.exit(main())
