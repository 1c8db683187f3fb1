"""`python -m bench`: the agent's pages, filing, search and the sweep, first on few tickets and then on a million.

Deadlines come first; alone, without servers: `python -m bench.clocks`.

Every figure is the median of several runs against a real server on this machine, beside a floor from the same run: a
bare view of that server, or the same SQL by hand. Compare ratios, not milliseconds.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

from scripts.installation import Installation
from scripts.processes import CannotStart


def main() -> None:
    """Start servers of its own, load, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--tenants", type=int, default=1_000, help="with a thousand tickets each, the largest fifty")
    parser.add_argument("--due", type=int, default=10_000, help="clocks that fall due at once")
    parser.add_argument("--streams", type=int, default=500, help="pages that are open at once")
    parser.add_argument("--data", type=Path, default=Path("var/bench"))
    parser.add_argument("--keep", action="store_true", help="leave the data folder for another look")
    arguments = parser.parse_args()
    shutil.rmtree(arguments.data, ignore_errors=True)
    try:
        with Installation(arguments.data) as installation:
            installation.manage("migrate", "--verbosity=0", as_owner=True)
            os.environ.update(installation.environment)
            import django

            django.setup()
            from bench import clocks
            from bench.run import Bench

            clocks.measure(print)
            Bench(installation, arguments).run()
    except CannotStart as reason:
        sys.exit(str(reason))
    finally:
        if not arguments.keep:
            shutil.rmtree(arguments.data, ignore_errors=True)


if __name__ == "__main__":
    main()
