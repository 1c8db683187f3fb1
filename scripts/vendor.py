"""Make the vendored style sheet and the icon sprite again from npm: `python -m scripts.vendor` (needs npm and network).

The results are committed, so that a start needs neither. Run it after changing a version or the list of icons, and for
a class of Tabler that no template used before.
"""

from __future__ import annotations

import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

from scripts.trimming import trim, words_in_use

STATIC = Path(__file__).resolve().parent.parent / "static"
TABLER = "1.6.1"
ICONS = "3.48.0"

ICON_NAMES = """
    adjustments alert-circle alert-triangle archive arrow-back-up arrow-left arrow-right arrow-up
    arrow-up-right arrows-split ban bell blockquote bold book bookmark braces building bulb calendar
    calendar-event category chart-bar check chevron-down chevron-left chevron-right chevron-up chevrons-up
    circle circle-check circle-dashed circle-dot clock clock-check clock-exclamation clock-pause code command
    copy credit-card database device-desktop dots dots-vertical download external-link eye eye-off file
    file-text file-zip filter flag flame folder git-merge hand-stop help-circle history home hourglass
    info-circle italic key keyboard language layout-dashboard layout-sidebar lifebuoy link list list-check
    list-numbers lock lock-open login logout mail mail-opened map-pin menu-2 message message-circle messages
    minus moon note paperclip password pencil phone phone-call photo player-pause plus printer progress
    refresh report-analytics robot rotate-clockwise school search send server settings share shield-lock
    sort-ascending sort-descending speakerphone stairs-up star sun sun-moon tag tags thumb-down thumb-up
    ticket tool trash upload urgent user user-check user-circle user-plus users wifi-off world x
""".split()

MIT = """The MIT License (MIT)

{holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def fetch(package: str, into: Path) -> Path:
    """Unpack an npm package below `into` and return its folder."""
    packed = subprocess.run(["npm", "pack", "--silent", package], cwd=into, check=True, capture_output=True, text=True)
    folder = into / package.replace("/", "-")
    with tarfile.open(into / packed.stdout.strip().splitlines()[-1]) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def vendor_styles(package: Path) -> None:
    """Keep what we use of the minified sheet; no source map, since hashed static names would ask for the file."""
    target = STATIC / "vendor" / f"tabler-{TABLER}"
    target.mkdir(parents=True, exist_ok=True)
    css = (package / "dist/css/tabler.min.css").read_text()
    holder = "\n".join(re.findall(r"Copyright [^\n]*", css[:500]))
    kept, left_out = trim(css, words_in_use())
    (target / "tabler.min.css").write_text(kept)
    (target / "left-out.txt").write_text("\n".join(sorted(left_out)) + "\n")
    (target / "LICENSE").write_text(MIT.format(holder=holder))


def vendor_icons(package: Path) -> None:
    """Cut the icons that we use into one sprite; each symbol is drawn with the colour of the text around it."""
    symbols = []
    for name in sorted(ICON_NAMES):
        svg = (package / f"icons/outline/{name}.svg").read_text()
        shapes = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.DOTALL)
        if shapes is None:
            raise SystemExit(f"The icon {name} is not an SVG file as expected.")
        drawn = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>', "", shapes.group(1))
        drawn = re.sub(r"\s+", " ", drawn).replace("> <", "><").strip()
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{drawn}</symbol>')
    sprite = "\n".join(symbols)
    (STATIC / "icons.svg").write_text(
        f"<!-- Tabler Icons {ICONS}, MIT, see icons.LICENSE -->\n"
        f'<svg xmlns="http://www.w3.org/2000/svg">\n{sprite}\n</svg>\n'
    )
    (STATIC / "icons.LICENSE").write_text((package / "LICENSE").read_text())


def main() -> None:
    """Fetch both packages and write what we keep of them."""
    with tempfile.TemporaryDirectory() as scratch:
        vendor_styles(fetch(f"@tabler/core@{TABLER}", Path(scratch)))
        vendor_icons(fetch(f"@tabler/icons@{ICONS}", Path(scratch)))


if __name__ == "__main__":
    main()
