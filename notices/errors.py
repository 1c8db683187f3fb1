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
