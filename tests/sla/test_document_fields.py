"""The fields of requests in a policy: their kinds, for whom they are, and when they are asked."""

import pytest

from sla.document import PolicyError, SupportPolicy, to_yaml
from sla.document.form_fields import Facts, shown
from tests.sla.test_document_errors import SOUND

FIELDS = """\
    fields:
      service:
        name: Service
        kind: choice
        choices: {web: {name: Web}, mail: {name: Mail}}
      server:
        name: Server
        required: true
        show_when: {fields: {service: [web]}}
      urgent-since:
        name: Since when
        kind: date
        show_when: {priorities: high, fields: {server: [web01, "2"]}}
      backup:
        name: Is there a backup?
        kind: boolean
        customers: read
      cause:
        name: Cause
        kind: multichoice
        customers: hidden
        required_to_solve: true
        choices: {disk: {name: Disk}, fan: {name: Fan}}
        show_when: {fields: {backup: true}}
      seats:
        name: Seats
        kind: number
        minimum: 1
        maximum: 500
        decimals: 2
"""


def load(fields=FIELDS):
    return SupportPolicy.load(
        SOUND.replace("    team: desk\n", f"    team: desk\n{fields}"), source="policies/acme.yaml"
    )


def problems(fields):
    with pytest.raises(PolicyError) as caught:
        load(fields)
    return [str(problem) for problem in caught.value.problems]


def asked(policy, answers, **facts):
    return [each.key for each in shown(policy.fields_for("hardware"), answers, Facts(category="hardware", **facts))]


def test_a_field_is_asked_when_another_one_was_answered_so():
    policy = load()

    assert asked(policy, {}) == ["service", "backup", "seats"]
    assert asked(policy, {"service": "web"}) == ["service", "server", "backup", "seats"]
    assert asked(policy, {"service": "mail", "backup": "yes"}) == ["service", "backup", "cause", "seats"]


def test_all_conditions_have_to_hold_and_a_field_that_is_not_asked_counts_as_not_answered():
    policy = load()
    given = {"service": "web", "server": "web01"}

    assert "urgent-since" in asked(policy, given, priority="high")
    assert "urgent-since" not in asked(policy, given, priority="low")
    assert "urgent-since" not in asked(policy, {**given, "server": "web02"}, priority="high")
    assert "urgent-since" not in asked(policy, {**given, "service": "mail"}, priority="high")


def test_a_policy_with_conditions_comes_back_from_its_file_and_its_document_as_it_was():
    policy = load()

    assert SupportPolicy.load(to_yaml(policy)).digest == policy.digest
    assert SupportPolicy.from_document(policy.to_document()).digest == policy.digest
    assert dict(policy.fields_for("hardware")[4].show_when.fields) == {"backup": ("yes",)}


@pytest.mark.parametrize(
    ("was", "written", "told"),
    [
        (
            "{fields: {service: [web]}}",
            "{fields: {servise: [web]}}",
            '41:39: categories.hardware.fields.server.show_when.fields.servise: No field "servise"'
            ' is asked here: did you mean "service"?',
        ),
        (
            "{fields: {service: [web]}}",
            "{fields: {service: [wen]}}",
            '41:39: categories.hardware.fields.server.show_when.fields.service: "wen" is no answer'
            ' to "service": did you mean "web"?',
        ),
        (
            "{fields: {service: [web]}}",
            "{}",
            "41:20: categories.hardware.fields.server.show_when: This condition asks for nothing."
            " Write fields: {KEY: [ANSWER]}, or remove it.",
        ),
        (
            "{fields: {service: [web]}}",
            "{fields: {urgent-since: [2026-01-01]}}",
            "41:44: categories.hardware.fields.server.show_when.fields.urgent-since: "
            '"urgent-since" waits for this field itself. Remove one of the two conditions.',
        ),
        (
            "{fields: {service: [web]}}",
            "{fields: {backup: [true]}}",
            "41:38: categories.hardware.fields.server.show_when.fields.backup: Customers fill this"
            ' field in, and "backup" is filled in by staff, later. Write customers: read here, or customers: fill'
            " there.",
        ),
        (
            "        customers: read\n",
            "        customers: read\n        show_when: {fields: {cause: [disk]}}\n",
            "50:37: categories.hardware.fields.backup.show_when.fields.cause: "
            '"cause" waits for this field itself. Remove one of the two conditions.',
        ),
        (
            "{fields: {service: [web]}}",
            "{categories: [hardware], priorities: [hi]}",
            '41:58: categories.hardware.fields.server.show_when.priorities[1]: There is no "hi" in'
            ' "priorities": did you mean "high"?',
        ),
        (
            "        required: true\n",
            "        required: true\n        customers: read\n",
            "40:19: categories.hardware.fields.server.required: Customers do not fill this field in, "
            'so "required" asks nobody. Write required_to_solve: true, or remove it.',
        ),
        (
            "        kind: number\n",
            "        kind: text\n",
            '60:18: categories.hardware.fields.seats.minimum: Only a field of kind "number" has this.'
            " Write kind: number, or remove it.",
        ),
        (
            "minimum: 1\n",
            "minimum: 501\n",
            "61:18: categories.hardware.fields.seats.maximum: The largest number is below the smallest"
            " one. Change one of the two.",
        ),
        (
            "choices: {disk: {name: Disk}, fan: {name: Fan}}",
            "choices: {disk: {name: Disk}}",
            '55:18: categories.hardware.fields.cause.choices: A field of kind "multichoice" needs at'
            " least two choices. Add them.",
        ),
    ],
)
def test_what_is_wrong_is_told_at_its_place(was, written, told):
    assert was in FIELDS

    assert f"policies/acme.yaml:{told}" in problems(FIELDS.replace(was, written, 1))


def test_a_condition_on_a_category_must_name_the_field_s_own():
    fields = FIELDS.replace("{fields: {service: [web]}}", "{categories: [software]}")
    text = SOUND.replace("    team: desk\n", f"    team: desk\n{fields}")
    other = "  software: {name: Software, description: Programs., team: desk}\nsla:\n"

    with pytest.raises(PolicyError) as caught:
        SupportPolicy.load(text.replace("sla:\n", other))

    assert 'This field belongs to "hardware", so it would never be asked.' in str(caught.value)


def with_rule(only):
    rule = f"{{name: R, when: {{clock: first_response, at: breach, only: {{fields: {only}}}}}, do: {{notify: team}}}}"
    return f"{FIELDS}escalation: {{rules: {{r: {rule}}}}}\n"


def test_a_rule_looks_at_answers_and_is_written_as_it_was_read():
    policy = load(with_rule("{service: [web], backup: false, seats: 3}"))
    (rule,) = policy.escalation.rules.values()

    assert rule.when.only.fields == {"service": ("web",), "backup": ("no",), "seats": ("3",)}
    assert rule.when.only.met_by({"service": "web", "backup": "no", "seats": "3"}, priority="high")
    assert not rule.when.only.met_by({"service": "web", "backup": "no"}, priority="high")
    assert SupportPolicy.load(to_yaml(policy)) == policy


@pytest.mark.parametrize(
    ("only", "says"),
    [
        ("{servise: web}", 'No request is asked a field "servise": did you mean "service"?'),
        ("{service: wep}", '"wep" is no answer to "service": did you mean "web"?'),
        ("{service: []}", "This list has 0 entries."),
    ],
)
def test_a_rule_that_waits_for_an_answer_that_nobody_gives_is_refused(only, says):
    assert says in " ".join(problems(with_rule(only)))
