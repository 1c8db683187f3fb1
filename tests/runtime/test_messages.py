"""Texts are found, merged, checked and compiled without the gettext tools."""

import gettext
import shutil
import subprocess

import pytest

from scripts import messages
from scripts.extraction import Text, python_texts, template_texts, texts_of_the_project

TEMPLATE = """
{% load i18n %}{% translate "Plain (really)" %} {% trans 'Old spelling' as title %}
{% translate "May" context "month" %} {{ value|default:_("nothing") }}
{% blocktranslate trimmed with name=person.name %}
  Hello {{ name }},
  welcome
{% endblocktranslate %}
{% blocktranslate count n=tickets|length %}{{ n }} ticket{% plural %}{{ n }} tickets{% endblocktranslate %}
{% blocktranslate context "verb" count n=k %}open {{ n }}{% plural %}open {{ n }} of them{% endblocktranslate %}
{% comment %}{% translate "Not this" %}{% endcomment %}
<p>it's 100% "quoted" gettext( and not closed</p>{% if a %}{% translate 'Say "it"' %}{% endif %}
{# Translators: not a text #}
"""


@pytest.fixture
def project(tmp_path):
    """A small project with one Python file and one template."""
    (tmp_path / "tickets").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "tickets" / "errors.py").write_text(
        'sentence = _("This ticket is closed. " "Reopen it.")\nngettext("%(n)d day", "%(n)d days", n)\n'
    )
    (tmp_path / "templates" / "page.html").write_text('{% load i18n %}{% translate "Save" %}')
    return tmp_path


def fill_all(project, language="ru", forms=3):
    messages.fill(
        language,
        [
            {"text": "This ticket is closed. Reopen it.", "translation": "Заявка закрыта. Откройте её снова."},
            {"text": "%(n)d day", "plural": "%(n)d days", "translation": [f"%(n)d дн{i}" for i in range(forms)]},
            {"text": "Save", "translation": "Сохранить"},
        ],
        project,
    )


def test_every_form_of_a_template_text_is_found():
    found = set(template_texts(TEMPLATE, name="page.html"))

    assert found == {
        Text("Plain (really)"),
        Text("Old spelling"),
        Text("May", context="month"),
        Text("nothing"),
        Text("Hello %(name)s, welcome"),
        Text("%(n)s ticket", "%(n)s tickets"),
        Text("open %(n)s", "open %(n)s of them", "verb"),
        Text('Say "it"'),
    }


def test_every_form_of_a_python_text_is_found(tmp_path):
    path = tmp_path / "texts.py"
    path.write_text(
        'a = _("one " "two")\nb = pgettext_lazy("month", "May")\nc = ngettext("day", "days", n)\n'
        'd = npgettext("verb", "open", "opens", n)\ne = gettext_lazy("lazy")\nf = other("no text")\n'
    )

    assert set(python_texts(path)) == {
        Text("one two"),
        Text("May", context="month"),
        Text("day", "days"),
        Text("open", "opens", "verb"),
        Text("lazy"),
    }


def _completed(template: bytes) -> bytes:
    """xgettext leaves gaps in the header for a translator to fill in."""
    return template.replace(b"CHARSET", b"UTF-8").replace(b"INTEGER", b"2").replace(b"EXPRESSION", b"(n != 1)")


def test_our_extraction_agrees_with_gettexts_own_on_this_project(tmp_path):
    if shutil.which("xgettext") is None:
        pytest.skip("xgettext is not installed; it is only asked for a second opinion")
    from django.utils.translation.template import templatize

    pages = sorted((messages.ROOT / "templates").rglob("*.html"))
    copies = [tmp_path / f"{number}.py" for number in range(len(pages))]
    for page, copy in zip(pages, copies, strict=True):
        copy.write_text(templatize(page.read_text(), origin=str(page)))
    keywords = ["pgettext:1c,2", "npgettext:1c,2,3", "gettext_noop"]
    command = ["xgettext", "-L", "Python", "--from-code=UTF-8", "-o", "-", *(f"-k{word}" for word in keywords)]
    theirs = subprocess.run([*command, *map(str, copies)], capture_output=True, check=True).stdout
    (tmp_path / "theirs.po").write_bytes(_completed(theirs))
    with (tmp_path / "theirs.po").open("rb") as file:
        expected = {messages._text_of(message).singular for message in messages.read_po(file) if message.id}

    ours = {text.singular for page in pages for text in template_texts(page.read_text(), name=str(page))}

    assert len(expected) > 50
    assert ours == expected


def test_an_update_keeps_what_is_translated_and_drops_what_is_gone(project):
    messages.update(project)
    fill_all(project)
    (project / "templates" / "page.html").write_text('{% load i18n %}{% translate "Send" %}')

    messages.update(project)

    held = {message.id: message.string for message in messages.load("ru", project) if message.id}
    assert held["This ticket is closed. Reopen it."] == "Заявка закрыта. Откройте её снова."
    assert held["Send"] == ""
    assert "Save" not in held


def test_an_update_without_changes_writes_the_same_bytes(project):
    messages.update(project)
    fill_all(project)
    before = (project / "locale/ru/LC_MESSAGES/django.po").read_bytes()

    messages.update(project)

    assert (project / "locale/ru/LC_MESSAGES/django.po").read_bytes() == before


def test_a_check_names_what_is_missing_and_passes_when_all_is_there(project, capsys):
    messages.update(project)
    assert messages.check(project) == 1
    assert "ru: no Russian for 'Save' (templates/page.html)" in capsys.readouterr().out

    fill_all(project)
    fill_all(project, "es", forms=2)

    assert messages.check(project) == 0


@pytest.mark.parametrize("translation", ["%(m)d дней", "дней", "%(n)s дней"])
def test_a_check_names_a_translation_with_other_placeholders(project, capsys, translation):
    messages.update(project)
    fill_all(project)
    entry = {"text": "%(n)d day", "plural": "%(n)d days", "translation": ["%(n)d день", "%(n)d дня", translation]}
    messages.fill("ru", [entry], project)

    assert messages.check(project) == 1
    assert "placeholders of '%(n)d day'" in capsys.readouterr().out


def test_compiled_translations_are_what_python_reads(project):
    messages.update(project)
    fill_all(project)

    messages.compile_all(project)

    read = gettext.translation("django", project / "locale", languages=["ru"])
    assert read.gettext("Save") == "Сохранить"
    assert read.ngettext("%(n)d day", "%(n)d days", 3) == "%(n)d дн1"


def test_the_project_has_texts_from_python_and_from_templates():
    files = {file for uses in texts_of_the_project().values() for file in uses}

    assert any(file.endswith(".py") for file in files)
    assert any(file.endswith(".html") for file in files)
