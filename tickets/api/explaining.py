"""Why a ticket's clocks stand where they do, over REST."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from sla import clock as engine
from sla.way import Gap, Way
from tenants.api import person_of
from tenants.models import User
from tickets import explaining, promise
from tickets.api.tickets import tickets_of
from tickets.conditions import Check
from tickets.models import Ticket

_METRICS = [(key, str(name)) for key, name in promise.NAMES.items()]

#: How a clock stands.
CLOCK_STATES = [state.value for state in engine.State]


class CheckSerializer(serializers.Serializer):
    """A condition of the policy, and what it saw."""

    fact = serializers.CharField(
        help_text="what it looks at: contract, category, type, channel, priority, tier or field.KEY"
    )
    wanted = serializers.ListField(child=serializers.CharField(), help_text="keys, one of which it must be")
    saw = serializers.CharField(allow_null=True, help_text="the key that it is")
    holds = serializers.BooleanField()
    sentence = serializers.CharField(help_text="the same with names, in the reader's language")


class ConsideredSerializer(serializers.Serializer):
    """An SLA policy that was looked at."""

    key = serializers.CharField()
    name = serializers.CharField()
    holds = serializers.BooleanField()
    conditions = CheckSerializer(many=True)


class ChosenSerializer(serializers.Serializer):
    """Which rule of which version of the support policy chose the target."""

    version = serializers.IntegerField(help_text="the same number as in /policy/versions/")
    sla = serializers.CharField(help_text="key of the SLA policy")
    name = serializers.CharField(help_text="of the SLA policy")
    how = serializers.CharField(help_text="in a sentence")
    considered = ConsideredSerializer(many=True, help_text="in their order; for staff, empty for others")
    priority = serializers.CharField()
    target = serializers.CharField(help_text="as it was promised, in words")
    calendar = serializers.CharField()
    hours = serializers.CharField()


class LedgerEntrySerializer(serializers.Serializer):
    """One step of a clock."""

    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(choices=[kind.value for kind in engine.Kind])
    rule = serializers.CharField(help_text="why: metric, status, priority_changed, window and so on")
    text = serializers.CharField()
    consumed_seconds = serializers.IntegerField(help_text="of opening hours, up to then")
    due_at = serializers.DateTimeField(allow_null=True, help_text="the deadline as it stood after it")
    percent = serializers.IntegerField(allow_null=True, help_text="of a warning at a share of the target")
    offset_seconds = serializers.IntegerField(
        allow_null=True, help_text="of a warning: of opening hours after the deadline, before it if negative"
    )


class StepSerializer(serializers.Serializer):
    """A day on the way: what of it counted, or why nothing did."""

    kind = serializers.ChoiceField(
        choices=["open", "skipped", "clock_change", "gap"], help_text="gap: days of a long way that are not listed"
    )
    date = serializers.DateField(allow_null=True, help_text="in the time zone of the calendar; none of a gap")
    begins = serializers.DateTimeField(allow_null=True)
    ends = serializers.DateTimeField(allow_null=True)
    seconds = serializers.IntegerField(help_text="that count; of a clock change, by which the clock is moved")
    reason = serializers.CharField(help_text="of a skipped day: weekend, holiday, moved and so on; else empty")
    text = serializers.CharField()


class StretchSerializer(serializers.Serializer):
    """A time during which the clock ran, or stood still."""

    begins = serializers.DateTimeField()
    ends = serializers.DateTimeField()
    is_running = serializers.BooleanField()
    because = serializers.CharField(help_text="why it stood still; else empty")
    seconds = serializers.IntegerField(help_text="that count")
    timezone = serializers.CharField(help_text="of the calendar; empty while it stood still")
    steps = StepSerializer(many=True)


class ClockExplanationSerializer(serializers.Serializer):
    """A clock, and everything that led to its time."""

    metric = serializers.ChoiceField(choices=_METRICS)
    number = serializers.IntegerField(help_text="the n-th of its metric on this ticket")
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=CLOCK_STATES)
    why = serializers.CharField(help_text="why it is due then, in a sentence")
    started_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    breached_at = serializers.DateTimeField(allow_null=True)
    fulfilled_at = serializers.DateTimeField(allow_null=True)
    target_seconds = serializers.IntegerField(allow_null=True, help_text="of opening hours")
    consumed_seconds = serializers.IntegerField(help_text="of opening hours, up to now")
    pauses_in = serializers.ListField(child=serializers.CharField(), help_text="the states in which it stands still")
    chosen = ChosenSerializer(allow_null=True, help_text="null where an agent's word set the time")
    ledger = LedgerEntrySerializer(many=True)
    walk = StretchSerializer(many=True, help_text="from the start to the deadline")


class ClocksView(APIView):
    """The clocks of a ticket, explained."""

    @extend_schema(responses=ClockExplanationSerializer(many=True), operation_id="clocks")
    def get(self, request: Request, number: int) -> Response:
        """Each clock with its ledger, the way to its deadline, what stops it and which rule of the policy chose it."""
        person = person_of(request)
        at = timezone.now()
        found = explaining.explained(ticket_of(person, number), at=at, for_staff=person.is_staff_member)
        shown = [_shown(each, person.is_staff_member, at) for each in found]
        return Response(ClockExplanationSerializer(shown, many=True).data)


def ticket_of(person: User, number: int) -> Ticket:
    """A ticket that this person may see, with what explanations look at. Raises Http404."""
    found = tickets_of(person).prefetch_related(None).filter(number=number).first()
    if found is None:
        raise Http404
    return found


def checks_shown(checks: list[Check]) -> list[dict[str, Any]]:
    """Conditions as the API tells them."""
    return [
        {
            "fact": each.fact,
            "wanted": each.wanted_keys,
            "saw": each.saw_key or None,
            "holds": each.holds,
            "sentence": each.sentence,
        }
        for each in checks
    ]


def _shown(found: explaining.Explanation, is_staff: bool, at: Any) -> dict[str, Any]:
    folded = found.clock
    return {
        "metric": str(folded.metric),
        "number": folded.number,
        "name": found.promise.name,
        "state": str(folded.state),
        "why": found.why,
        "started_at": folded.started_at,
        "due_at": folded.due_at,
        "breached_at": folded.breached_at,
        "fulfilled_at": folded.fulfilled_at,
        "target_seconds": folded.target_seconds,
        "consumed_seconds": folded.consumed_at(at),
        "pauses_in": found.pauses,
        "chosen": _chosen(found.chosen, is_staff) if found.chosen else None,
        "ledger": [
            {
                "at": entry.at,
                "kind": str(entry.kind),
                "rule": str(entry.rule),
                "text": line.text,
                "consumed_seconds": entry.consumed,
                "due_at": entry.due_at,
                "percent": entry.percent,
                "offset_seconds": entry.offset,
            }
            for entry, line in zip(found.entries, found.lines, strict=True)
        ],
        "walk": [_stretch(each) for each in found.stretches],
    }


def _chosen(chosen: explaining.Chosen, is_staff: bool) -> dict[str, Any]:
    considered = [
        {"key": each.key, "name": each.name, "holds": each.holds, "conditions": checks_shown(each.checks)}
        for each in chosen.considered
        if is_staff
    ]
    names = ("version", "sla", "name", "how", "priority", "target", "calendar", "hours")
    return {**{name: getattr(chosen, name) for name in names}, "considered": considered}


def _stretch(stretch: explaining.Stretch) -> dict[str, Any]:
    walked = stretch.way
    return {
        "begins": stretch.begins,
        "ends": stretch.ends,
        "is_running": walked is not None,
        "because": stretch.because,
        "seconds": walked.seconds if walked else 0,
        "timezone": walked.calendar.timezone if walked else "",
        "steps": _steps(stretch, walked) if walked else [],
    }


def _steps(stretch: explaining.Stretch, walked: Way) -> list[dict[str, Any]]:
    return [
        {
            "kind": step.kind,
            "date": None if isinstance(step, Gap) else step.date,
            "begins": getattr(step, "begins", None),
            "ends": getattr(step, "ends", None),
            "seconds": getattr(step, "seconds", 0),
            "reason": str(getattr(step, "reason", "")),
            "text": day.hours,
        }
        for step, day in zip(walked.steps, stretch.days, strict=True)
    ]
