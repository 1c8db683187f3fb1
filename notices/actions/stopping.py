"""Stopping a notice that goes out."""

from __future__ import annotations

from datetime import datetime

from inbox.actions import withhold_batch
from notices.errors import NoticeOver
from notices.models import Notice
from notices.telling import ALARM
from tenants import alarms, audit
from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission


def stop(notice: Notice, *, actor: User, at: datetime) -> Notice:
    """Tell nobody else: what is planned does not go out, and mails that wait are withheld. What was sent was sent.

    Raises NotPermitted, NoticeOver.
    """
    if not actor.may(Permission.ANNOUNCE):
        raise NotPermitted
    notice = Notice.objects.select_for_update(of=("self",)).select_related("announcement").get(pk=notice.pk)
    if notice.state in (Notice.State.MISSED, Notice.State.STOPPED):
        raise NoticeOver
    withheld = withhold_batch(notice.pk, at)
    if notice.state == Notice.State.TOLD and not withheld:
        raise NoticeOver
    alarms.cancel(ALARM, notice.pk)
    notice.state, notice.stopped_by, notice.finished_at = Notice.State.STOPPED, actor, at
    notice.save(update_fields=["state", "stopped_by", "finished_at"])
    audit.record("notice.stopped", notice.announcement, actor=actor, after={"occasion": notice.occasion})
    return notice
