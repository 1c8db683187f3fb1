"""Every template compiles, asks for files that exist, and holds nothing that the content security policy refuses."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import get_template

FOLDER = Path(settings.BASE_DIR) / "templates"
PAGES = sorted(FOLDER.rglob("*.html"))
NAMES = [str(page.relative_to(FOLDER)) for page in PAGES]
# Mails are read where no policy holds, and mail programs know no style sheets.
ON_SCREEN = [name for name in NAMES if "mail/" not in name and "email/" not in name]
STATIC = Path(settings.BASE_DIR) / "static"
LEFT_OUT = set((STATIC / "vendor/tabler-1.6.1/left-out.txt").read_text().split())
OUR_OWN = set(re.findall(r"\.([a-z][\w-]*)", "".join(file.read_text() for file in STATIC.glob("css/*.css"))))
ICONS = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()))


def source(name: str) -> str:
    return (FOLDER / name).read_text()


@pytest.mark.parametrize("name", NAMES)
def test_the_template_compiles(name):
    assert get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_no_block_stands_in_two_places(name):
    """One that is new inside another would fill those of its name further up as well: in the head of the page, say."""
    inside = {block: outer for block, outer in nested(name).items() if outer}
    above = name
    while (found := re.match(r'{% extends "([^"]+)"', source(above))) and (FOLDER / found[1]).exists():
        above = found[1]
        assert {block: outer for block, outer in nested(above).items() if inside.get(block, outer) != outer} == {}


def nested(name: str) -> dict[str, str]:
    """The blocks of a template, and the one that each stands in, if any."""
    found, open_blocks = {}, [""]
    for block in re.findall(r"{% (?:block (\w+)|endblock\b)", source(name)):
        if block:
            found[block] = open_blocks[-1]
            open_blocks.append(block)
        else:
            open_blocks.pop()
    return found


@pytest.mark.parametrize("name", ON_SCREEN)
def test_the_template_has_no_inline_style_or_script(name):
    without_comments = re.sub(r"{#.*?#}|{% comment.*?endcomment %}", "", source(name), flags=re.DOTALL)

    assert not re.findall(r"""\sstyle\s*=|<style|\son[a-z]+\s*=\s*["']|javascript:""", without_comments)
    assert not re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", without_comments)


@pytest.mark.parametrize("name", NAMES)
def test_the_icons_of_the_template_are_in_the_sprite(name):
    wanted = re.findall(r'_icon\.html"\s+with[^%]*?\bname="([^"]+)"', source(name))
    wanted += re.findall(r'{% icon "([^"]+)"', source(name))
    wanted += re.findall(r'\bicon\|default:"([^"]+)"', source(name))

    assert set(wanted) <= ICONS


@pytest.mark.parametrize("name", NAMES)
def test_what_is_a_tag_is_not_included(name):
    assert not re.findall(r'include "components/_(?:time|due_badge)\.html"', source(name))


@pytest.mark.parametrize("name", NAMES)
def test_the_static_files_of_the_template_exist(name):
    for path in re.findall(r"{% static ['\"]([^'\"]+)['\"] %}", source(name)):
        assert finders.find(path), path


@pytest.mark.parametrize("name", ON_SCREEN)
def test_the_vendored_sheet_has_the_classes_of_the_template(name):
    """`python -m scripts.vendor` takes up a class that no template used before."""
    classes = " ".join(re.findall(r'class="([^"]*)"', source(name)))

    assert not set(re.findall(r"[a-z][\w-]*", classes)) & LEFT_OUT - OUR_OWN
