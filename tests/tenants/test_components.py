"""Components that are drawn once a process still say what they are given, in the reader's language, and safely."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.template import Context, Template
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from sla.models import Priority
from tenants.drawing import filled
from tenants.templatetags.components import time


def drawn(source, **context):
    return Template(source).render(Context(context))


def test_a_tag_draws_what_its_template_draws():
    for name, parameters in (
        ("icon", 'name="x" class="icon-inline"'),
        ("icon", 'name="eye" icon_label="Seen"'),
        ("badge", 'kind="priority" level=2 text="High"'),
        ("badge", 'kind="open" text="Open"'),
        ("badge", 'kind="good" icon="check" text="Done"'),
    ):
        included = drawn(f'{{% include "components/_{name}.html" with {parameters} only %}}')
        assert drawn(f"{{% {name} {parameters} %}}") == included


def test_a_badge_follows_the_name_and_the_language_of_its_row():
    row = Priority(key="open", name={"en": "Open", "ru": "Открыт"})
    assert "Open" in drawn("{% badge kind='open' text=row %}", row=row)

    with translation.override("ru"):
        assert "Открыт" in drawn("{% badge kind='open' text=row %}", row=row)
    row.name = "Taken"
    assert "Taken" in drawn("{% badge kind='open' text=row %}", row=row)


def test_markup_in_a_name_stays_text_even_after_the_same_was_drawn_as_markup():
    assert "<b>" in drawn("{% badge kind='plain' text=word %}", word=mark_safe("<b>Bold</b>"))

    assert "<b>" not in drawn("{% badge kind='plain' text=word %}", word="<b>Bold</b>")


def test_slots_are_filled_anew_each_time_and_escaped():
    def row(subject):
        slots = dict.fromkeys(["url", "category", "requester", "organization", "assignee", "team", "due"], "")
        slots |= {"number": "7", "subject": subject, "priority": "", "status": mark_safe("<b>open</b>")}
        return filled("tickets/desk/_row.html", slots, choosable=False, columns=("status",))

    assert "{0} %s {subject}" in row("{0} %s {subject}")
    assert "&lt;i&gt;" in row("<i>") and "<b>open</b>" in row("<i>")


def test_an_address_with_a_number_is_what_reverse_says():
    page = Template("{% url 'desk:ticket' number %} {% url 'desk:act' number 'merge' %} {% url 'desk:ticket' other %}")

    for number in (0, 7, 1_234_567_890, 10**18):
        expected = f"{reverse('desk:ticket', args=[number])} {reverse('desk:act', args=[number, 'merge'])} "
        assert page.render(Context({"number": number, "other": "12"})) == expected + reverse("desk:ticket", args=[12])
    with pytest.raises(NoReverseMatch):
        page.render(Context({"number": None, "other": 1}))


def test_an_address_with_an_id_is_what_reverse_says():
    page = Template("{% url 'desk:person' id %} {% url 'desk:organization' id %}")

    for pk in (UUID(int=0), UUID(int=7), uuid4()):
        expected = f"{reverse('desk:person', args=[pk])} {reverse('desk:organization', args=[pk])}"
        assert page.render(Context({"id": pk})) == page.render(Context({"id": str(pk)})) == expected


def test_an_address_that_writes_its_number_in_six_digits_still_does():
    page = Template("{% url 'kb:article' number %}")

    assert page.render(Context({"number": 32})) == reverse("kb:article", args=[32]) == "/kb/article/000032"


def test_an_instant_is_said_in_each_readers_zone_and_language():
    at = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)

    said = {
        (zone, language): _in(zone, language, lambda: time(at))
        for zone in ("UTC", "Europe/Madrid")
        for language in ("en", "ru")
    }

    assert len(set(said.values())) == 4
    assert "2026-11-23T23:30:00+00:00" in said["UTC", "en"]
    assert "2026-11-24T00:30:00+01:00" in said["Europe/Madrid", "en"]


def _in(zone, language, draw):
    with timezone.override(zone), translation.override(language):
        return draw()
