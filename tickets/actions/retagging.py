"""Saved views, macros and templates follow a tag that is called otherwise, or is gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tickets.models import LONGEST_CONDITIONS, Macro, SavedView, TicketTemplate
from tickets.selection import parse, write
from tickets.selection.language import Condition


def follow(former: str, now: str) -> None:
    """Let what names a tag name another one; a view that would become too long stays as it is."""
    changed = []
    for view in SavedView.objects.filter(conditions__icontains="tag:").select_for_update(of=("self",)):
        query = parse(view.conditions)
        conditions = tuple(dict.fromkeys(_renamed(each, former, now) for each in query.conditions))
        if conditions != query.conditions and not query.problems:
            view.conditions = write(replace(query, conditions=conditions))
            changed += [view] if len(view.conditions) <= LONGEST_CONDITIONS else []
    SavedView.objects.bulk_update(changed, ["conditions"], batch_size=500)
    _in_kept(former, lambda tags: list(dict.fromkeys(now if tag == former else tag for tag in tags)))


def forget(former: str) -> None:
    """Let no macro or template bring a deleted tag back. Views keep the word, and find nothing by it."""
    _in_kept(former, lambda tags: [tag for tag in tags if tag != former])


def _renamed(each: Condition, former: str, now: str) -> Condition:
    if each.field != "tag":
        return each
    values = dict.fromkeys(now if value.lower() == former else value for value in each.values)
    return replace(each, values=tuple(values))


def _in_kept(name: str, change: Callable[[list[str]], list[str]]) -> None:
    macros = list(Macro.objects.filter(acts__tags__contains=[name]).select_for_update(of=("self",)))
    for macro in macros:
        macro.acts["tags"] = change(macro.acts["tags"])
        if not macro.acts["tags"]:
            del macro.acts["tags"]
    Macro.objects.bulk_update(macros, ["acts"], batch_size=500)
    templates = list(TicketTemplate.objects.filter(tags__contains=[name]).select_for_update(of=("self",)))
    for template in templates:
        template.tags = change(template.tags)
    TicketTemplate.objects.bulk_update(templates, ["tags"], batch_size=500)
