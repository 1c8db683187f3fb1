"""A million tickets in minutes: one tenant's rows, made by the real actions, copied by SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
from django.apps import apps
from django.db import models
from psycopg import sql

from tenants.fields import TenantForeignKey
from tenants.models import TenantModel

#: What belongs to a ticket is copied several times within a tenant; the rest once a tenant.
TICKET_MODELS = {"Ticket", "Message", "Event", "Clock", "SearchEntry", "AnswerEntry", "TicketTag"}
#: Not needed to measure, or not to be copied.
LEFT_OUT = {"ApiToken", "IdempotentRequest", "TicketCounter", "OutgoingMail", "Attachment", "Draft", "RuleRun"}


def tenant_models() -> Iterator[type[models.Model]]:
    """Every model of tenants that is copied."""
    for model in apps.get_models():
        if issubclass(model, TenantModel) and model.__name__ not in LEFT_OUT:
            yield model


def multiply(
    owner_url: str, source: int, targets: list[int], copies: Callable[[int], int], say: Callable[[str], None]
) -> None:
    """Copy the rows of the tenant `source` to each of `targets`; its tickets as often as `copies` says for a tenant.

    Needs a login that may switch referential checks off (a superuser): every key is derived, so all of them hold.
    """
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute("SET synchronous_commit = off")
        owner.execute("SET maintenance_work_mem = '512MB'")
        owner.execute("CREATE TEMP TABLE bench_target (tenant bigint, copy int)")
        for tenant in targets:
            rows = [(tenant, copy) for copy in range(copies(tenant))]
            owner.cursor().executemany("INSERT INTO bench_target VALUES (%s, %s)", rows)
        size = owner.execute("SELECT count(*) FROM tickets_ticket WHERE tenant_id = %s", [source]).fetchone()
        for model in tenant_models():
            count = owner.execute(_copy(model, source, size[0] if size else 0)).rowcount
            say(f"{model.__name__}: {count:,} rows")
        owner.execute(
            "INSERT INTO tickets_ticketcounter (tenant_id, last)"
            " SELECT tenant_id, max(number) FROM tickets_ticket GROUP BY tenant_id"
            " ON CONFLICT (tenant_id) DO UPDATE SET last = excluded.last"
        )
        # A library's table: people can sign in with an address that is proven.
        owner.execute(
            'INSERT INTO account_emailaddress (email, verified, "primary", user_id, tenant_id)'
            " SELECT email, true, true, id, tenant_id FROM tenants_user ON CONFLICT DO NOTHING"
        )
        owner.execute("VACUUM ANALYZE")


def _copy(model: type[models.Model], source: int, tickets: int) -> sql.Composed:
    """INSERT ... SELECT of a model's rows for every target."""
    of_ticket = model.__name__ in TICKET_MODELS
    columns = [field for field in model._meta.local_fields if not getattr(field, "generated", False)]
    return sql.SQL(
        "INSERT INTO {table} ({names}) SELECT {values} FROM {table} AS row, bench_target AS target"
        " WHERE row.tenant_id = {source} {condition}"
    ).format(
        table=sql.Identifier(model._meta.db_table),
        names=sql.SQL(", ").join(sql.Identifier(field.column) for field in columns),
        values=sql.SQL(", ").join(_value(field, of_ticket, tickets) for field in columns),
        source=sql.Literal(source),
        condition=sql.SQL("") if of_ticket else sql.SQL("AND target.copy = 0"),
    )


def _value(field: models.Field, of_ticket: bool, tickets: int) -> sql.Composable:
    """A column's value in the copy: ids and keys derived from tenant and copy, ticket numbers moved on."""
    column = sql.SQL("row.{}").format(sql.Identifier(field.column))
    if field.name == "tenant":
        return sql.SQL("target.tenant")
    if field.primary_key:
        return _derived(column, of_ticket)
    if isinstance(field, TenantForeignKey):
        return _derived(column, field.remote_field.model.__name__ in TICKET_MODELS)
    if field.model.__name__ == "Event" and field.name == "data":
        return _named_in(column)
    if field.model.__name__ == "Ticket" and field.name == "number":
        return sql.SQL("{} + target.copy * {}").format(column, sql.Literal(tickets))
    return column


def _derived(column: sql.Composable, of_ticket: bool) -> sql.Composable:
    """The id of a copy: keeps the time in front, so that ids go on sorting by it."""
    copy = sql.SQL("target.copy") if of_ticket else sql.SQL("0")
    return sql.SQL(
        "CASE WHEN {column} IS NULL THEN NULL ELSE (left({column}::text, 19)"
        " || substring(md5({column}::text || '/' || target.tenant || '/' || {copy}) FROM 1 FOR 4)"
        " || '-' || substring(md5({column}::text || '/' || target.tenant || '/' || {copy}) FROM 5 FOR 12))::uuid END"
    ).format(column=column, copy=copy)


def _named_in(data: sql.Composable) -> sql.Composable:
    """An event's data with the copies of the message and of the policy version that it names."""
    return sql.SQL(
        "{data} || CASE WHEN {data} ? 'message' THEN jsonb_build_object('message', {message}) ELSE '{{}}' END"
        " || CASE WHEN {data} ? 'version' THEN jsonb_build_object('version', {version}) ELSE '{{}}' END"
    ).format(
        data=data,
        message=_derived(sql.SQL("({}->>'message')").format(data), of_ticket=True),
        version=_derived(sql.SQL("({}->>'version')").format(data), of_ticket=False),
    )
