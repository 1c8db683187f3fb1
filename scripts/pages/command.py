"""What the commands that walk through the pages have in common: their options, the demo, the browser, the end."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Error as BrowserError
from playwright.sync_api import sync_playwright

from scripts import browser as machine
from scripts.pages import demo, tour
from scripts.processes import CannotStart

#: Does something with the pages of one tenant, writing into a folder; returns the paths it came to.
Visit = Callable[[tour.Tour, Path], set[str]]


class Command:
    """One of them: what it does with each tenant."""

    def __init__(self, about: str | None, visit: Visit, *, output: Path, most: int, by_language: bool = False) -> None:
        """So many pages of one kind are looked at, in all languages together or in each."""
        self.visit, self.most, self.by_language = visit, most, by_language
        parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
        parser.add_argument("--data", type=Path, default=Path("var/demo"), help="the demo's data folder")
        parser.add_argument("--output", type=Path, default=output)
        parser.add_argument("--tenant", action="append", choices=tour.LANGUAGES, help="only this one; repeatable")
        parser.add_argument(
            "--all-languages", choices=tour.LANGUAGES, metavar="SLUG", help="this one in every language too"
        )
        self.parser = parser

    def run(self, arguments: list[str] | None = None) -> int:
        """Visit the tenants; 1 when something was noticed."""
        asked = self.parser.parse_args(arguments)
        tour.prepare()
        program = machine.find()
        if program is None:
            print(f"No page can be opened: {machine.MISSING}.", file=sys.stderr)
            return 1
        noticed: list[str] = []
        reached: set[str] = set()
        known: dict[str, dict[tuple[str, ...], int]] = {}
        try:
            with demo.access(asked.data) as access, sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
                port = urlsplit(access["base_url"]).port or 80
                for tenant in access["tenants"]:
                    if asked.tenant and tenant["slug"] not in asked.tenant:
                        continue
                    for language in _languages(tenant["slug"], asked.all_languages):
                        seen = known.setdefault(language if self.by_language else "", {})
                        walk = tour.Tour(browser, port, tenant, language, known=seen, most=self.most)
                        try:
                            reached |= self.visit(walk, asked.output)
                        except BrowserError as error:
                            walk.noticed.append(f"{walk.address} stopped: {error}")
                        noticed += walk.noticed
                browser.close()
        except CannotStart as reason:
            print(reason, file=sys.stderr)
            return 1
        for route in tour.missed(reached):
            print(f"no link led to {route}")
        print("\n".join(dict.fromkeys(noticed)))
        return 1 if noticed else 0


def _languages(slug: str, every: str | None) -> list[str]:
    own = tour.LANGUAGES[slug]
    return list(dict.fromkeys([own, "en", "ru", "es"])) if slug == every else [own]
