"""Macros that cannot be kept or done."""

from django.utils.translation import gettext_lazy as _

from tenants.errors import Refused


class MacroNeedsName(Refused):
    """People choose it by its name."""

    sentence = _("Give the macro a name.")
    code = "macro_needs_name"


class MacroEmpty(Refused):
    """Nothing to insert and nothing to do."""

    sentence = _("Write a text, or choose something that the macro does.")
    code = "macro_empty"


class MacroKeyTaken(Refused):
    """One's own keys are told apart."""

    sentence = _("You have a macro with the key /%(key)s already. Choose another one.")
    code = "macro_key_taken"


class UnknownPlaceholder(Refused):
    """There is no template language, only a fixed list."""

    sentence = _("%(name)s is no placeholder. These are known: %(known)s.")
    code = "unknown_placeholder"


class TooManyMacros(Refused):
    """A list that nobody reads to its end helps nobody."""

    sentence = _("You have %(most)s macros, which is the most. Delete one that you no longer use.")
    code = "too_many_macros"


class ActGone(Refused):
    """A macro names something that is no longer there."""

    sentence = _("“%(name)s” is no longer there, so nothing was sent. Leave that act out and send again.")
    code = "act_gone"
