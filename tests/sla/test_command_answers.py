"""What both commands answer, word for word: each line of answers/*.jsonl is a line that goes in and what comes out."""

import io
import json
from pathlib import Path

import pytest

from sla import _hours_command, _jsonl
from sla.clock import command as clock_command

ANSWERS = Path(__file__).parent / "answers"
COMMANDS = {"hours": _hours_command.answer, "clock": clock_command.answer}
NO_JSON = "this line is no JSON: "
CASES = [
    pytest.param(name, case["line"], case["answer"], id=f"{name}-{number}")
    for name in COMMANDS
    for number, case in enumerate(map(json.loads, (ANSWERS / f"{name}.jsonl").read_text("utf-8").split("\n")[:-1]), 1)
]


@pytest.mark.parametrize(("command", "line", "expected"), CASES)
def test_the_answer_is(command, line, expected):
    out = io.StringIO()

    status = _jsonl.run(lambda case: COMMANDS[command](case, True), io.BytesIO(line.encode()), out)

    answer = json.loads(out.getvalue())
    if expected.get("detail", "").startswith(NO_JSON):
        # What follows is Python's own explanation, in the words of its version.
        answer["detail"], expected = answer["detail"][: len(NO_JSON)], expected | {"detail": NO_JSON}
    assert answer == expected
    assert status == (expected.get("error") in ("invalid", "calendar_invalid"))


@pytest.mark.parametrize(("command", "words"), [("hours", "--explain"), ("clock", "--ledger")])
def test_help_is_the_description(command, words, capsys):
    main = {"hours": _hours_command.main, "clock": clock_command.main}[command]

    with pytest.raises(SystemExit):
        main(["--help"])

    told = capsys.readouterr().out
    assert told.startswith(f"usage: python -m sla.{command} ")
    assert "One JSON object a line" in told
    assert '": {...}, ' in told
    assert words in told


def test_a_deadline_in_a_far_century_is_answered_without_its_walk():
    case = {
        "kind": "due",
        "calendar": {"timezone": "Etc/UTC", "weekly": {}, "open_dates": {"9999-06-01": [["08:00", "18:00"]]}},
        "start": "2026-01-05T17:00:00Z",
        "minutes": 60,
    }

    assert _hours_command.answer(case, explain=True) == {"due": "9999-06-01T09:00:00Z"}
