"""A second pair of eyes on row-level security: what a linter of it finds in our tables is what is meant there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PGRLS = Path(sys.executable).parent / "pgrls"
#: Rules that ask for what we decided against, each with its reason.
DECIDED = {
    "PERF001": "the plain setting is an index condition, a sub-query is not: see tenants.operations.isolate_table",
    "SEC007": "one policy a table for the app; a test of the catalogue holds that none is added",
    "SEC016": "the owner of the tables migrates; the site refuses to start as a role that can bypass",
    "SEC027": "who may see what within a tenant is decided by permissions, see ARCHITECTURE.md",
}
READ_BY_ALL = {f"{table}.everyone_reads" for table in ("inbox_bouncedomain", "inbox_mailroute", "tenants_tenant")}
#: What is meant, by rule: reads that come before a tenant is known, functions that filter by themselves, random keys.
MEANT = {
    "SEC001": {
        "auth_group",
        "auth_group_permissions",
        "auth_permission",
        "django_content_type",
        "django_migrations",
        "tenants_alarm",
        "tenants_domain",
    },
    "SEC002": {"tenants_tenant"},
    "SEC014": {"kb_search", "tickets_matching", "tickets_misspelt", "tickets_search", "tickets_search_among"},
    "SEC035": {
        "account_emailaddress (account_emailaddress_user_id_email_987c8728_uniq)",
        "account_emailaddress (unique_primary_email)",
        "account_emailconfirmation (account_emailconfirmation_key_key)",
        "inbox_mailroute (inbox_mailroute_address_key)",
        "tenants_tenant (tenants_tenant_slug_key)",
        "usersessions_usersession (usersessions_usersession_session_key_key)",
    },
    "PERF003": {
        "account_emailconfirmation.tenant_rows",
        "django_session.tenant_rows",
        "usersessions_usersession.tenant_rows",
    },
    **dict.fromkeys(("SEC005", "SEC008", "SEC038"), READ_BY_ALL),
}


@pytest.mark.django_db
def test_a_linter_of_row_level_security_finds_only_what_is_meant(owner_url):
    command = [str(PGRLS), "lint", "--format", "json", "--database-url", owner_url]

    ran = subprocess.run(
        [*command, *(f"--exclude-rule={rule}" for rule in DECIDED)], capture_output=True, text=True, check=False
    )

    found: dict[str, set[str]] = {}
    for violation in json.loads(ran.stdout)["violations"]:
        place = violation["location"].removeprefix("public.")
        # The owner is no login of the running site, and it migrates everybody's rows.
        if not place.endswith(".owner_rows"):
            found.setdefault(violation["rule_id"], set()).add(place)
    assert found == MEANT, ran.stderr
