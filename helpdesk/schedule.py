"""What beat runs: few, static, cheap. Everything with a time of its own is an alarm, not a schedule."""

from typing import Any

from celery.schedules import crontab

SCHEDULE: dict[str, dict[str, Any]] = {
    # Rings for alarms whose time has come; costs what is due.
    "sweep": {"task": "tenants.sweep", "schedule": 5.0, "options": {"expires": 30}},
    # Shows a worker that runs and hears nothing: /readyz and the page of failed work look when it was last worked.
    "canary": {"task": "tenants.canary", "schedule": 60.0, "options": {"expires": 60}},
    # Learns the words that search forgives typing errors by; stands back while others are due.
    "words": {"task": "tickets.learn_words", "schedule": 120.0, "options": {"expires": 120, "priority": 6}},
    # Takes away what has served its time, tenant by tenant.
    "housekeeping": {"task": "tenants.housekeeping", "schedule": crontab(hour="3", minute="17")},
}
