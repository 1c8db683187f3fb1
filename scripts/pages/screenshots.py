"""`make screenshots`: pictures of every page of the demo, to be looked at before anything is shown to anybody.

In light, in dark and 360 px wide, in each tenant's language; `--all-languages SLUG` takes one tenant in English,
Russian and Spanish too. `contact-sheet-*.png` shows all pictures of a folder at a glance. Says what a picture does not
show: pages that fail, that are wider than the window, that write to the browser's console, or that no link leads to.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Page

from scripts.pages.command import Command
from scripts.pages.tour import DARK, LIGHT, PHONE, ROLES, Tour

#: Pixels of a picture on the contact sheet, and how many stand in a row.
THUMB, ACROSS, CAPTION = (300, 380), 7, 16


def take(tour: Tour, output: Path) -> set[str]:
    """Every page of one tenant in every look; returns the paths."""
    folder = output / f"{tour.slug}-{tour.language}"
    folder.mkdir(parents=True, exist_ok=True)
    reached: set[str] = set()
    taken: list[str] = []

    def look(page: Page, path: str, name: str) -> None:
        taken.append(path)
        for each in (LIGHT, DARK, PHONE):
            # Without motion: else buttons are taken half way between two colours.
            page.emulate_media(color_scheme=each.scheme, reduced_motion="reduce")
            page.set_viewport_size(each.viewport)
            too_wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if too_wide > 0:
                tour.noticed.append(f"{tour.address}{path} ({each.name}) is {too_wide} px wider than the window")
            page.screenshot(path=folder / f"{each.name}-{name}.png", full_page=True)
        page.emulate_media(color_scheme=LIGHT.scheme)
        page.set_viewport_size(LIGHT.viewport)

    for role in ROLES:
        taken.clear()
        reached |= tour.pages(role, look)
        print(f"{folder}: {len(taken)} pages as {role}", flush=True)
    for each in (LIGHT, DARK, PHONE):
        _contact_sheet(sorted(folder.glob(f"{each.name}-*.png")), folder / f"contact-sheet-{each.name}.png")
    return reached


def _contact_sheet(pictures: list[Path], target: Path) -> None:
    """The upper part of each picture, with its name below."""
    if not pictures:
        return
    rows = -(-len(pictures) // ACROSS)
    sheet = Image.new("RGB", (ACROSS * THUMB[0], rows * (THUMB[1] + CAPTION)), "white")
    writer = ImageDraw.Draw(sheet)
    for index, each in enumerate(pictures):
        at = (index % ACROSS * THUMB[0], index // ACROSS * (THUMB[1] + CAPTION))
        with Image.open(each) as picture:
            shown = picture.crop((0, 0, picture.width, min(picture.height, picture.width * THUMB[1] // THUMB[0])))
            shown.thumbnail((THUMB[0] - 6, THUMB[1] - 6))
            sheet.paste(shown, at)
        writer.text((at[0], at[1] + THUMB[1]), each.stem[-48:], fill="black")
    sheet.save(target)


if __name__ == "__main__":
    sys.exit(Command(__doc__, take, output=Path("screenshots"), most=1, by_language=True).run())
