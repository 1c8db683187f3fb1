"""How mail programs mark what they quote: the words of Gmail, Outlook, Apple Mail, Thunderbird, Yandex and Mail.ru.

In English, Russian and Spanish, and those of other languages that cost nothing more.
"""

from __future__ import annotations

import re

_I = re.IGNORECASE
#: How the subject of a mail begins that is passed on.
FORWARD = re.compile(r"\s{0,9}(fwd?|wg|tr|rv|enc|doorst|vs|пересл|fwd?\[\d{1,3}\])\s?:", _I)
#: Above a mail that is passed on.
FORWARDED = re.compile(
    r"[\s>*]{0,9}(-{2,20}\s?(forwarded message|пересланное сообщение|пересылаемое сообщение|mensaje reenviado"
    r"|weitergeleitete nachricht|message transféré|messaggio inoltrato)|begin forwarded message\s?:"
    r"|начало переадресованного (сообщения|письма)\s?:|inicio del mensaje reenviado\s?:"
    r"|début du message (transféré|réexpédié)\s?:|anfang der weitergeleiteten nachricht\s?:)",
    _I,
)
#: Above a mail that is answered.
ORIGINAL = re.compile(
    r"[\s*]{0,9}-{1,30}\s?(original message|reply message|original appointment|исходное сообщение"
    r"|оригинальное сообщение"
    r"|сообщение|исходное письмо|mensaje original|原始邮件|원본 메시지|ursprüngliche nachricht|antwort nachricht"
    r"|oprindelig (meddelelse|besked)"
    r"|message d['’]origine|messaggio originale|mensagem original|oorspronkelijk bericht|alkuperäinen viesti)"
    r"\s?-{0,30}[\s*]{0,9}$",
    _I,
)
#: A line of dashes or underscores, which Outlook puts above the fields.
RULE = re.compile(r"\s{0,9}[_\-]{10,200}\s{0,9}$")
#: Arrows that are no quotes: `>>> look here <<<`.
NO_MARK = re.compile(r"\s{0,9}>{2,9}.{0,150}<{2}")

_FIELDS = {
    "from": "from|от|от кого|de|von|van|da|fra|från|expéditeur|od|发件人",
    "date": "sent|date|отправлено|отправленные|дата|enviado(?: el)?|fecha|gesendet|datum|envoyé|inviato|data"
    "|sendt|skickat|verzonden"
    "|le|enviada em|enviado em|message du|发送时间",
    "to": "to|кому|para|an|aan|à|a|til|till|destinataire|收件人",
    "subject": "subject|тема|asunto|betreff|onderwerp|objet|oggetto|emne|ämne|assunto|主题",
    "cc": "cc|копия|reply-to|attachments|вложения|bcc",
}
_FIELD = re.compile(
    r"[\s>*]{0,9}(?:" + "|".join(f"(?P<{key}>{names})" for key, names in _FIELDS.items()) + r")\*{0,2}\s{0,3}[:：]",
    _I,
)

_WEEKDAYS = (
    r"mon|tue|wed|thu|fri|sat|sun|пн|вт|ср|чт|пт|сб|вс|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье"
    r"|lun|mar|mié|jue|vie|sáb|dom|pe|ma|ti|ke|to|la|su|tor|ons|tir|fre|lør|søn|man"
)
#: How a line begins that says who wrote what follows, and when.
_BEGINS = re.compile(
    r"[\s>\-]{0,40}(?:(?:on|at|am|le|el|il|em|op|den|på|w dniu|dnia|в|in data|il giorno|an|sent from|in message)\b"
    rf"|(?:{_WEEKDAYS})[.,]?\s|\d{{1,4}}[./\-\s]|\d{{1,2}}:\d\d|在|[^\s].{{0,80}}[<@]|[^\s].{{0,60}}\s(?:on|via)\s)",
    _I,
)
_VERB = (
    r"wrote|sent|writes|said|написал|написала|написал\(а\)|пишет|писал|писала|писал\(а\)|escribió|escribio|schrieb"
    r"|a écrit|ha scritto|scritto|escreveu|schreef|geschreven|skrev|kirjoitti|pisze|napisał(?:a|\(a\))?|пише|写道"
    r"|작성|のメッセージ"
)
_DATE = (
    r"\d{1,4}\s{0,2}[./\-:年]\s{0,2}\d{1,4}|\d{1,2}\.?(?:st|nd|rd|th)?[\s\-]{1,2}(?:de\s)?[^\W\d_]{3,12}"
    r"|[^\W\d_]{3,12}\.?\s\d{1,2}\b"
)
_HAS_DATE = re.compile(_DATE)
_ENDS_WITH_VERB = re.compile(
    rf"(?:\b|(?=[写작の]))(?:{_VERB})(?:\(\w{{1,3}}\))?\s{{0,3}}[:：]?\s{{0,3}}-{{0,20}}$"
    rf"|\b(?:{_VERB})\b.{{1,200}}[:：]\s{{0,3}}$",
    _I,
)
_ENDS_WITH_ADDRESS = re.compile(r"[<\[(].{0,300}@.{0,300}[>\])]{1,3}\s{0,2}[:：]\s{0,3}$")
_FROM_ADDRESS = re.compile(r"\d\d:\d\d.{0,40}\s(?:от|from|de)\s[^\s<>]{1,150}@[^\s<>]{1,150}:\s{0,3}$", _I)
_SENT_BY = re.compile(r"[<(][^<>()\s]{1,150}@[^<>()\s]{1,150}[>)]\s(?:wrote|writes|sent)$", _I)
_BARE_ADDRESS = re.compile(r"\d{4}[/\-.]\d{1,2}[/\-.]\d{1,2}.{0,150}<[^<>\s]{1,150}@[^<>\s]{1,150}>:?$")

#: Reply and header in one line.
WITHIN_A_LINE = re.compile(r"\s?-{0,3}\s?\bOn\s[^\n]{6,150}\d[^\n]{3,150}\s(wrote|sent):\s{0,3}$")

SEPARATOR = re.compile(r"\s{0,3}(--|-- |__|==|\+\+)\s{0,3}|_{20,40}")
SENT_FROM = re.compile(
    r"[\s(<>]{0,9}(sent from (my )?\S|sent (via|with|by) |(get|download) outlook for|from my (iphone|ipad"
    r"|android|phone)|отправлено (с|из|через)\s|enviado desde\s"
    r"|enviado con\s|obt(ener|enga) outlook para|скачать outlook|получить outlook|загрузить outlook"
    r"|gesendet (von|mit|aus)\s"
    r"|von meinem .{1,40} ge|diese nachricht wurde von .{1,60} gesendet|outlook für |envoyé (depuis|de mon"
    r"|à partir)\s|télécharger outlook|inviato da|verzonden v|verstuurd v"
    r"|sendt fra|enviado do)",
    _I,
)
GREETING = re.compile(
    r"\s{0,9}(?:((best|kind|warm|many|with (best|kind))\s)?(regards|wishes)|cheers|sincerely( yours)?"
    r"|yours (sincerely|truly|faithfully)|\w{0,12}\s?and regards|(с )?уважением|с наилучшими пожеланиями"
    r"|всего (доброго|хорошего)|saludos( cordiales)?|un (cordial )?saludo|atentamente|cordialmente"
    r"|mit freundlichen grüßen|(bien )?cordialement|bien à vous|bonne (journée|soirée))[\s,.!;—-]{0,5}",
    _I,
)


def field_of(line: str) -> str:
    """Which field of a mail this line is: "from", "date", "to", "subject", "cc", or nothing."""
    found = _FIELD.match(line)
    if found is None:
        return ""
    said = line[found.end() :].strip(" *")
    key = found.lastgroup or ""
    if key == "date" and not any(c.isdigit() for c in said):
        return ""
    return key if said or key == "subject" else ""


def may_begin(line: str) -> bool:
    """Whether a wrapped header of a quote may begin with this line."""
    return _BEGINS.match(line) is not None


def introduces(said: str, *, is_above_marks: bool) -> bool:
    """Whether these words say who wrote what follows. `is_above_marks`: the next words stand behind a `>`."""
    if len(said) > 600 or not may_begin(said) or not any(c.isdigit() for c in said):
        return is_above_marks and len(said) < 200 and _ENDS_WITH_VERB.search(said) is not None and said.endswith(":")
    has_date = _HAS_DATE.search(said) is not None
    if has_date and (_FROM_ADDRESS.search(said) or _SENT_BY.search(said)):
        return True
    if has_date and _ENDS_WITH_VERB.search(said):
        return said.rstrip("- ").endswith((":", "：")) or "--" in said or is_above_marks
    if has_date and _ENDS_WITH_ADDRESS.search(said):
        return True
    return is_above_marks and _BARE_ADDRESS.search(said) is not None
