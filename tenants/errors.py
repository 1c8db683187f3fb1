"""The base of every "no" that a person may read."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """An action that may not happen now. `sentence` says what is so and what to do, `code` names it for programs.

    The page, the API (409) and the mail all show the same sentence, in the reader's language.
    """

    sentence: str | Promise = _("This can't be done now.")
    code = "refused"

    def __init__(self, **values: object) -> None:
        super().__init__()
        self.values = values

    def __str__(self) -> str:
        return str(self.sentence) % self.values if self.values else str(self.sentence)


class NotPermitted(Refused):
    """The person's role lacks the permission."""

    sentence = _("Your role does not allow this. Ask an administrator of your helpdesk.")
    code = "not_permitted"
