"""Try a policy file without a database: `python -m sla.document FILE...`; `--schema` prints the schema for editors."""

import argparse
import json
import sys

from sla.document import PolicyError, SupportPolicy
from sla.document.schema import schema


def main(arguments: list[str] | None = None) -> int:
    """Check the files; 0 when all are sound."""
    parser = argparse.ArgumentParser(prog="python -m sla.document", description="Check support policy files.")
    parser.add_argument("files", nargs="*", metavar="FILE", help="a policy file")
    parser.add_argument("--schema", action="store_true", help="print the JSON Schema of policy files")
    parser.add_argument("--json", action="store_true", help="print the document with every default written out")
    options = parser.parse_args(arguments)
    if options.schema:
        print(json.dumps(schema(), indent=2, ensure_ascii=False))
    elif not options.files:
        parser.error("name a policy file, or --schema")
    return max([_check(file, as_json=options.json) for file in options.files], default=0)


def _check(file: str, *, as_json: bool) -> int:
    try:
        policy = SupportPolicy.load(file, source=file)
    except PolicyError as error:
        print(error, file=sys.stderr)
        return 1
    if as_json:
        print(json.dumps(policy.to_document(), indent=2, ensure_ascii=False))
    else:
        counts = ", ".join(
            f"{len(getattr(policy, name))} {name}" for name in ("priorities", "categories", "tiers", "teams")
        )
        print(f"{file}: {policy.name}: {counts}. No problem found.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
