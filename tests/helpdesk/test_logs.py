"""Logs tell of requests, but not the tokens of signed links."""

import logging
from uuid import uuid4

from django.utils import timezone

from helpdesk.logs import WithoutTokens
from tenants import signing


def test_tokens_of_links_stand_in_no_line_of_a_log(at_acme):
    token = signing.sign("ticket", subject=uuid4(), person=uuid4(), until=timezone.now())
    for path in (f"/t/{token}/", f"/t/{token}/reply?x=1", f"/rate/{token}/"):
        record = logging.LogRecord("uvicorn.access", 20, "", 0, '%s "%s %s" %d', ("1.2.3.4", "GET", path, 200), None)

        assert WithoutTokens().filter(record)

        said = record.getMessage()
        assert token[:30] not in said
        assert "…" in said
        assert said.startswith('1.2.3.4 "GET /')


def test_other_addresses_stay_as_they_are():
    record = logging.LogRecord("django.request", 30, "", 0, "Not Found: %s", ("/tickets/1000/files/t/short",), None)

    WithoutTokens().filter(record)

    assert record.getMessage() == "Not Found: /tickets/1000/files/t/short"
