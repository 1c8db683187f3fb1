"""The five policy files load, and say what the texts that they were written from say."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from sla.document import Duration, SupportPolicy
from sla.document.schema import schema

POLICIES = Path(__file__).parents[2] / "policies"
NAMES = ("ione", "techsupport", "alleanza", "justo", "hostiquant")


def load(name):
    return SupportPolicy.load(POLICIES / f"{name}.yaml")


def stored(policy):
    """The document as Postgres gives it back: without the order of its mappings."""
    return json.loads(json.dumps(policy.to_document(), sort_keys=True))


@pytest.mark.parametrize("name", NAMES)
def test_a_policy_file_survives_being_stored(name):
    policy = load(name)

    again = SupportPolicy.from_document(stored(policy))

    assert again == policy
    assert again.digest == policy.digest
    assert [str(priority.name) for priority in again.priorities.values()] == [
        str(priority.name) for priority in policy.priorities.values()
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_policy_file_fits_the_schema_for_editors(name):
    plain = YAML(typ="safe", pure=True)
    plain.constructor.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)

    document = json.loads(json.dumps(plain.load(POLICIES / f"{name}.yaml"), default=str))

    jsonschema.Draft202012Validator(schema()).validate(document)


def test_the_schema_for_editors_is_in_step():
    written = json.loads((POLICIES / "schema.json").read_text(encoding="utf-8"))

    assert written == schema(), "Run: python -m sla.document --schema > policies/schema.json"


def test_the_schema_refuses_an_unknown_field():
    document = {"name": "Acme", "colour": "red"}

    errors = [error.message for error in jsonschema.Draft202012Validator(schema()).iter_errors(document)]

    assert any("colour" in error for error in errors)


@pytest.mark.parametrize("name", NAMES)
def test_three_languages_are_offered_and_every_promise_has_a_first_response(name):
    policy = load(name)

    assert set(policy.languages) == {"en", "ru", "es"}
    for sla in policy.sla:
        assert all(policy.target(sla, priority, "first_response") for priority in policy.priorities)


@pytest.mark.parametrize("name", NAMES)
def test_a_request_out_of_time_climbs_to_the_next_tier_and_the_customer_is_told(name):
    policy = load(name)

    (rule,) = policy.rules_for("first_response", "breach", tier=next(iter(policy.tiers)))

    assert rule.do.escalate == "next"
    assert set(rule.do.tell_customer) == {"en", "ru", "es"}
    assert len(policy.tiers) == 3
    assert all(policy.team_on(tier).tier == tier for tier in policy.tiers)


@pytest.mark.parametrize(
    ("name", "hours"),
    [
        ("ione", {"critical": 1, "high": 4, "medium": 24, "low": 48}),
        ("alleanza", {"critical": 2, "urgent": 4, "normal": 8, "low": 24}),
        ("hostiquant", {"outage": 1, "normal": 1}),
        ("techsupport", {"urgent": 4, "non-urgent": 24}),
    ],
)
def test_first_responses_are_those_of_the_text(name, hours):
    policy = load(name)
    sla = policy.sla_for().key

    promised = {key: policy.promised(sla, key, "first_response") for key in policy.priorities}

    assert promised == {key: Duration(seconds=count * 3600) for key, count in hours.items()}


def test_ione_keeps_the_critical_clock_running_on_weekends():
    policy = load("ione")
    friday_17 = datetime(2026, 11, 20, 10, tzinfo=UTC)  # 17:00 in Phnom Penh

    critical = policy.target("standard", "critical", "resolution").calendar.add(friday_17, 2 * 3600)
    high = policy.target("standard", "high", "resolution").calendar.add(friday_17, 2 * 3600)

    assert critical == datetime(2026, 11, 21, 4, tzinfo=UTC)  # Saturday 11:00
    assert high == datetime(2026, 11, 23, 2, tzinfo=UTC)  # Monday 9:00


def test_ione_gives_each_category_its_own_meanings():
    policy = load("ione")

    meanings = {key: str(policy.meaning(key, "critical")) for key in policy.categories}

    assert meanings == {
        "technical": "High-impact issues affecting core functionality or security.",
        "billing": "Billing errors affecting critical services.",
        "infrastructure": "Infrastructure failures impacting services.",
        "security": "Security breaches or compliance violations.",
    }
    assert policy.meaning("billing", "low").say("es") == "Preguntas generales de facturación."


def test_ione_finds_the_priority_in_its_matrix():
    policy = load("ione")

    assert policy.priority_from("everyone", "now").key == "critical"
    assert policy.priority_from("one", "later").key == "low"
    assert policy.priority_from("one", "nowhere") is None


def test_ione_routes_a_category_to_its_teams_tier_by_tier():
    policy = load("ione")

    teams = [policy.team_on(tier, "billing").key for tier in policy.tiers]

    assert teams == ["billing-desk", "billing-specialists", "management"]
    assert policy.next_tier("tier-2").key == "tier-3"
    assert policy.next_tier("tier-3") is None


def test_an_exclusion_is_lifted_by_a_contract():
    policy = load("alleanza")

    assert {exclusion.key for exclusion in policy.exclusions_for()} == {"programming", "web-design", "scripts"}
    assert policy.exclusions_for("with-consulting") == ()


def test_alleanza_asks_everyone_for_authorisation_data():
    policy = load("alleanza")

    asked = policy.fields_for("service-problem")

    assert [field.key for field in asked if field.identifies] == ["login", "registered-email"]
    assert "steps" in [field.key for field in asked]


def test_justo_explains_its_priorities_with_examples():
    policy = load("justo")

    assert [str(priority.name) for priority in policy.priorities.values()] == ["Alta", "Media", "Baja"]
    assert "cPanel" in str(policy.priorities["alta"].counter_examples[0])
    assert policy.fair_use.follow_up_pause == Duration(seconds=40 * 60)
    assert policy.fair_use.session_limit == Duration(seconds=20 * 60)


def test_hostiquant_is_open_around_the_clock_and_its_advisory_channels_carry_no_clock():
    policy = load("hostiquant")
    new_year = datetime(2027, 1, 1, 3, tzinfo=UTC)

    assert policy.calendar().add(new_year, 3600) == new_year + timedelta(hours=1)
    assert policy.sla_for(channel="phone") is None
    assert policy.sla_for(channel="chat").key == "one-hour"
    assert not policy.calendar(policy.channels["phone"].calendar).is_open(datetime(2027, 1, 1, 21, tzinfo=UTC))
    assert policy.tiers["first-line"].share_target == 85
    assert policy.complaints.target == Duration(days=3)


def test_hostiquant_hints_at_vague_subjects():
    guidance = load("hostiquant").guidance

    assert guidance.finds_vague("  My site does NOT work!! ")
    assert not guidance.finds_vague("The page /cart returns a 403 error")


def test_a_ticket_of_an_older_policy_finds_its_way():
    policy = load("ione")

    assert policy.sla_for(category="gone", channel="gone").key == "standard"
    assert policy.target("gone", "gone", "first_response") is None
    assert policy.meaning("gone", "high") == policy.priorities["high"].meaning
    assert policy.team_on("tier-2", "gone").key == "technicians"
    assert policy.next_tier("gone") is None


def test_a_contract_that_names_an_sla_policy_decides():
    document = load("ione").to_document()
    document["sla"].append({**document["sla"][0], "key": "gold", "name": dict.fromkeys(("en", "ru", "es"), "Gold")})
    document["contracts"][1]["sla"] = "gold"

    policy = SupportPolicy.from_document(document)

    assert policy.sla_for(contract="with-hardware").key == "gold"
    assert policy.sla_for(contract="standard").key == "standard"


def test_the_first_sla_policy_whose_conditions_are_met_holds():
    document = load("ione").to_document()
    first = {
        **document["sla"][0],
        "key": "fast",
        "name": {"en": "Fast", "ru": "Быстро", "es": "Rápido"},
        "when": {"categories": ["security"], "channels": ["portal"]},
    }
    document["sla"].insert(0, first)

    policy = SupportPolicy.from_document(document)

    assert policy.sla_for(category="security", channel="portal").key == "fast"
    assert policy.sla_for(category="security", channel="email").key == "standard"
    assert policy.sla_for(category="billing", channel="portal").key == "standard"


def test_channels_that_are_left_out_are_off():
    policy = load("ione")

    assert [channel.key for channel in policy.open_channels] == ["portal", "email", "phone"]
    assert not policy.channels["chat"].on
    assert policy.channels["email"].name.say("ru") == "Электронная почта"


def test_a_rules_share_is_a_warning_of_the_clock():
    policy = load("hostiquant")

    assert policy.target("one-hour", "normal", "first_response").warn == (50, 75)
    assert policy.target("one-hour", "outage", "resolution").pause_on == {"pending", "on_hold"}


def test_usual_statuses_come_in_the_languages_of_the_policy():
    policy = load("alleanza")

    assert policy.status_of("on_hold").key == "on-hold"
    assert str(policy.status_of("pending").shown_to_customers) == "Ждём вашего ответа"
    assert policy.status_of("solved").name.say("es") == "Resuelto"


def test_the_reference_names_every_field():
    reference = (POLICIES.parent / "docs" / "policy-file.md").read_text(encoding="utf-8")
    fields = set()

    def collect(part):
        for name, value in part.items() if isinstance(part, dict) else ():
            fields.update(value if name == "properties" else ())
            for inner in value if isinstance(value, list) else [value]:
                collect(inner)

    collect(schema())

    assert [field for field in sorted(fields) if field not in reference] == []


def test_the_smallest_file_of_the_reference_is_sound():
    reference = (POLICIES.parent / "docs" / "policy-file.md").read_text(encoding="utf-8")
    example = reference.split("## The smallest file")[1].split("```yaml\n")[1].split("```")[0]

    policy = SupportPolicy.load(example)

    assert policy.promised("standard", "high", "first_response") == Duration(seconds=3600)
