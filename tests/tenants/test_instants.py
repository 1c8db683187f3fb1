"""Instants come from Postgres in UTC, to the microsecond, and refused where Python has no such year."""

from datetime import UTC, datetime

import pytest
from django.db import DataError, connection

from tenants.models import Tenant


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-22 15:05:34+00", datetime(2026, 11, 22, 15, 5, 34, tzinfo=UTC)),
        ("2026-11-22 15:05:34.9+05:30", datetime(2026, 11, 22, 9, 35, 34, 900000, tzinfo=UTC)),
        ("0001-01-01 00:00:00.000001+00", datetime(1, 1, 1, microsecond=1, tzinfo=UTC)),
        ("9999-12-31 23:59:59.999999+00", datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
        (None, None),
    ],
)
def test_an_instant_is_read_in_utc_to_the_microsecond(written, read):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [written])
        (found,) = cursor.fetchone()

    assert found == read
    assert found is None or found.tzinfo is UTC


@pytest.mark.django_db
@pytest.mark.parametrize("written", ["infinity", "-infinity", "10000-01-01 00:00:00+00", "0044-03-15 00:00:00+00 BC"])
def test_an_instant_that_python_has_no_word_for_is_refused(written):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [written])
        with pytest.raises(DataError):
            cursor.fetchone()


@pytest.mark.django_db
def test_rows_read_in_blocks_have_them_too(acme):
    (created_at,) = Tenant.objects.filter(pk=acme.pk).values_list("created_at", flat=True).iterator()

    assert created_at.tzinfo is UTC
