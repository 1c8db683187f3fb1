"""`make mutate`: small mistakes are made in the pure engine one by one; how many do its tests notice?

Ends with the score by module and in all, and fails below 90 %. What survived is shown by `mutmut results` and
`mutmut show NAME`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

WANTED = 90
#: Exit codes of pytest under which a mutant lives on: all tests passed, or none ran.
SURVIVED = {0, 5, 33}


def main() -> int:
    """Run mutmut, print the score."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--workers", default="2", help="mutants tried at once")
    parser.add_argument("--only-score", action="store_true", help="of the last run")
    arguments = parser.parse_args()
    if not arguments.only_score:
        mutmut = Path(sys.executable).parent / "mutmut"
        command = [str(mutmut), "run", "--max-children", arguments.workers]
        # Few examples, always the same ones: a mutant is not to be judged by luck.
        subprocess.run(command, env=os.environ | {"HYPOTHESIS_PROFILE": "quick"}, check=True)
    noticed, survived = Counter[str](), Counter[str]()
    for path in sorted(Path("mutants/sla").rglob("*.py.meta")):
        module = str(path.relative_to("mutants")).removesuffix(".meta")
        for code in json.loads(path.read_text())["exit_code_by_key"].values():
            if code is not None:
                (survived if code in SURVIVED else noticed)[module] += 1
    for module in sorted(noticed | survived):
        print(f"{module:28}{_score(noticed[module], survived[module])}")
    print(f"{'in all':28}{_score(noticed.total(), survived.total())}")
    return int(100 * noticed.total() < WANTED * (noticed + survived).total())


def _score(noticed: int, survived: int) -> str:
    tried = noticed + survived
    return f"{100 * noticed / tried:6.1f} %  ({noticed} of {tried})" if tried else "nothing tried"


if __name__ == "__main__":
    raise SystemExit(main())
