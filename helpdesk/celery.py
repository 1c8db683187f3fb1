"""The Celery application: `celery -A helpdesk worker` and `celery -A helpdesk beat`."""

import os

from celery import Celery
from celery.signals import beat_init, task_prerun, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

app = Celery("helpdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_configure.connect
def plan(sender: Celery, **kwargs: object) -> None:
    """What beat runs stands in helpdesk/schedule.py."""
    from helpdesk.schedule import SCHEDULE

    sender.conf.beat_schedule = SCHEDULE


@worker_init.connect
@beat_init.connect
def check_role(**kwargs: object) -> None:
    """Refuse to run on a database role that could see every tenant's rows."""
    from tenants.roles import refuse_bypass

    refuse_bypass()


@task_prerun.connect
def look_after_connection(**kwargs: object) -> None:
    """Leave a connection that has served its time, or that a restart of Postgres has cut; the task opens another."""
    from django.db import close_old_connections, connection

    if not connection.in_atomic_block:  # a test calls tasks inside its transaction
        close_old_connections()
