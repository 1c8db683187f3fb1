"""`translate`, `url`, `static` and `icon` where all that they are given is constant: drawn once a process and language.

A page has two hundred of them, and a quarter of its time went into drawing the same words again. An address in which
only a number varies is looked up once too: a ticket's page has fifty of those.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from uuid import UUID

from django import template
from django.template.base import Node, Parser, Token
from django.template.context import Context
from django.template.defaulttags import URLNode, url
from django.templatetags.i18n import do_translate
from django.templatetags.static import do_static
from django.urls import reverse
from django.utils.translation import get_language

from tenants.templatetags import components

register = template.Library()

Compile = Callable[[Parser, Token], Node]
#: Stands where the number, or the id, of an address comes; and others, to see that nothing is made of them.
_A_NUMBER, _A_SMALL_ONE = 1_234_567_890, 7
_AN_ID, _A_SMALL_ID = UUID(int=0x1234 << 100), UUID(int=7)
#: A text in quotation marks without filters, maybe a named one; `context` stands before one of `translate`.
_CONSTANT = re.compile(r"""(\w+=)?("[^"\\]*"|'[^'\\]*')|context""")


class Once(Node):
    """A node whose outcome depends on the reader's language only."""

    child_nodelists = ()

    def __init__(self, node: Node) -> None:
        self.node = node
        self.drawn: dict[tuple[str | None, bool], str] = {}

    def render(self, context: Context) -> str:
        """What the node draws, remembered."""
        key = get_language(), context.autoescape
        if key not in self.drawn:
            self.drawn[key] = self.node.render(context)
        return self.drawn[key]


class UrlOfNumber(Node):
    """`{% url 'desk:act' ticket.number 'split' %}`: what stands around the number, or the id, is always the same."""

    child_nodelists = ()

    def __init__(self, node: URLNode) -> None:
        self.node = node
        self.more = [str(each.var) for each in node.args[1:]]

    def render(self, context: Context) -> str:
        """As `url` draws it; anything but a number or an id is left to that."""
        number = self.node.args[0].resolve(context)
        if type(number) is not int and type(number) is not UUID:
            return self.node.render(context)
        address = url_of_number(self.node.view_name.var, number, *self.more)
        if self.node.asvar:
            context[self.node.asvar] = address
            return ""
        return address


def url_of_number(view: str, number: int | UUID, *more: str) -> str:
    """The address of a view of a number, not below 0, or id, and fixed words: as `reverse` in a tenth of its time."""
    around = _around(view, isinstance(number, UUID), *more)
    return f"{around[0]}{number}{around[1]}" if around else reverse(view, args=[number, *more])


@lru_cache(maxsize=1_000)
def _around(view: str, is_id: bool, *more: str) -> tuple[str, str] | None:
    """What stands before and after the number; None where it is written otherwise, as 000032 of an article."""
    large, small = (_AN_ID, _A_SMALL_ID) if is_id else (_A_NUMBER, _A_SMALL_ONE)
    before, _number, after = reverse(view, args=[large, *more]).partition(str(large))
    return (before, after) if reverse(view, args=[small, *more]) == f"{before}{small}{after}" else None


def _url(parser: Parser, token: Token) -> Node:
    node = compile_once(parser, token)
    if not isinstance(node, URLNode) or not node.args or node.kwargs:
        return node
    constant = [node.view_name, *node.args[1:]]
    return UrlOfNumber(node) if all(isinstance(each.var, str) and not each.filters for each in constant) else node


def _once(compile_tag: Compile) -> Compile:
    def compiled(parser: Parser, token: Token) -> Node:
        node = compile_tag(parser, token)
        _name, *given = token.split_contents()
        return Once(node) if all(_CONSTANT.fullmatch(each) for each in given) else node

    return compiled


for name, tag in (
    ("translate", do_translate),
    ("static", do_static),
    ("icon", components.register.tags["icon"]),
):
    register.tag(name, _once(tag))
compile_once = _once(url)
register.tag("url", _url)
