"""Which of the 65 clauses of the five policies are kept, by tests that ran and passed just now: `make clauses`.

Runs all tests that carry a clause, prints every clause with kept or not yet, and ends with `N kept, M not yet`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from itertools import groupby
from pathlib import Path

from tests.policies.clauses import CLAUSES, POLICIES


def main(arguments: list[str] | None = None) -> int:
    """Run the tests and tell; the exit code is that of the tests."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("-n", "--workers", default="2", help="tests at the same time")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "clauses.json"
        code = run_tests(result, asked.workers)
        if not result.exists():
            print("The tests did not run to their end, so no clause can be counted.", file=sys.stderr)
            return code or 1
        seen = json.loads(result.read_text(encoding="utf-8"))
    print("\n".join(told(seen["passed"], seen["failed"])))
    return code


def run_tests(result: Path, workers: str) -> int:
    """Run the tests that carry a clause. Their own output comes first, so that a failure can be read."""
    command = [sys.executable, "-m", "pytest", "-q", "-m", "clause", "-n", workers, "--dist", "loadfile"]
    code = subprocess.run([*command, f"--clauses={result}", "tests"], check=False).returncode
    return 0 if code == 5 else code  # pytest found no such test: all are not yet


def told(passed: list[str], failed: dict[str, list[str]]) -> list[str]:
    """One line a clause, by policy, and the count."""
    lines = []
    for letter, names in groupby(CLAUSES, key=lambda name: name[0]):
        lines += ["", f"{letter}. {POLICIES[letter]}"]
        for name in names:
            lines.append(f"  {'kept   ' if name in passed else 'not yet'}  {name:<4} {CLAUSES[name]}")
            lines += [f"             failed: {test}" for test in failed.get(name, [])]
    kept = sum(name in passed for name in CLAUSES)
    return [*lines, "", f"{kept} kept, {len(CLAUSES) - kept} not yet"]


if __name__ == "__main__":
    raise SystemExit(main())
