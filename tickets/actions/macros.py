"""Macros: who keeps which, for whom; and doing what one does, together with what is sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import F

from tenants import audit
from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission
from tickets import formatting, macros
from tickets.actions.several import Changes, change
from tickets.actions.tags import add_tag, tidy
from tickets.errors import ActGone, MacroEmpty, MacroKeyTaken, MacroNeedsName, NotYourTeam, ReasonMissing, TooManyMacros
from tickets.models import Macro, Status, Team, TeamMembership, Ticket

Audience = Macro.Audience
MOST = 200
MOST_TAGS = 10
_FIELDS = ("name", "key", "text", "html", "kind", "acts", "audience", "team")


def save_macro(
    *,
    owner: User,
    name: str,
    key: str = "",
    text: Mapping[str, str] | None = None,
    html: Mapping[str, str] | None = None,
    kind: str = "",
    acts: Mapping[str, Any] | None = None,
    audience: str = Audience.OWN,
    team: Team | None = None,
) -> Macro:
    """Keep a macro; `acts` as tickets.macros says.

    `html` is the formatted text by language, whose words take the place of those in `text`; where the two say
    different things, the plain one was meant.

    Raises NotPermitted, NotYourTeam, MacroNeedsName, MacroEmpty, MacroKeyTaken, UnknownPlaceholder, ReasonMissing,
    TooManyMacros.
    """
    if Macro.objects.filter(owner=owner).count() >= MOST:
        raise TooManyMacros(most=MOST)
    return _write(Macro(owner=owner), owner, name, key, text or {}, html or {}, kind, acts or {}, audience, team)


def change_macro(macro: Macro, *, actor: User, **changes: Any) -> Macro:
    """Change a macro; what is not named stays. Raises as save_macro does."""
    if not may_edit_macro(macro, actor):
        raise NotPermitted
    wanted = {**{name: getattr(macro, name) for name in _FIELDS}, **changes}
    if wanted["audience"] != Audience.TEAM:
        wanted["team"] = None
    return _write(macro, actor, **wanted)


def delete_macro(macro: Macro, *, actor: User) -> None:
    """Take a macro away, for all who saw it. Raises NotPermitted."""
    if not may_edit_macro(macro, actor):
        raise NotPermitted
    if macro.audience != Audience.OWN:
        audit.record("macro.deleted", macro, actor=actor, before=_told(macro))
    macro.delete()


def may_edit_macro(macro: Macro, person: User) -> bool:
    """Whether a macro is this person's to change: one's own, and shared ones for those who may share."""
    return macro.owner_id == person.pk or (macro.audience != Audience.OWN and person.may(Permission.SHARE_VIEWS))


def count_use(macro: Macro, *, at: datetime) -> None:
    """It was sent once more."""
    Macro.objects.filter(pk=macro.pk).update(used_count=F("used_count") + 1, used_at=at)


def do_acts(ticket: Ticket, acts: Mapping[str, Any], *, actor: User, at: datetime) -> Status | None:
    """Do all that comes before what is sent; returns the status that is to be set with it, or after it.

    In the transaction of the sending: all of it, or none. Raises ActGone, and what the acts raise.
    """
    if not acts:
        return None
    rows = {name: _row(name, acts[name], actor) for name in ("priority", "team", "assignee", "status") if name in acts}
    changes = Changes(
        priority=rows.get("priority"),
        reason=acts.get("reason", ""),
        team=rows.get("team"),
        assignee=(rows["assignee"],) if "assignee" in rows else None,
    )
    change(ticket, changes, actor=actor, at=at)
    for tag in acts.get("tags", ()):
        add_tag(ticket, tag, actor=actor, at=at)
    return rows.get("status")


def _row(name: str, value: Any, actor: User) -> Any:
    if name == "assignee" and value in (macros.ME, macros.NOBODY):
        return actor if value == macros.ME else None
    row = macros.found(name, value)
    if row is None:
        raise ActGone(name=value)
    return row


def _write(
    macro: Macro,
    actor: User,
    name: str,
    key: str,
    text: Mapping[str, str],
    html: Mapping[str, str],
    kind: str,
    acts: Mapping[str, Any],
    audience: str,
    team: Team | None,
) -> Macro:
    former = {} if macro._state.adding or macro.audience == Audience.OWN else _told(macro)
    is_new = macro._state.adding
    macro.name = " ".join(name.replace("\0", "").split())[:80]
    if not macro.name:
        raise MacroNeedsName
    macro.text, macro.html = _texts(text, html)
    macro.acts = _tidy(acts)
    if not (macro.text or macro.acts):
        raise MacroEmpty
    macro.key = key.strip().lstrip("/").lower()
    if macro.key and Macro.objects.filter(owner=macro.owner_id, key=macro.key).exclude(pk=macro.pk).exists():
        raise MacroKeyTaken(key=macro.key)
    _require_audience(actor, audience, team)
    macro.kind, macro.audience, macro.team = kind, audience, team
    macro.save()
    now = {} if audience == Audience.OWN else _told(macro)
    audit.record("macro.added" if is_new else "macro.changed", macro, actor=actor, before=former, after=now)
    return macro


def _texts(text: Mapping[str, str], html: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    plain = {language: said.strip() for language, said in text.items() if said.strip()}
    formatted: dict[str, str] = {}
    for language, written in html.items():
        given = macros.without_tags_in_placeholders(written)
        kept, words = formatting.read(given, pictures=())
        if not words or (language in plain and not formatting.says_the_same(given, plain[language])):
            continue
        macros.check_html(kept)
        plain[language] = words
        formatted |= {language: kept} if kept else {}
    for said in plain.values():
        macros.check(said)
    return plain, formatted


def _tidy(acts: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: acts[name] for name in macros.ACTS if acts.get(name)}
    if "tags" in kept:
        kept["tags"] = list(dict.fromkeys(tidy(tag) for tag in kept["tags"]))[:MOST_TAGS]
    if "priority" in kept:
        kept["reason"] = str(acts.get("reason", "")).strip()[:2_000]
        if not kept["reason"]:
            raise ReasonMissing
    return kept


def _require_audience(actor: User, audience: str, team: Team | None) -> None:
    if audience == Audience.EVERYBODY and not actor.may(Permission.SHARE_VIEWS):
        raise NotPermitted
    if audience == Audience.TEAM:
        mine = team is not None and TeamMembership.objects.filter(user=actor, team=team).exists()
        if team is None or not (mine or actor.may(Permission.SHARE_VIEWS)):
            raise NotYourTeam


def _told(macro: Macro) -> dict[str, Any]:
    """A shared macro as the audit log keeps it."""
    acts = [f"{name}: {', '.join(value) if isinstance(value, list) else value}" for name, value in macro.acts.items()]
    return {
        "name": macro.name,
        "key": macro.key,
        "text": [f"{language}: {said}" for language, said in sorted(macro.text.items())],
        "acts": acts,
        "audience": str(macro.audience),
        "team": macro.team.key if macro.team else "",
    }
