"""`make lighthouse`: how fast, accessible and well made the pages are, by Google's Lighthouse.

Agents' list, ticket and homes; of the portal the home, a form, a ticket, an article, the policy and the status page. On
the demo in the machine's own Chromium with nothing cached, as a slow telephone and as a desktop. Prints the scores, the
weight and the layout shift; 1 when one misses what is wanted. Reports are written to lighthouse/. Needs Node.js 18.20
or newer; `npm ci` puts Lighthouse itself into scripts/lighthouse/.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, Playwright, sync_playwright

from scripts import browser as machine
from scripts.installation import ROOT
from scripts.pages import demo, tour
from scripts.processes import CannotStart, free_port

HOME = ROOT / "scripts" / "lighthouse"
OUTPUT = Path("lighthouse")
#: Points out of 100, and the cumulative layout shift.
LEAST_SCORE, MOST_SHIFT = 95, 0.02


@dataclass(frozen=True)
class Wanted:
    """What is looked at on a page, and what it may weigh in bytes as they come over the wire."""

    categories: tuple[str, ...]
    most_bytes: int
    most_script: int


DESK = Wanted(("performance", "accessibility", "best-practices"), 250_000, 80_000)
#: What anybody may find is to be found.
PORTAL = Wanted((*DESK.categories, "seo"), 150_000, 40_000)
WANTED = {"agent": DESK, "manager": DESK, "visitor": PORTAL, "customer": PORTAL}
DEVICES = {"telephone": [], "desktop": ["--preset=desktop"]}
#: Who else uses the machine makes a page slower and never faster, so the best of so many counts.
MOST_TRIES = 3


def main() -> int:
    """Measure the pages."""
    parser = argparse.ArgumentParser(description="Lighthouse on the demo.")
    parser.add_argument("--data", type=Path, default=Path("var/demo"), help="the demo's data folder")
    parser.add_argument("--only", default="", help="pages with this in their name")
    asked = parser.parse_args()
    program = machine.find()
    if program is None or shutil.which("npm") is None:
        print(f"No page can be measured: {'there is no npm' if program else machine.MISSING}.", file=sys.stderr)
        return 1
    _install()
    OUTPUT.mkdir(exist_ok=True)
    tour.prepare()
    misses: list[str] = []
    try:
        with demo.access(asked.data) as access, sync_playwright() as playwright:
            site, tenant = urlsplit(access["base_url"]).port or 80, access["tenants"][0]
            for role, wanted in WANTED.items():
                with _signed_in(playwright, program, site, tenant, role) as (walk, page, port):
                    for name, path in _pages(walk, page, role).items():
                        if asked.only and asked.only not in f"{role} {name}":
                            continue
                        misses += _looked_at(walk, page, port, name, path, wanted)
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    print("\n".join(misses))
    return 1 if misses else 0


@contextmanager
def _signed_in(
    playwright: Playwright, program: str, site: int, tenant: dict[str, Any], role: str
) -> Iterator[tuple[tour.Tour, Page, int]]:
    """A browser that Lighthouse can steer, in which somebody of this role is signed in; and its port for that."""
    port = free_port()
    with tempfile.TemporaryDirectory() as profile:
        options = ["--no-sandbox", "--disable-gpu", f"--remote-debugging-port={port}"]
        window = playwright.chromium.launch_persistent_context(profile, executable_path=program, args=options)
        walk = tour.Tour(window.browser, site, tenant, "en")  # type: ignore[arg-type]
        page = window.new_page()
        if role != "visitor":
            walk.sign_in(page, role)
        yield walk, page, port
        window.close()


def _pages(walk: tour.Tour, page: Page, role: str) -> dict[str, str]:
    """What is measured of this role's pages, by name."""
    if role == "manager":
        return {"manager's home": "/desk/"}
    if role == "visitor":
        article = _first(walk, page, "/kb/", 'main a[href*="/kb/article/"]')
        return {"portal": "/", "article": article, "policy": "/policy/", "status": "/status/"}
    if role == "customer":
        ticket = _first(walk, page, "/tickets/", 'main li a[href^="/tickets/"]')
        form = _first(walk, page, "/tickets/new", 'main a[href*="category="]')
        return {"customer's home": "/", "form": form, "customer's ticket": ticket}
    ticket = _first(walk, page, "/desk/tickets/?view=every", "tbody a.subject")
    return {"home": "/desk/", "list": "/desk/tickets/", "ticket": ticket}


def _first(walk: tour.Tour, page: Page, where: str, link: str) -> str:
    page.goto(f"{walk.address}{where}")
    return str(page.locator(link).first.get_attribute("href"))


def _looked_at(walk: tour.Tour, page: Page, port: int, name: str, path: str, wanted: Wanted) -> Iterator[str]:
    """One page on every device: prints its figures; what is not as wanted."""
    answer = page.goto(f"{walk.address}{path}")
    policy = answer.headers.get("content-security-policy", "") if answer else ""
    if not policy or "unsafe-" in policy:
        yield f"{name}: its Content-Security-Policy is {policy or 'missing'}"
    page.goto("about:blank")
    browser = page.context.new_cdp_session(page)
    for device, preset in DEVICES.items():
        for _ in range(MOST_TRIES):
            browser.send("Network.clearBrowserCache")
            target = OUTPUT / f"{tour.name_of(name)}-{device}.json"
            report = _measure(f"{walk.address}{path}", port, target, [*preset, _only(wanted)])
            misses = list(_told(name, device, report, wanted))
            if not misses:
                break
        yield from (f"{name}, {device}: {miss}" for miss in misses)


def _install() -> None:
    lock = HOME / "package-lock.json"
    installed = HOME / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        environment = {**os.environ, "PUPPETEER_SKIP_DOWNLOAD": "1"}
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=HOME, env=environment, check=True)
        installed.touch()


def _measure(url: str, port: int, target: Path, preset: list[str]) -> dict[str, Any]:
    command = [
        str(HOME / "node_modules" / ".bin" / "lighthouse"),
        url,
        f"--port={port}",
        "--disable-storage-reset",  # the page is behind a sign-in
        "--quiet",
        "--output=json",
        f"--output-path={target}",
        *preset,
    ]
    subprocess.run(command, check=True)
    return json.loads(target.read_text(encoding="utf-8"))


def _only(wanted: Wanted) -> str:
    return f"--only-categories={','.join(wanted.categories)}"


def _told(name: str, device: str, report: dict[str, Any], wanted: Wanted) -> Iterator[str]:
    """Print one line of figures; what is not as wanted."""
    audits = report["audits"]
    scores = {each: round(100 * (report["categories"][each]["score"] or 0)) for each in wanted.categories}
    shift = float(audits["cumulative-layout-shift"]["numericValue"])
    requests = audits["network-requests"]["details"]["items"]
    weight = sum(each.get("transferSize", 0) for each in requests)
    script = sum(each.get("transferSize", 0) for each in requests if each.get("resourceType") == "Script")
    told = ", ".join(f"{each} {score}" for each, score in scores.items())
    print(
        f"{name}, {device}: {told}; {weight / 1000:.0f} kB in all, {script / 1000:.0f} kB of scripts, shift {shift:.3f}"
    )
    yield from (f"{each} is {score}, wanted {LEAST_SCORE}" for each, score in scores.items() if score < LEAST_SCORE)
    if weight > wanted.most_bytes or script > wanted.most_script:
        yield f"too heavy: {weight} bytes, {script} of scripts"
    if shift > MOST_SHIFT:
        yield f"the layout shifts by {shift:.3f}"
    errors = audits["errors-in-console"]["details"]["items"]
    yield from (f"console: {each.get('description')}" for each in errors)


if __name__ == "__main__":
    sys.exit(main())
