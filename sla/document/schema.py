"""The JSON Schema of policy files, for editors: completion, and errors while typing."""

from typing import Any

from sla.document.fields import KEY_PATTERN, LANGUAGE_PATTERN, LONGEST_TEXT
from sla.document.policy import SupportPolicy
from sla.document.records import LONGEST_KEY, RecordOf

_HOURS = {"type": "string", "pattern": r"^\d\d:\d\d ?- ?\d\d:\d\d$"}
_PAIR = {"type": "array", "items": {"type": "string", "pattern": r"^\d\d:\d\d$"}, "minItems": 2, "maxItems": 2}
_UNITS = "d|days?|h|hours?|m|min|minutes?|s|seconds?"


def schema() -> dict[str, Any]:
    """The schema, made from the same declaration that reads the files."""
    words = {"type": "string", "maxLength": LONGEST_TEXT}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Support policy",
        "description": "A tenant's whole support policy. See docs/policy-file.md.",
        **RecordOf(SupportPolicy).schema(),
        "$defs": {
            "key": {"type": "string", "pattern": f"^{KEY_PATTERN}$", "maxLength": LONGEST_KEY},
            "text": {
                "anyOf": [
                    words,
                    {
                        "type": "object",
                        "propertyNames": {"pattern": f"^{LANGUAGE_PATTERN}$"},
                        "additionalProperties": words,
                    },
                ]
            },
            "duration": {"type": "string", "pattern": rf"^(\d+ *({_UNITS}) *)+$|^\d+ *business[ -]days?$"},
            "offset": {"type": "string", "pattern": rf"^(\d+ *({_UNITS}) *)+ (before|after)$"},
            "hours": {"anyOf": [_HOURS, {"type": "array", "items": {"anyOf": [_HOURS, _PAIR]}}, _PAIR]},
        },
    }
