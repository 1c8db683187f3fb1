"""Components that are drawn once a process still say what they are given, in the reader's language, and safely."""

from django.template import Context, Template
from django.utils import translation
from django.utils.safestring import mark_safe

from sla.models import Priority
from tenants.drawing import filled


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
        return filled("tickets/desk/_row.html", slots, choosable=False)

    assert "{0} %s {subject}" in row("{0} %s {subject}")
    assert "&lt;i&gt;" in row("<i>") and "<b>open</b>" in row("<i>")
