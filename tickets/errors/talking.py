"""What may not be said on a ticket, or not in this way."""

from django.utils.translation import gettext_lazy as _

from tenants.errors import Refused


class ConversationChanged(Refused):
    """Somebody said or decided something that the writer had not seen."""

    sentence = _("Something happened on this ticket while you wrote. Read it, then send your text again.")
    code = "conversation_changed"


class DraftChanged(Refused):
    """Another window, or another browser, has saved a newer version."""

    sentence = _("This draft was changed in another window since you opened it here. Decide which text stays.")
    code = "draft_changed"


class AlreadySent(Refused):
    """What was to be held back has gone."""

    sentence = _("This reply has gone already, so it can no longer be held back.")
    code = "already_sent"


class SendTimePast(Refused):
    """Nothing is sent yesterday."""

    sentence = _("This time has passed already. Choose a later one, or send your reply now.")
    code = "send_time_past"


class SendTimeTooFar(Refused):
    """Nobody remembers in years."""

    sentence = _("Choose a time within a year.")
    code = "send_time_too_far"


class EmptyMessage(Refused):
    """A message without words."""

    sentence = _("Write something before you send.")
    code = "empty_message"


class RudeWords(Refused):
    """The policy does not take rude language."""

    sentence = _("Our rules do not allow these words: %(words)s. Write it in other words; your text is kept.")
    code = "rude_words"


class RudeWordsWarned(Refused):
    """The policy warns of rude language before it takes it."""

    sentence = _(
        "Our rules do not allow these words: %(words)s. Please write it in other words; your text is kept."
        " You can also send it as it is: those who answer see then that you were asked."
    )
    code = "rude_words_warned"


class FileTooLarge(Refused):
    """An attachment over the limit."""

    sentence = _("%(name)s is larger than %(limit)s. Send a smaller file, or a link to it.")
    code = "file_too_large"


class TooManyFiles(Refused):
    """More attachments than one message may have."""

    sentence = _("A message can carry %(limit)s files at most. Send the others in a second message.")
    code = "too_many_files"


class NothingToSplit(Refused):
    """No message of the ticket was chosen."""

    sentence = _("Choose at least one message of this ticket that the customer wrote or can read.")
    code = "nothing_to_split"


class MentionOutOfSight(Refused):
    """A note calls upon somebody who may not see the ticket."""

    sentence = _(
        "%(person)s does not see this ticket, so the note would not reach them. Take the name out, or hand the ticket"
        " over to their team first."
    )
    code = "mention_out_of_sight"


class TeamOutOfSight(Refused):
    """A note calls upon a team of which nobody may see the ticket."""

    sentence = _(
        "Nobody else in %(team)s sees this ticket, so the note would not reach them. Take the name out, or hand the"
        " ticket over to that team first."
    )
    code = "mention_out_of_sight"


class MentionIsUnclear(Refused):
    """A note names somebody by what two colleagues share."""

    sentence = _("%(typed)s may be one of several colleagues. Write the whole mail address after the @.")
    code = "mention_unclear"


class TooManyMentioned(Refused):
    """A note calls upon more people than are told one by one."""

    sentence = _(
        "This note calls upon %(count)s people, and at most %(limit)s are told. Name those who are to read it instead"
        " of the whole team."
    )
    code = "too_many_mentioned"


class UploadGone(Refused):
    """What the form names is not there: removed, swept away, or sent already."""

    sentence = _("Some of the files are no longer here. Look at the list, and add what is missing once more.")
    code = "upload_gone"


class UploadUnfinished(Refused):
    """A form names a file of which only a part is here."""

    sentence = _("%(name)s has not arrived whole yet. Wait until it is there, or remove it.")
    code = "upload_unfinished"


class UploadElsewhere(Refused):
    """A piece that does not begin where the last one ended."""

    sentence = _("This piece begins at another byte than the one that comes next. Go on from there.")
    code = "upload_elsewhere"


class UploadTooLong(Refused):
    """More bytes than were announced."""

    sentence = _("This is more than the file was said to have. Remove it, and add it once more.")
    code = "upload_too_long"


class TooManyUploads(Refused):
    """Somebody has many files waiting that no form was sent with."""

    sentence = _("You have %(limit)s files here that were not sent yet. Send them or remove some first.")
    code = "too_many_uploads"


class NoRoomForUpload(Refused):
    """Files that wait to be sent take the room that they may have."""

    sentence = _("Files that wait to be sent can have %(limit)s together. Send or remove some first.")
    code = "no_room_for_upload"


class UploadsTooFast(Refused):
    """Too many files begun from one network address."""

    sentence = _("Too many files came from your network in a short time. Wait a few minutes, then go on.")
    code = "uploads_too_fast"
