"""Inputs that are drawn without templates look as Django draws them."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from tenants.inputs import QuickInputs

ATTRS = {"id": "it", "required": True, "disabled": False, "rows": 6, "title": gettext_lazy("Text"), "data-a": '"<&'}
WIDGETS = [
    forms.TextInput,
    forms.NumberInput,
    forms.EmailInput,
    forms.URLInput,
    forms.PasswordInput,
    forms.HiddenInput,
    forms.DateInput,
    forms.DateTimeInput,
    forms.TimeInput,
    forms.FileInput,
    forms.ClearableFileInput,
    forms.CheckboxInput,
    forms.SearchInput,
    forms.Textarea,
]


@pytest.mark.parametrize("widget", WIDGETS)
@pytest.mark.parametrize("value", [None, "", "printer", "<b>&\"'", "\nfirst", mark_safe("<i>"), 0, 17, True])
def test_an_input_is_drawn_as_django_draws_it(widget, value):
    field = widget(attrs=ATTRS)

    drawn = field.render("a<b", value, renderer=QuickInputs())

    assert drawn == field.render("a<b", value, renderer=DjangoTemplates())


@pytest.mark.parametrize("body", ["", "printer"])
def test_the_errors_of_a_field_are_drawn_as_django_draws_them(body):
    class Form(forms.Form):
        body = forms.CharField()

    quick, usual = (Form({"body": body}, renderer=each()) for each in (QuickInputs, DjangoTemplates))

    assert str(quick["body"].errors) == str(usual["body"].errors)
