"""Every "no" about announcements that a person may read."""

from django.utils.translation import gettext_lazy as _

from tenants.errors import Refused


class TitleMissing(Refused):
    """An announcement without a title."""

    sentence = _("Write a title in at least one language.")
    code = "title_missing"


class EndsTooEarly(Refused):
    """The end lies before the beginning."""

    sentence = _("The end must be later than the beginning.")
    code = "ends_too_early"


class WorkHalfTimed(Refused):
    """Announced work with only one of its two times."""

    sentence = _("Give both the beginning and the end of the work, or neither.")
    code = "work_half_timed"


class AudienceMissing(Refused):
    """For chosen readers only, and nobody is chosen."""

    sentence = _("Choose the organisations, contracts or services that it concerns.")
    code = "audience_missing"


class NotWork(Refused):
    """Only work that lies ahead or is under way can be called off."""

    sentence = _("Only work that has not begun yet can be called off. Change the end of work that is under way.")
    code = "not_work"


class NoticeOver(Refused):
    """Nothing of the notice is left to be stopped."""

    sentence = _("This notice has gone out, or was stopped before. There is nothing left to stop.")
    code = "notice_over"


class NameMissing(Refused):
    """A service without a name."""

    sentence = _("Write a name in at least one language.")
    code = "name_missing"


class UpdateMissing(Refused):
    """Nothing is said about the disturbance."""

    sentence = _("Write in at least one language what readers are to know.")
    code = "update_missing"


class IncidentOver(Refused):
    """The disturbance is over; another one is another one."""

    sentence = _("This disturbance is over. If it is back, tell of a new one.")
    code = "incident_over"


class NotYet(Refused):
    """It begins in the future, or before what was said last."""

    sentence = _("Choose a time that does not lie ahead, and not before the last update.")
    code = "not_yet"


class TooFarAway(Refused):
    """A time that nobody can mean."""

    sentence = _("Choose times that lie within ten years from now.")
    code = "too_far_away"
