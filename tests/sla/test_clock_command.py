"""`python -m sla.clock`: a policy tried from a pipe."""

import pytest

from tests.sla.test_hours_command import pipe

CALENDAR = {"timezone": "Europe/Berlin", "weekly": {"mon": [["09:00", "18:00"]], "tue": [["09:00", "18:00"]]}}
OPENED = {"at": "2013-06-04T07:00:00Z", "type": "created", "by": "customer", "status": "open"}


def timeline(case_id, *events, as_of="2013-06-04T10:31:00Z", **more):
    return {
        "id": case_id,
        "calendar": CALENDAR,
        "policies": {"standard": {"normal": {"first_response": 120, "resolution": 250}}},
        "policy": "standard",
        "priority": "normal",
        "events": [OPENED, *events],
        "as_of": as_of,
        **more,
    }


def then(time, kind, **more):
    return {"at": f"2013-06-04T{time}Z", "type": kind, **more}


def test_a_history_goes_in_and_the_clocks_come_out():
    case = timeline("t", then("08:00:00", "agent_reply"), then("08:30:30", "status", to="pending"))

    (answer,), status = pipe([case], module="sla.clock")

    assert status == 0
    assert answer == {
        "id": "t",
        "first_response": {
            "state": "fulfilled",
            "due_at": "2013-06-04T09:00:00Z",
            "breached_at": None,
            "fulfilled_at": "2013-06-04T08:00:00Z",
            "breach_log": [],
        },
        "next_response": [],
        "periodic_update": [],
        "resolution": {
            "state": "paused",
            "due_at": None,
            "remaining_minutes": 159.5,
            "breached_at": None,
            "fulfilled_at": None,
            "breach_log": [],
        },
    }


def test_whoever_is_not_named_is_a_customer_and_a_ticket_begins_new():
    case = timeline("t", as_of="2013-06-04T08:00:00Z")
    case["events"] = [{"at": "2013-06-04T07:00:00Z", "type": "created"}]
    case["policies"]["standard"]["normal"]["resolution"] = {"minutes": 60, "pause_on": ["new"]}

    (answer,), _ = pipe([case], module="sla.clock")

    assert answer["first_response"]["state"] == "running"
    assert answer["resolution"]["state"] == "paused"


def test_every_event_of_the_description_is_understood():
    targets = {"first_response": 30, "next_response": 30, "periodic_update": 60, "resolution": 250}
    policies = {
        "standard": {"normal": targets, "high": targets},
        "gold": {"calendar": CALENDAR, "high": {"resolution": 60}},
    }
    holiday = {**CALENDAR, "closed_dates": ["2013-06-03"]}
    case = timeline(
        "t",
        then("07:10:00", "internal_note"),
        then("07:20:00", "assigned", to="ada"),
        then("07:40:00", "agent_reply"),
        then("07:50:00", "customer_reply"),
        then("08:00:00", "agent_reply"),
        then("08:10:00", "priority", to="high"),
        then("08:20:00", "policy", to="gold"),
        then("08:25:00", "calendar", to=holiday),
        then("08:30:00", "tags", to="vip"),
        policies=policies,
    )

    (answer,), status = pipe([case], module="sla.clock")

    assert status == 0
    assert answer["first_response"]["breached_at"] == "2013-06-04T07:30:00Z"
    assert [cycle["fulfilled_at"] for cycle in answer["next_response"]] == ["2013-06-04T08:00:00Z"]
    assert [cycle["state"] for cycle in answer["periodic_update"]] == ["fulfilled", "no_target"]
    assert answer["resolution"]["due_at"] == "2013-06-04T08:00:00Z"
    assert answer["resolution"]["breach_log"] == ["2013-06-04T08:20:00Z"]


def test_the_ledger_is_added_when_asked_for():
    (answer,), _ = pipe([timeline("t", then("08:00:00", "agent_reply"))], "--ledger", module="sla.clock")

    assert answer["first_response"]["started_at"] == "2013-06-04T07:00:00Z"
    assert answer["first_response"]["ledger"][1] == {
        "at": "2013-06-04T08:00:00Z",
        "kind": "fulfilled",
        "rule": "metric",
        "event": "agent_reply",
        "source": 1,
        "policy": "standard",
        "priority": "normal",
        "target_minutes": 120,
        "consumed_minutes": 60,
        "due_at": "2013-06-04T09:00:00Z",
    }


def test_a_calendar_that_never_opens_is_a_state():
    case = timeline("t", calendar={"timezone": "Europe/Berlin", "weekly": {}})

    (answer,), status = pipe([case], module="sla.clock")

    assert (answer["resolution"]["state"], answer["resolution"]["due_at"], status) == ("unschedulable", None, 0)


def test_promises_tiers_and_windows_are_answered_when_the_history_has_them():
    policies = {
        "standard": {
            "on_promise": "extend",
            "pause_on": {"resolution": [], "tier": ["on_hold"]},
            "normal": {"first_response": 120, "resolution": 250, "tiers": {"1": 30, "2": {"minutes": 60}, "3": None}},
        }
    }
    case = timeline(
        "t",
        then("07:20:00", "tier", to="2"),
        then("07:30:00", "status", to="pending"),
        then("08:00:00", "promised", to="2013-06-04T10:00:00Z", reason="Waiting for the vendor."),
        policies=policies,
        windows=[
            {
                "from": "2013-06-04T07:40:00Z",
                "to": "2013-06-04T07:50:00Z",
                "metrics": ["resolution"],
                "reason": "Down.",
            },
            {"from": "2013-06-04T12:00:00Z"},
        ],
        as_of="2013-06-04T08:30:00Z",
    )
    case["events"][0] = OPENED | {"tier": "1"}

    (answer,), status = pipe([case], "--ledger", module="sla.clock")

    assert status == 0
    assert answer["first_response"]["due_at"] == "2013-06-04T10:00:00Z"
    assert answer["first_response"]["ledger"][-1]["kind"] == "extended"
    assert answer["first_response"]["ledger"][-1]["reason"] == "Waiting for the vendor."
    assert [promise["due_at"] for promise in answer["promises"]] == ["2013-06-04T10:00:00Z"]
    assert answer["resolution"]["due_at"] == "2013-06-04T11:20:00Z"
    assert [entry["reason"] for entry in answer["resolution"]["ledger"] if entry["rule"] == "window"] == ["Down."] * 2
    assert {tier: (clock["state"], clock["held_minutes"]) for tier, clock in answer["tiers"].items()} == {
        "1": ("fulfilled", 20),
        "2": ("running", 70),
    }
    assert answer["tiers"]["2"]["breached_at"] == "2013-06-04T08:20:00Z"


def test_a_window_may_be_entered_late():
    window = {"from": "2013-06-04T07:10:00Z", "to": "2013-06-04T07:40:00Z", "known_at": "2013-06-04T08:00:00Z"}

    (answer,), _ = pipe([timeline("t", windows=[window], as_of="2013-06-04T08:10:00Z")], module="sla.clock")

    assert answer["first_response"]["due_at"] == "2013-06-04T09:30:00Z"


def test_a_history_without_them_is_answered_as_ever():
    (answer,), _ = pipe([timeline("t")], module="sla.clock")

    assert list(answer) == ["id", "first_response", "next_response", "periodic_update", "resolution"]


def test_what_changes_no_clock_may_say_anything():
    case = timeline("t", then("08:00:00", "tags", to=["vip", "printer"]), then("08:01:00", "assigned", to={"id": 4}))

    (answer,), status = pipe([case], module="sla.clock")

    assert (answer["resolution"]["state"], status) == ("running", 0)


BAD = {
    "no_events": timeline("no_events") | {"events": []},
    "not_created": timeline("not_created") | {"events": [then("08:00:00", "agent_reply")]},
    "no_list": timeline("no_list") | {"events": {}},
    "word": timeline("word", "created"),
    "kind": timeline("kind", then("08:00:00", "exploded")),
    "status": timeline("status", then("08:00:00", "status", to="resolved")),
    "policy": timeline("policy", then("08:00:00", "policy", to="platinum")),
    "start": timeline("start", policy="platinum"),
    "naive": timeline("naive", as_of="2013-06-04T10:31:00"),
    "when": timeline("when", {"type": "agent_reply"}),
    "to": timeline("to", then("08:00:00", "priority", to=["high"])),
    "by": timeline("by", then("08:00:00", "agent_reply", by={"name": "ada"})),
    "calendar": timeline("calendar", calendar="office"),
    "new_calendar": timeline("new_calendar", then("08:00:00", "calendar", to={"timezone": "x", "weekly": {}})),
    "policies": timeline("policies", policies=[]),
    "metric": timeline("metric", policies={"standard": {"normal": {"resolve": 10}}}),
    "minutes": timeline("minutes", policies={"standard": {"normal": {"resolution": "10"}}}),
    "both": timeline("both", policies={"standard": {"normal": {"resolution": {"minutes": 10, "days": 2}}}}),
    "field": timeline("field", policies={"standard": {"normal": {"resolution": {"hours": 10}}}}),
    "warn": timeline("warn", policies={"standard": {"normal": {"resolution": {"minutes": 10, "warn": [500]}}}}),
    "warn_list": timeline(
        "warn_list", policies={"standard": {"normal": {"resolution": {"minutes": 10, "warn": "50"}}}}
    ),
    "pause": timeline(
        "pause", policies={"standard": {"normal": {"resolution": {"minutes": 10, "pause_on": ["lunch"]}}}}
    ),
    "unhashable": timeline(
        "unhashable", policies={"standard": {"normal": {"resolution": {"minutes": 1, "pause_on": [[]]}}}}
    ),
    "priorities": timeline("priorities", policies={"standard": 5}),
    "promise": timeline("promise", then("08:00:00", "promised", to="soon")),
    "past_promise": timeline("past_promise", then("08:00:00", "promised", to="2013-06-04T07:59:00Z")),
    "reason": timeline("reason", then("08:00:00", "promised", to="2013-06-04T09:00:00Z", reason=5)),
    "on_promise": timeline("on_promise", policies={"standard": {"on_promise": "forget"}}),
    "on_promise_list": timeline(
        "on_promise_list", policies={"standard": {"normal": {"resolution": {"minutes": 1, "on_promise": []}}}}
    ),
    "policy_pause": timeline("policy_pause", policies={"standard": {"pause_on": {"resolution": ["lunch"]}}}),
    "policy_pauses": timeline("policy_pauses", policies={"standard": {"pause_on": {"promise": ["pending"]}}}),
    "pause_list": timeline("pause_list", policies={"standard": {"pause_on": ["pending"]}}),
    "tiers": timeline("tiers", policies={"standard": {"normal": {"tiers": [30]}}}),
    "tier": timeline("tier", policies={"standard": {"normal": {"tiers": {"1": "long"}}}}),
    "tier_event": timeline("tier_event", then("08:00:00", "tier", to=2)),
    "windows": timeline("windows", windows={"from": "2013-06-04T08:00:00Z"}),
    "window": timeline("window", windows=["2013-06-04T08:00:00Z"]),
    "window_from": timeline("window_from", windows=[{"to": "2013-06-04T08:00:00Z"}]),
    "window_order": timeline("window_order", windows=[{"from": "2013-06-04T08:00:00Z", "to": "2013-06-04T07:00:00Z"}]),
    "window_metric": timeline("window_metric", windows=[{"from": "2013-06-04T08:00:00Z", "metrics": ["lunch"]}]),
    "window_metrics": timeline("window_metrics", windows=[{"from": "2013-06-04T08:00:00Z", "metrics": "resolution"}]),
}


@pytest.fixture(scope="module")
def answers():
    """All bad lines in one run, and a good one last."""
    return pipe([*BAD.values(), timeline("good")], module="sla.clock")


@pytest.mark.parametrize("name", BAD)
def test_a_line_that_cannot_be_read_is_answered_with_an_error(answers, name):
    (answer,) = (answer for answer in answers[0] if answer["id"] == name)

    assert set(answer) == {"id", "error", "detail"}
    assert answer["detail"]


def test_the_rest_is_answered_and_the_exit_status_tells(answers):
    assert answers[0][-1]["resolution"]["state"] == "running"
    assert answers[1] == 1
