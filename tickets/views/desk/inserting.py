"""What is put into the composer in one step: the link or the text of an article, or a macro with its acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kb import queries as kb
from kb.models import Article
from kb.text import render as render_markdown
from tenants.access import staff
from tenants.fields import parse_id
from tenants.models import User
from tickets import formatting
from tickets import macros as ready
from tickets.forms.composing import ComposerForm
from tickets.models import Draft, Macro, Ticket
from tickets.views.desk.blocks import render_block
from tickets.views.desk.common import ticket_or_404
from tickets.views.desk.composer_block import Desk


@dataclass(frozen=True)
class Offer:
    """An article as an answer may carry it, in the customer's language where it has that."""

    article: Article
    title: str
    link: str
    text: str
    html: str

    @property
    def is_for_staff(self) -> bool:
        """Whether the customer could not open the link."""
        return self.article.visibility == Article.Visibility.AGENTS


@require_safe
@staff
def articles(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Articles that may answer a ticket, or have the words looked for: link or text is put into the reply."""
    ticket = ticket_or_404(person, number)
    language, words = (get_language() or "en").split("-")[0], request.GET.get("articles", "").strip()
    if words:
        hits = kb.search(words, person, language).hits[:MOST_ARTICLES]
    else:
        hits = kb.suggest(f"{ticket.subject} {ticket.description[:300]}", person, language, limit=5)
    found = [_offer(request, each) for each in kb.with_bodies([hit.article for hit in hits], _read_in(ticket))]
    context = {"found": found, "words": words}
    # What is typed into stays as it is: only the list below it is drawn anew.
    template = "tickets/desk/_article_list.html" if _is_search(request) else "tickets/desk/_articles.html"
    return render_block(request, ticket, template, _("Articles to insert"), context)


def _is_search(request: HttpRequest) -> bool:
    return "articles" in request.GET and bool(request.htmx)  # type: ignore[attr-defined]


def asked(request: HttpRequest, person: User, ticket: Ticket) -> str:
    """What a link without scripts asks to put into the composer; empty if nothing, or nothing that this person sees."""
    if macro := _asked_macro(request, person):
        return ready.filled(macro, ticket, agent=person, at=timezone.now())
    number = request.GET.get("article", "")
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        return ""
    found = kb.with_bodies(kb.visible_to(person).filter(number=int(number)), _read_in(ticket))
    if not found:
        return ""
    offer = _offer(request, found[0])
    return offer.text if request.GET.get("as") == "text" else offer.link


def asked_kind(request: HttpRequest, person: User) -> str:
    """As what the macro that was asked for is sent; empty where that is left to the writer."""
    macro = _asked_macro(request, person)
    return macro.kind if macro else ""


#: So many are offered at a time; who looks for another one searches.
MOST_MACROS, MOST_ARTICLES = 20, 10


@dataclass(frozen=True)
class Chosen:
    """A macro in the composer: what it will do, and which of that the writer agrees to."""

    pk: UUID
    name: str
    lines: list[tuple[ready.Line, bool]]


@require_safe
@staff
def macros(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Macros to choose from, the most used first; with `key`, what is put in for that one."""
    ticket = ticket_or_404(person, number)
    seen = Macro.objects.visible_to(person)
    if key := request.GET.get("key", ""):
        found = list(seen.filter(key=key[:30].replace("\0", "").lower()))
        found.sort(key=lambda each: each.owner_id != person.pk)
        return _answer(request, found[0], ticket, person) if found else JsonResponse({}, status=404)
    words = request.GET.get("macros", "").replace("\0", "")[:80].strip().lstrip("/")
    wanted = seen.filter(Q(name__icontains=words) | Q(key__istartswith=words)) if words else seen
    offered = [
        (each, ready.lines(each.acts, ticket, person)) for each in wanted.order_by("-used_count", "name")[:MOST_MACROS]
    ]
    context = {"offered": offered, "words": words}
    return render_block(request, ticket, "tickets/desk/_macro_list.html", _("Macros"), context)


@require_safe
@staff
def macro(request: HttpRequest, person: User, number: int, pk: UUID) -> HttpResponse:
    """What is put in for one macro."""
    ticket = ticket_or_404(person, number)
    return _answer(request, get_object_or_404(Macro.objects.visible_to(person), pk=pk), ticket, person)


def _answer(request: HttpRequest, macro: Macro, ticket: Ticket, person: User) -> JsonResponse:
    chosen = _chosen(macro.pk, macro.name, macro.acts, ticket, person)
    block = render_to_string("tickets/desk/_macro_chosen.html", {"chosen": chosen}, request=request)
    text = ready.filled(macro, ticket, agent=person, at=timezone.now())
    html = ready.filled_html(macro, ticket, agent=person, at=timezone.now())
    return JsonResponse({"text": text, "html": html, "kind": macro.kind, "block": block})


def chosen(request: HttpRequest, person: User, ticket: Ticket, composer: ComposerForm, desk: Desk) -> Chosen | None:
    """What the composer shows of a macro: the one asked for, the one that came back, or that of the draft."""
    draft = desk.drafts.get(composer["kind"].value())
    if composer.is_bound:
        pk, names = composer["macro"].value(), composer["act"].value() or []
        if not pk or "macro" in composer.errors:
            return None
        macro, _acts = agreed(person, pk, names, draft)
        source = macro.acts if macro else draft.acts if draft else {}
        return _chosen(pk, macro.name if macro else "", source, ticket, person, agreed_to=names)
    if asked := _asked_macro(request, person):
        return _chosen(asked.pk, asked.name, asked.acts, ticket, person)
    if draft is None or "macro" not in draft.acts:
        return None
    macro = Macro.objects.visible_to(person).filter(pk=draft.acts["macro"]).first()
    source = macro.acts if macro else draft.acts
    return _chosen(draft.acts["macro"], macro.name if macro else "", source, ticket, person, agreed_to=list(draft.acts))


def agreed(person: User, pk: UUID | None, names: list[str], draft: Draft | None) -> tuple[Macro | None, dict[str, Any]]:
    """The macro that is sent, and the acts that the writer agreed to; of a macro that is gone, those of the draft."""
    if pk is None:
        return None, {}
    macro = Macro.objects.visible_to(person).filter(pk=pk).first()
    acts: Mapping[str, Any] = macro.acts if macro else {}
    if macro is None and draft is not None and draft.acts.get("macro") == str(pk):
        acts = draft.acts
    return macro, {**ready.chosen(acts, names), "macro": str(pk)}


def _asked_macro(request: HttpRequest, person: User) -> Macro | None:
    pk = parse_id(request.GET.get("macro", ""))
    return Macro.objects.visible_to(person).filter(pk=pk).first() if pk else None


def _chosen(
    pk: Any,
    name: str,
    acts: Mapping[str, Any],
    ticket: Ticket,
    person: User,
    agreed_to: list[str] | None = None,
) -> Chosen:
    lines = ready.lines(acts, ticket, person)
    return Chosen(pk, name, [(line, agreed_to is None or line.name in agreed_to) for line in lines])


def _read_in(ticket: Ticket) -> str:
    return ticket.requester.language


def _offer(request: HttpRequest, article: Article) -> Offer:
    version = article.shown  # type: ignore[attr-defined]
    address = request.build_absolute_uri(reverse("kb:article", args=[article.number]))
    # The address stays with the text: the customer can read on, and the answer is measured by it.
    html, words = formatting.read(render_markdown(version.body).html, pictures=())
    source = format_html('<p><a href="{}">{}</a></p>', address, version.title)
    link = f"{version.title}\n{address}\n"
    return Offer(article, version.title, link, f"{words}\n\n{link}", (html or formatting.from_plain(words)) + source)
