"""Inputs of forms without templates: Django draws each with two, and a ticket's page has a dozen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

_KINDS = ("text", "number", "email", "url", "password", "hidden", "date", "datetime", "time", "file", "checkbox")
#: Django's templates that draw one input and nothing beside it.
_INPUTS = {f"django/forms/widgets/{kind}.html" for kind in ("input", "search", "tel", *_KINDS)}
_FILE = "django/forms/widgets/clearable_file_input.html"
_TEXTAREA = "django/forms/widgets/textarea.html"
_ERRORS = "django/forms/errors/list/default.html"


class QuickInputs(DjangoTemplates):
    """Django's renderer of forms; inputs, text areas and the errors of a field without any it writes itself."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        """The HTML that Django's own template has."""
        if template_name in _INPUTS or (template_name == _FILE and not context["widget"]["is_initial"]):
            return _input(context["widget"])
        if template_name == _TEXTAREA:
            return _textarea(context["widget"])
        if template_name == _ERRORS and not context["errors"]:
            return SafeString("")
        return super().render(template_name, context, request)


def _input(widget: Mapping[str, Any]) -> SafeString:
    given = {"type": widget["type"], "name": widget["name"]}
    if widget["value"] is not None:
        given["value"] = _text(widget["value"])
    return format_html("<input{}{}>", _attributes(given), _attributes(widget["attrs"]))


def _textarea(widget: Mapping[str, Any]) -> SafeString:
    named, more = _attributes({"name": widget["name"]}), _attributes(widget["attrs"])
    # A browser leaves the first line break out.
    return format_html("<textarea{}{}>\n{}</textarea>", named, more, widget["value"] or "")


def _attributes(attributes: Mapping[str, Any]) -> SafeString:
    """In their order, which `flatatt` changes; True stands without a value, False not at all."""
    written = (
        f" {name}" if value is True else f' {name}="{conditional_escape(_text(value))}"'
        for name, value in attributes.items()
        if value is not False
    )
    return SafeString("".join(written))


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value)
