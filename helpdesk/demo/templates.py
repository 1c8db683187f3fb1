"""Templates of tickets that a desk keeps: one by hand, and some that came round in the last days or will soon."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tenants.context import active_tenant
from tenants.models import Role, User
from tickets import actions
from tickets.actions.checklist_templates import keep_checklist
from tickets.models import ChecklistTemplate, Organization, TemplateSchedule, TicketTemplate

#: How long ago the desk began with them.
SINCE = timedelta(days=3)
_TEXTS: dict[str, dict[str, Any]] = {
    "en": {
        "weekly": (
            "Weekly backup check",
            "Check the backups of {{ organization.name }}, {{ week }}",
            "Look whether every night of {{ week }} has a backup, and restore one file as a test.",
        ),
        "monthly": (
            "Monthly report",
            "Service report for {{ last_month }}",
            "Send {{ customer.name }} the report for {{ last_month }}: tickets, times kept, what is planned.",
        ),
        "visit": (
            "Visit on site",
            "Visit at {{ organization.name }} on {{ date }}",
            "Regular visit no. {{ number }}: printers, cables, updates, open questions.",
        ),
        "joiner": (
            "New employee",
            "Set up a workplace for a new employee",
            "Name, first day and department of the new colleague:\n\nWhat is needed besides the usual:",
            ("New workplace", ["The account is made.", "The computer is on the desk.", "The first sign-in worked."]),
        ),
    },
    "ru": {
        "weekly": (
            "Еженедельная проверка резервных копий",
            "Проверить резервные копии: {{ organization.name }}, {{ week }}",
            "Убедиться, что за каждую ночь есть копия ({{ week }}), и для проверки восстановить один файл.",
        ),
        "monthly": (
            "Ежемесячный отчёт",
            "Отчёт об обслуживании: {{ last_month }}",
            "Отправить отчёт ({{ last_month }}), получатель {{ customer.name }}: заявки, сроки, планы.",
        ),
        "visit": (
            "Выезд к клиенту",
            "Выезд в {{ organization.name }}, {{ date }}",
            "Плановый выезд № {{ number }}: принтеры, кабели, обновления, открытые вопросы.",
        ),
        "joiner": (
            "Новый сотрудник",
            "Подготовить рабочее место для нового сотрудника",
            "Имя, первый день и отдел нового коллеги:\n\nЧто нужно кроме обычного:",
            ("Новое рабочее место", ["Учётная запись создана.", "Компьютер на столе.", "Первый вход удался."]),
        ),
    },
    "es": {
        "weekly": (
            "Revisión semanal de copias",
            "Revisar las copias de {{ organization.name }}, {{ week }}",
            "Comprobar que hay copia de cada noche ({{ week }}) y restaurar un archivo como prueba.",
        ),
        "monthly": (
            "Informe mensual",
            "Informe de servicio de {{ last_month }}",
            "Enviar a {{ customer.name }} el informe de {{ last_month }}: tickets, plazos cumplidos, lo previsto.",
        ),
        "visit": (
            "Visita",
            "Visita a {{ organization.name }}, {{ date }}",
            "Visita periódica n.º {{ number }}: impresoras, cables, actualizaciones, preguntas abiertas.",
        ),
        "joiner": (
            "Nuevo empleado",
            "Preparar el puesto de un nuevo empleado",
            "Nombre, primer día y departamento:\n\nQué hace falta además de lo habitual:",
            ("Nuevo puesto", ["La cuenta está creada.", "El equipo está en la mesa.", "El primer acceso funcionó."]),
        ),
    },
}


def keep(people: Iterable[User], *, now: datetime) -> None:
    """Keep them, as a manager would; what comes round in the last days is opened as the month is told."""
    staff = list(people)
    manager = next(person for person in staff if person.role.kind == Role.Kind.MANAGER)
    admin = next(person for person in staff if person.role.kind == Role.Kind.ADMIN)
    texts = _TEXTS.get(active_tenant().language, _TEXTS["en"])
    *words, (title, steps) = texts["joiner"]
    ready = keep_checklist(ChecklistTemplate(), name=title, steps=steps, actor=admin)
    _template(manager, words, checklist=ready)
    companies = Organization.objects.filter(memberships__isnull=False).distinct().order_by("name")
    served = companies.filter(suspended_from=None).first()
    if served is None:
        return
    yesterday = (now - timedelta(days=1)).astimezone(_zone()).date()
    weekly = {"unit": "week", "weekdays": [yesterday.weekday()]}
    _repeat(_template(manager, texts["weekly"], organization=served, tags=["backup"]), weekly, manager, now)
    report = _template(manager, texts["monthly"], organization=served, sends_receipt=True)
    _repeat(report, {"unit": "month", "which": "first_working_day"}, manager, now)
    suspended = companies.exclude(suspended_from=None).first() or served
    _repeat(_template(manager, texts["visit"], organization=suspended), weekly, manager, now, closed="next")


def _template(manager: User, words: Iterable[str], **more: Any) -> TicketTemplate:
    name, subject, description = words
    return actions.keep_template(
        TicketTemplate(), actor=manager, name=name, subject=subject, description=description, **more
    )


def _repeat(template: TicketTemplate, rule: dict[str, Any], manager: User, now: datetime, **more: Any) -> None:
    began = now - SINCE
    actions.keep_schedule(
        TemplateSchedule(template=template),
        actor=manager,
        at=began,
        rule=rule,
        time=time(8, 30),
        timezone=active_tenant().timezone,
        starts_on=began.astimezone(_zone()).date(),
        **more,
    )


def _zone() -> ZoneInfo:
    return ZoneInfo(active_tenant().timezone)
