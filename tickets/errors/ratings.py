"""What cannot be said of a request, or not any more."""

from django.utils.translation import gettext_lazy as _

from tenants.errors import Refused


class RatingsOff(Refused):
    """The policy asks for none."""

    sentence = _("This helpdesk does not collect ratings. Write to us on the page of your request instead.")
    code = "ratings_off"


class RatedTooEarly(Refused):
    """The ticket is worked on, or was never solved."""

    sentence = _("This request is not solved, so it can't be rated now. Rate it once it is.")
    code = "rated_too_early"


class ScoreOutOfRange(Refused):
    """Not a score of this scale."""

    sentence = _("Choose a score from 1 to %(scale)s.")
    code = "score_out_of_range"


class RatingSettled(Refused):
    """The time in which it could be corrected is over."""

    sentence = _(
        "Your rating could be changed until %(until)s. It stays as it is; write to us if there is more to say."
    )
    code = "rating_settled"


class ImprovementMissing(Refused):
    """A bad rating is looked at for what comes of it."""

    sentence = _("Write what was done, or what will be.")
    code = "improvement_missing"


class NotRated(Refused):
    """There is nothing to look at yet."""

    sentence = _("The customer has not rated this request, so there is nothing to look at yet.")
    code = "not_rated"
