"""What the forms of the policy screens are made of: words in every language, opening hours, lengths of time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from helpdesk.policy.wording import said, told
from sla.document import Duration, PolicyError, durations
from sla.document.durations import Offset
from sla.document.fields import KEY_PATTERN
from sla.document.opening import span
from sla.document.records import LONGEST_KEY
from tenants.text import say

_TIME = r"(\d{1,2})(?:[:.](\d\d))?"
_INTERVAL = re.compile(rf"{_TIME}\s*[-–—]\s*{_TIME}", re.ASCII)
_AROUND_THE_CLOCK = [["00:00", "24:00"]]


def language_name(code: str) -> str:
    """What a language is called in the reader's language."""
    return next((gettext(str(name)) for known, name in settings.LANGUAGES if known == code), code)


class WordsWidget(forms.Widget):
    """An input for each language of the policy."""

    use_fieldset = True

    def __init__(self, languages: tuple[str, ...], *, rows: int = 0, longest: int) -> None:
        super().__init__()
        self.languages, self.rows, self.longest = languages, rows, longest

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> dict[str, str]:
        """What was typed, by language."""
        return {code: str(data.get(f"{name}_{code}", "")).replace("\r\n", "\n") for code in self.languages}

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Whether none of the inputs was sent."""
        return all(f"{name}_{code}" not in data for code in self.languages)

    def id_for_label(self, id_: str) -> str:
        """A fieldset has a legend, and each input a label of its own."""
        return ""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """A line for each language."""
        return format_html_join(
            "", "{}", ((self._line(name, code, (value or {}).get(code, "")),) for code in self.languages)
        )

    def _line(self, name: str, code: str, words: str) -> SafeString:
        own = {"id": f"id_{name}_{code}", "name": f"{name}_{code}", "lang": code, "maxlength": str(self.longest)}
        label = language_name(code)
        if self.rows:
            field = format_html('<textarea rows="{}"{}>\n{}</textarea>', self.rows, flatatt(own), words)
        else:
            field = format_html('<input type="text" value="{}"{}>', words, flatatt(own))
        return format_html('<label class="words-line"><span>{}</span>{}</label>', label, field)


class WordsField(forms.Field):
    """A text in every language of the policy, or only in its own where staff alone read it; None for nothing."""

    widget: Any

    def __init__(
        self, *, languages: tuple[str, ...], longest: int, rows: int = 0, for_staff: bool = False, **kwargs: Any
    ) -> None:
        self.needed = languages[:1] if for_staff else languages
        super().__init__(widget=WordsWidget(languages, rows=rows, longest=longest), **kwargs)

    def clean(self, value: Any) -> Any:
        """The words by language. ValidationError names the languages that are missing."""
        words = {code: text.strip() for code, text in (value or {}).items() if text.strip()}
        if not words:
            if self.required:
                raise ValidationError(gettext("Write it in every language that customers are offered."))
            return None
        missing = [language_name(code) for code in self.needed if code not in words]
        if missing:
            raise ValidationError(
                gettext("Customers read this too in: %(languages)s. Add it.") % {"languages": ", ".join(missing)}
            )
        return words


class HoursField(forms.CharField):
    """Opening hours of a day: "08:00-13:00, 14:00-18:00", nothing for closed. Gives a list of [from, to]."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(max_length=300, **kwargs)

    def clean(self, value: Any) -> Any:
        """The intervals in their order. ValidationError says which is wrong."""
        return read_hours(super().clean(value))


def read_hours(written: str) -> list[list[str]]:
    """The intervals of a day; "24h" stands for the whole day. ValidationError says what is wrong and what to write."""
    if not written or written == "-":
        return []
    if written.lower() in ("24h", "24/7", "00:00-24:00"):
        return [list(each) for each in _AROUND_THE_CLOCK]
    found = sorted((_interval(each.strip()) for each in re.split(r"[,;]", written) if each.strip()), key=_span)
    for before, after in zip(found, found[1:], strict=False):
        if _span(after)[0] < _span(before)[1]:
            raise ValidationError(
                gettext("%(first)s and %(second)s overlap. End one before the other begins.")
                % {"first": "-".join(before), "second": "-".join(after)}
            )
    return found


def _span(interval: list[str]) -> tuple[int, int]:
    return span((interval[0], interval[1]))


def _interval(written: str) -> list[str]:
    match = _INTERVAL.fullmatch(written)
    times = [f"{int(match[i]):02d}:{match[i + 1] or '00'}" for i in (1, 3)] if match else []
    if not times or any(not _is_time(time) for time in times) or times[0] in ("24:00", times[1]):
        raise ValidationError(
            gettext('"%(written)s" are no opening hours. Write them like 08:00-18:00, or 22:00-06:00 over midnight.')
            % {"written": written[:40]}
        )
    return times


def _is_time(written: str) -> bool:
    return written == "24:00" or (written[:2] < "24" and written[3:] < "60")


def hours_as_typed(intervals: Iterable[Iterable[str]]) -> str:
    """Hours as their field shows them."""
    return ", ".join("-".join(interval) for interval in intervals)


class LengthField(forms.CharField):
    """A length of time: 90m, 4h, 3 business days (also as the reader's language says it). Gives it as a file has it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(max_length=durations.LONGEST_WRITTEN, **kwargs)

    def clean(self, value: Any) -> Any:
        """The length as written in a policy file, or "" for none."""
        written = super().clean(value)
        return str(read_length(written)) if written else ""


#: What people call the units, besides what a file knows; longer words first.
_UNITS = (
    (r"\s*(?:раб(?:очих|очий|очие|очего)?\.?\s*(?:дней|дня|день|дн\.?)|р\.?\s?д\.?)", " business days"),
    (r"\s*(?:d[ií]as?\s+(?:laborables?|h[áa]biles?)|working\s+days?|bd)", " business days"),
    (r"\s*(?:дней|дня|день|дн\.?|d[ií]as?)(?=\s|$)", " days"),
    (r"\s*(?:часов|часа|час|ч\.?|horas?)(?=\s|\d|$)", "h"),
    (r"\s*(?:минуты|минута|минут|мин\.?|minutos?)(?=\s|\d|$)", "m"),
)

#: What people call the side of a deadline, besides what a file knows.
_SIDES = {"до": "before", "antes": "before", "после": "after", "después": "after", "despues": "after"}


def read_length(written: str, *, days_allowed: bool = False) -> Duration:
    """A length as people write it; days of 24 hours only if allowed. ValidationError says what to write instead."""
    try:
        return durations.parse(_with_usual_units(written), days_allowed=days_allowed)
    except ValueError:
        raise ValidationError(
            gettext('"%(written)s" is no length of time here. Write 90m, 4h, 1h30m or 3 business days.')
            % {"written": written}
        ) from None


def _with_usual_units(written: str) -> str:
    words = written.strip().lower()
    for pattern, unit in _UNITS:
        words = re.sub(rf"(?<=\d){pattern}", unit, words)
    return words


def read_offset(written: str) -> Offset:
    """A time before or after a deadline as people write it. ValueError if it is none."""
    length, _, side = _with_usual_units(written).rpartition(" ")
    return durations.parse_offset(f"{length.strip()} {_SIDES.get(side, side)}")


class PartForm(forms.Form):
    """A form of a part of the policy. What the document finds wrong is shown at the field that it is about."""

    #: Where in the document each field is: the end of a path, or its beginning, to the name of the field.
    places: dict[str, str] = {}

    def write_into(self, document: dict[str, Any]) -> None:
        """Put what was chosen into the document; for forms that `editing.drafted` keeps."""
        raise NotImplementedError

    def refuse(self, error: PolicyError, *, inside: str = "") -> None:
        """Show the document's problems; `inside` is the path of the part that this form is about."""
        for problem in error.problems[:20]:
            rest = problem.path.removeprefix(f"{inside}.") if inside else problem.path
            name = next((field for path, field in self.places.items() if f"{rest}.".startswith(f"{path}.")), None)
            if name in self.fields and problem.path.startswith(inside):
                self.add_error(name, str(said(problem.message)))
            else:
                self.add_error(None, told(problem))


class KeyField(forms.CharField):
    """The key of a new record; it may be left to be made from the name."""

    def __init__(self, taken: Iterable[str]) -> None:
        super().__init__(
            required=False,
            max_length=LONGEST_KEY,
            label=_("Key"),
            help_text=_(
                "Small letters, digits and hyphens; it stands in the file and never changes. Empty: from the name."
            ),
        )
        self.taken = frozenset(taken)

    def clean(self, value: Any) -> Any:
        """The key, or "". ValidationError if it can't be one or is taken."""
        key = super().clean(value)
        if key and not re.fullmatch(KEY_PATTERN, key):
            raise ValidationError(gettext("Write small letters a-z, digits and single hyphens."))
        if key in self.taken:
            raise ValidationError(gettext('"%(key)s" is taken. Choose another key.') % {"key": key})
        return key


def key_for(words: Mapping[str, str] | None, taken: Iterable[str], fallback: str) -> str:
    """A key that is free: made from the words in the first language that gives one."""
    made = next(
        (key for text in (words or {}).values() if (key := slugify(text)[:30].strip("-_").replace("_", "-"))), fallback
    )
    made = re.sub("-+", "-", made)
    known, number = set(taken), 2
    key = made
    while key in known:
        key, number = f"{made}-{number}", number + 1
    return key


def options(records: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The records of a part to choose from: key and name."""
    return [(key, say(record.name)) for key, record in records.items()]
