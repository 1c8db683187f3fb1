"""Templates that cannot be kept or used, schedules that never come round, and why nothing was opened at a date."""

from django.utils.translation import gettext_lazy as _

from tenants.errors import Refused


class TemplateNameTaken(Refused):
    """People choose it by its name."""

    sentence = _("There is a template named %(name)s already. Choose another name.")
    code = "template_name_taken"


class TemplateNeedsWords(Refused):
    """A ticket says what it is about."""

    sentence = _("Give the template a name, a subject and a description.")
    code = "template_needs_words"


class TemplatePutAside(Refused):
    """It is kept for the tickets that were opened from it."""

    sentence = _("The template %(name)s is no longer used. Take it back into use first.")
    code = "template_put_aside"


class TemplateNeedsCustomer(Refused):
    """Nobody is there to be asked when a schedule opens a ticket."""

    sentence = _("The template names no customer. Choose a customer or an organisation in it first.")
    code = "template_needs_customer"


class LevelsUnknown(Refused):
    """Impact and urgency make a priority only together, where the policy says which."""

    sentence = _("Give impact and urgency together, of those that the policy knows, or a priority instead.")
    code = "levels_unknown"


class RuleNotUnderstood(Refused):
    """A part of the rule is missing or impossible."""

    sentence = _("This schedule can't be read: see %(field)s. Choose days that there are.")
    code = "rule_not_understood"


class NeverComesRound(Refused):
    """Between its beginning and its end lies no date."""

    sentence = _("No date of this schedule is still to come. Choose other days, a later end, or another beginning.")
    code = "never_comes_round"


class ScheduleImpossible(Refused):
    """Its bounds contradict each other."""

    sentence = _("The end lies before the beginning, or more than a hundred years away. Choose other dates.")
    code = "schedule_impossible"


class TooManySchedules(Refused):
    """A list that nobody reads to its end helps nobody."""

    sentence = _("This template has %(most)s schedules, which is the most. Change one of them instead.")
    code = "too_many_schedules"


class ChecklistInUse(Refused):
    """A template would lose it in silence."""

    sentence = _("The template %(name)s opens tickets with this checklist. Choose another one there first.")
    code = "checklist_in_use"


class CategoryGone(Refused):
    """The policy has given it up."""

    sentence = _("The category “%(name)s” is no longer in the policy. Choose another one in the template.")
    code = "category_gone"


class PriorityGone(Refused):
    """The policy has given it up."""

    sentence = _("The priority “%(name)s” is no longer in the policy. Choose another one in the template.")
    code = "priority_gone"


class TeamGone(Refused):
    """The policy has given it up."""

    sentence = _("The team “%(name)s” is no longer in the policy. Choose another one in the template.")
    code = "team_gone"


class RequesterGone(Refused):
    """Whose account is closed asks for nothing."""

    sentence = _("The account of %(name)s is closed. Choose another customer in the template.")
    code = "requester_gone"


class NobodyThere(Refused):
    """An organisation without people."""

    sentence = _("Nobody belongs to %(name)s any more. Enter somebody there, or choose a customer in the template.")
    code = "nobody_there"


class CalendarGone(Refused):
    """The policy has given it up."""

    sentence = _("The calendar “%(name)s” is no longer in the policy. Choose another one in the schedule.")
    code = "calendar_gone"


class AssigneeGone(Refused):
    """What is left out, the rest is done."""

    sentence = _(
        "%(name)s no longer works here, so the ticket went to the queue. Choose somebody else in the template."
    )
    code = "assignee_gone"


class AnswersLeftOut(Refused):
    """What is left out, the rest is done."""

    sentence = _("The category no longer asks for %(names)s, so those answers were left out. See to the template.")
    code = "answers_left_out"
