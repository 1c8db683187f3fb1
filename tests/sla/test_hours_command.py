"""`python -m sla.hours`: a calendar tried from a pipe."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from sla import _hours_command
from sla.clock import command as _clock_command

ROOT = Path(__file__).resolve().parents[2]
CALENDAR = {
    "timezone": "Europe/Madrid",
    "weekly": {"mon": [["08:00", "18:00"]]},
    "closed_dates": ["2026-01-06"],
    "open_dates": {"2026-01-10": [["10:00", "14:00"]]},
}
COMMANDS = {"sla.hours": _hours_command.main, "sla.clock": _clock_command.main}
START = "2026-01-05T17:00:00+01:00"


def pipe(lines, *options, module="sla.hours"):
    """The answers, line by line, and the exit status; in this process, whose standard input and output are lent."""
    text = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
        patch.setattr(sys, "stdout", out)
        status = COMMANDS[module](list(options))
    return [json.loads(line) for line in out.getvalue().splitlines()], status


def case(case_id, kind="due", calendar=CALENDAR, start=START, **more):
    return {"id": case_id, "kind": kind, "calendar": calendar, "start": start, **more}


def test_each_question_is_answered_in_order():
    answers, status = pipe(
        [
            case("a", minutes=120),
            case("b", "due_days", days=2),
            case("c", "elapsed", end="2026-01-05T17:45:30Z", start="2026-01-05T16:30:00Z"),
            case(4, minutes=60),
            case("e", "elapsed", start="2026-01-05T16:00:00Z", end="2026-01-05T16:15:20Z"),
            case("f", minutes=0.5),
        ]
    )

    assert answers == [
        {"id": "a", "due": "2026-01-10T10:00:00Z"},
        {"id": "b", "due": "2026-01-12T17:00:00Z"},
        {"id": "c", "minutes": 30},
        {"id": 4, "due": "2026-01-05T17:00:00Z"},
        {"id": "e", "minutes": 920 / 60},
        {"id": "f", "due": "2026-01-05T16:00:30Z"},
    ]
    assert status == 0


def _nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


def test_an_absurd_length_is_out_of_range_however_it_is_written():
    answers, status = pipe([case("a", minutes=1e308), case("b", minutes=10**40), case("c", minutes=10**15)])

    assert [answer["error"] for answer in answers] == ["out_of_range"] * 3
    assert status == 0


def test_what_is_null_is_as_good_as_missing_and_a_small_z_is_a_z():
    calendar = {"timezone": "Etc/UTC", "weekly": {"mon": [["08:00", "18:00"]], "tue": None}}
    calendar |= {"closed_dates": None, "open_dates": None}

    answers, _ = pipe([case("a", calendar=calendar, start="2026-01-05t17:00:00z", minutes=90)])

    assert answers == [{"id": "a", "due": "2026-01-12T08:30:00Z"}]


def test_blank_lines_and_a_byte_order_mark_are_no_cases():
    answers, status = pipe([b"\xef\xbb\xbf" + json.dumps(case("a", minutes=1)).encode(), b"  \t", b"", b"\xef\xbb\xbf"])

    assert ([answer["id"] for answer in answers], status) == (["a"], 0)


def test_it_works_from_a_real_pipe_and_a_closed_one_is_no_crash():
    lines = b"\n".join([json.dumps(case("a", minutes=1)).encode()] * 2_000)
    command = [sys.executable, "-m", "sla.hours"]

    done = subprocess.run(command, input=b"{}\n" + lines, capture_output=True, cwd=ROOT, timeout=60, check=False)
    head = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
    head.stdout.close()
    _, complaint = head.communicate(lines, timeout=60)

    assert (done.returncode, done.stderr, len(done.stdout.splitlines())) == (1, b"", 2_001)
    assert (head.returncode, complaint) == (1, b"")


def test_a_calendar_that_never_opens_is_an_answer_and_not_a_bad_line():
    empty = {"timezone": "Europe/Madrid", "weekly": {}}

    answers, status = pipe(
        [
            case("due", calendar=empty, minutes=1),
            case("none", calendar=empty, minutes=0),
            case("days", "due_days", calendar=empty, days=1),
            case("elapsed", "elapsed", calendar=empty, end="2026-02-01T00:00:00Z"),
            case("far", minutes=1e18),
        ]
    )

    assert [answer.get("error") for answer in answers] == [
        "calendar_never_opens",
        "calendar_never_opens",
        "calendar_never_opens",
        None,
        "out_of_range",
    ]
    assert answers[3] == {"id": "elapsed", "minutes": 0}
    assert status == 0


def test_a_line_that_cannot_be_read_does_not_stop_the_rest():
    bad = [
        b'{"id": "cut", "kind": ',
        b"\xff\xfe",
        b"[1, 2]",
        b"",
        case("kind", "when"),
        case("listed", ["due"]),
        case("minutes", minutes="120"),
        case("nan", minutes=float("nan")),
        case("negative", minutes=-1),
        case("huge", minutes=True),
        case("days", "due_days", days=0),
        case("half", "due_days", days=1.5),
        case("naive", start="2026-01-05T17:00:00", minutes=1),
        case("word", start="tomorrow", minutes=1),
        case("number", start=1767625200, minutes=1),
        case("calendar", calendar=None, minutes=1),
        case("empty", calendar={"timezone": "Europe/Madrid", "weekly": {"mon": [["08:00", "08:00"]]}}, minutes=1),
        case("zone", calendar={"timezone": "Mars/Olympus", "weekly": {}}, minutes=1),
        case("zones", calendar={"timezone": ["Europe/Madrid"], "weekly": {}}, minutes=1),
        case("deep", calendar=CALENDAR, minutes=_nested(60)),
        case("long", calendar={"timezone": "x" * 10_000, "weekly": {}}, minutes=1),
        {"id": "good", **case("good", minutes=0)},
    ]

    answers, status = pipe(bad)

    assert [answer["id"] for answer in answers[:3]] == ["cut", None, None]
    assert [answer["id"] for answer in answers[3:]] == [line["id"] for line in bad[4:]]
    assert all(answer["error"] and 0 < len(answer["detail"]) < 400 for answer in answers[:-1])
    assert answers[-1] == {"id": "good", "due": "2026-01-05T16:00:00Z"}
    assert status == 1


def test_the_walk_is_added_when_asked_for():
    (due, days, span), status = pipe(
        [
            case("a", minutes=120),
            case("b", "due_days", days=1),
            case("c", "elapsed", end="2026-01-05T17:00:00Z"),
        ],
        "--explain",
    )

    assert status == 0
    assert due["walk"][0] == {
        "date": "2026-01-05",
        "begins": "2026-01-05T16:00:00Z",
        "ends": "2026-01-05T17:00:00Z",
        "seconds": 3600,
        "to_closing": True,
        "moved": False,
        "kind": "open",
    }
    assert (due["walk"][-1]["date"], due["walk"][-1]["moved"]) == ("2026-01-10", True)
    assert days["walk"][-1]["date"] == "2026-01-10"
    assert [step["seconds"] for step in span["walk"]] == [3600]


def test_the_commands_need_no_framework():
    program = "import sys, sla.hours, sla.clock.command, sla._hours_command; print('django' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, cwd=ROOT, timeout=60, check=True)

    assert done.stdout == b"False\n"
