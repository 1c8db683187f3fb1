"""Macros that a desk keeps for everybody, each in three languages: the customer reads it in theirs."""

from __future__ import annotations

from typing import Any

from tenants.context import active_tenant
from tenants.models import User
from tickets import actions, desk
from tickets.models import Status

_NAMES = {
    "en": ("Ask for a picture", "Solved: thanks", "Handed to the next line"),
    "ru": ("Попросить снимок экрана", "Решено: спасибо", "Передано на следующую линию"),
    "es": ("Pedir una captura", "Resuelto: gracias", "Pasado al siguiente nivel"),
}
_KEYS = ("picture", "thanks", "handed")
_TEXTS = (
    {
        "en": "Hello {{ customer.name }},\n\nplease send a picture of what you see, and tell us since when it is so.",
        "ru": "Здравствуйте, {{ customer.name }}!\n\nПришлите, пожалуйста, снимок экрана и напишите, когда это было.",
        "es": "Hola, {{ customer.name }}:\n\nenvíenos una captura de lo que ve y díganos desde cuándo ocurre.",
    },
    {
        "en": "Hello {{ customer.name }},\n\nit works again. If it comes back, just answer this message.",
        "ru": "Здравствуйте, {{ customer.name }}!\n\nВсё снова работает. Если это повторится, ответьте на это письмо.",
        "es": "Hola, {{ customer.name }}:\n\nYa funciona de nuevo. Si vuelve a ocurrir, responda a este mensaje.",
    },
    {
        "en": "Looked at by {{ team.name }}; what was tried stands above.",
        "ru": "Проверено командой {{ team.name }}; что уже пробовали, написано выше.",
        "es": "Revisado por {{ team.name }}; lo que se ha probado está arriba.",
    },
)


def keep(owner: User) -> None:
    """Keep them, as an administrator would: one asks and waits, one solves, one is a note with a tag."""
    more: tuple[dict[str, Any], ...] = (
        {"kind": "reply", "acts": {"status": desk.status_of(Status.Kind.PENDING).key}},
        {"kind": "reply", "acts": {"status": desk.status_of(Status.Kind.SOLVED).key}},
        {"kind": "note", "acts": {"tags": ["next-line"]}},
    )
    names = _NAMES.get(active_tenant().language, _NAMES["en"])
    for name, key, text, rest in zip(names, _KEYS, _TEXTS, more, strict=True):
        actions.save_macro(owner=owner, name=name, key=key, text=text, audience="everybody", **rest)
