"""The browser of the tests: Chromium or Chrome from the machine, or Debian's.

`python -m scripts.browser` installs Debian's when none is found and we may.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = (
    "no Chromium or Chrome was found: install one (Debian: apt-get install chromium), or name its program in CHROMIUM"
)


def find() -> str | None:
    """The program to start, or None."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def install() -> bool:
    """Install Debian's Chromium if this is Debian and we are root. Its progress is shown."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"]):
        if subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False).returncode:
            return False
    return find() is not None


def main() -> int:
    """Make sure that there is a browser; fail only where the tests insist on it."""
    if find() is not None:
        return 0
    print("Installing Chromium for the browser tests ...", flush=True)
    if install():
        return 0
    print(f"Browser tests cannot run: {MISSING}.", file=sys.stderr)
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
