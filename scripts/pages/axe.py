"""`make axe`: every page of the demo, light and dark, looked through for what keeps a person from using it.

The rules are axe-core's, as far as WCAG 2.2 AA and its best practices go. A kind of page is looked at once, where walks
begin in every tenant's own colours. Writes what it found to axe/.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from scripts.pages.command import Command
from scripts.pages.tour import ROLES, Tour


def look_through(tour: Tour, output: Path) -> set[str]:
    """Every page of one tenant, light and dark; returns the paths."""
    axe = Axe()
    found: list[dict[str, object]] = []
    reached: set[str] = set()
    looked: list[str] = []

    def look(page: Page, path: str, name: str) -> None:
        looked.append(path)
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        told(path, name, "light", axe.run(page).response["violations"])
        page.emulate_media(color_scheme="dark")
        # Nothing but the colours is another.
        told(path, name, "dark", axe.run(page, options={"runOnly": ["color-contrast"]}).response["violations"])

    def told(path: str, name: str, light: str, violations: list[dict]) -> None:
        for violation in violations:
            where = [str(node["target"]) for node in violation["nodes"]]
            role = name.partition("-")[0]
            found.append({"page": path, "role": role, "look": light, "rule": violation["id"], "at": where})
            said = f"{violation['id']}: {violation['help']}, {len(where)} times, first at {where[0]}"
            tour.noticed.append(f"{tour.address}{path} ({role}, {light}) {said}")
            print(tour.noticed[-1], flush=True)

    for role in ROLES:
        reached |= tour.pages(role, look)
        print(f"{tour.slug} ({tour.language}): {len(looked)} pages by now, as {role}", flush=True)
    output.mkdir(parents=True, exist_ok=True)
    (output / f"{tour.slug}-{tour.language}.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    print(f"{tour.slug} ({tour.language}): {len(looked)} pages looked through, {len(found)} violations", flush=True)
    return reached


if __name__ == "__main__":
    sys.exit(Command(__doc__, look_through, output=Path("axe"), most=1).run())
