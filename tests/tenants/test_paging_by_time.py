"""Lists by a time: page by page, each row once, from whatever an address says."""

from datetime import timedelta

import pytest

from notices.models import Announcement
from tenants.paging import by_time
from tests.support.world import MONDAY_9AM


@pytest.fixture
def rows(at_acme):
    """Twelve announcements, always two of the same moment."""
    return [
        Announcement.objects.create(title={"en": str(n)}, shown_from=MONDAY_9AM + timedelta(hours=n // 2))
        for n in range(12)
    ]


@pytest.mark.parametrize("descending", [True, False])
def test_each_row_stands_on_one_page_also_those_of_the_same_moment(rows, descending):
    found, cursor = [], ""
    for _page in range(4):
        page = by_time(Announcement.objects.all(), "shown_from", cursor, descending=descending, size=5)
        found += page.rows
        cursor = page.following
        if not cursor:
            break

    expected = sorted(rows, key=lambda row: (row.shown_from, row.pk), reverse=descending)
    assert found == expected


def test_the_last_page_leads_nowhere(rows):
    assert by_time(Announcement.objects.all(), "shown_from", size=12).following == ""
    assert by_time(Announcement.objects.all(), "shown_from", size=11).following


@pytest.mark.parametrize(
    "cursor", ["x", "_", "2026-03-02_x", "2026-03-02T09:00:00_018f0000-0000-7000-8000-000000000000", "\0", "9" * 500]
)
def test_any_other_cursor_shows_the_first_page(rows, cursor):
    assert by_time(Announcement.objects.all(), "shown_from", cursor, size=3).rows == rows[:-4:-1]
