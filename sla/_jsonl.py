"""One JSON object a line in, one out, in order: what the two commands share."""

import json
import math
import re
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from io import TextIOWrapper
from typing import BinaryIO, TextIO

from sla._wall import CalendarError, CalendarInvalid, quoted
from sla.hours import Calendar

BLANK = b" \t\r\n\xef\xbb\xbf"
DEEPEST = 50
LONGEST = 10**15  # minutes: far beyond the year 9999, and still exact as a float
ID = re.compile(r'"id"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d+)')


class CaseInvalid(ValueError):
    """A line that can't be read; `field` names what is wrong in it."""

    code = "invalid"

    def __init__(self, field: str, message: str):
        super().__init__(f"{field}: {message}" if field else message)


def run(answer: Callable[[dict], dict], lines: BinaryIO, out: TextIO) -> int:
    """Answer each line; 1 if any could not be read, else 0."""
    unreadable = False
    for line in lines:
        if not line.strip(BLANK):
            continue
        case_id = None
        try:
            case = _read(line)
            case_id = case.get("id")
            result = {"id": case_id, **answer(case)}
        except CalendarError as error:
            unreadable = unreadable or isinstance(error, CalendarInvalid)
            result = {"id": case_id, "error": error.code, "detail": str(error)}
        except CaseInvalid as error:
            unreadable = True
            result = {
                "id": _salvage_id(line) if case_id is None else case_id,
                "error": error.code,
                "detail": str(error),
            }
        print(json.dumps(result, ensure_ascii=False), file=out, flush=True)
    return int(unreadable)


def main(answer: Callable[[dict], dict]) -> int:
    """Run on standard input and output; a reader who has seen enough may close the pipe."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        return run(answer, sys.stdin.buffer, sys.stdout)
    except BrokenPipeError:
        sys.stderr.close()
        return 1


def _read(line: bytes) -> dict:
    try:
        case = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise CaseInvalid("", f"this line is no JSON: {error}") from None
    if not isinstance(case, dict):
        raise CaseInvalid("", "write one JSON object a line.")
    if not _is_flat(case):
        raise CaseInvalid("", f"lists and objects are nested more than {DEEPEST} deep.")
    return case


def _is_flat(value: object) -> bool:
    """Whether it may be printed and quoted without meeting Python's limit of recursion."""
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return not level


def _salvage_id(line: bytes) -> object:
    match = ID.search(line.decode("utf-8", "replace"))
    try:
        return json.loads(match[1]) if match else None
    except ValueError:
        return None  # such as a number of more digits than Python reads


def read_instant(case: Mapping, field: str) -> datetime:
    """The instant in a field, written in ISO 8601 with its offset from UTC."""
    text = case.get(field)
    try:
        # RFC 3339 allows a small z, Python does not.
        at = datetime.fromisoformat(text.upper() if isinstance(text, str) else "")
    except ValueError:
        raise CaseInvalid(field, f"{quoted(text)} is no instant; write it as 2026-01-05T17:00:00+01:00.") from None
    if at.tzinfo is None:
        raise CaseInvalid(field, f"{quoted(text)} lacks its offset from UTC; end it with Z or +01:00.")
    return at


def read_minutes(value: object, field: str) -> int:
    """A length in minutes, maybe with a fraction, as whole seconds."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise CaseInvalid(field, f"{quoted(value)} is no length of time; write minutes, 0 or more.")
    return round(min(value, LONGEST) * 60)


def read_days(value: object, field: str) -> int:
    """A number of business days."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1 or not 1 <= value < 10**9:
        raise CaseInvalid(field, f"{quoted(value)} is no number of business days; write a whole number, 1 or more.")
    return int(value)


def read_calendar(value: object, field: str = "calendar") -> Calendar:
    """The calendar in a field; the same description gives the same, already compiled calendar."""
    if not isinstance(value, dict):
        raise CaseInvalid(field, "describe the calendar as an object with timezone and weekly.")
    return _calendar(json.dumps(value))


@lru_cache(maxsize=256)
def _calendar(text: str) -> Calendar:
    return Calendar.from_document(json.loads(text))


def minutes(seconds: int) -> float:
    """Seconds as minutes, whole where they are."""
    return seconds // 60 if seconds % 60 == 0 else seconds / 60
