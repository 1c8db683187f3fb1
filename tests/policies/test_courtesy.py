"""Rude language: the writer is warned and may write it differently; who sends it all the same is flagged to agents."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.policies.clauses import clause
from tests.tickets.portal import text_of
from tickets import actions
from tickets.errors import RudeWordsWarned
from tickets.models import Message, Ticket

#: Policy, language of its customers, a category, and what somebody angry writes there.
ANGRY = [
    ("alleanza", "ru", "service-problem", "Ваш сервер опять лежит, пиздец какой-то.", "пиздец"),
    ("justo", "es", "sitio-caido", "El sitio no abre, vaya mierda de servicio.", "mierda"),
]
BOTH = pytest.mark.parametrize(("policy", "language", "category", "text", "word"), ANGRY, ids=["alleanza", "justo"])


@clause("C10", "D9")
@BOTH
def test_the_writer_is_warned_keeps_every_word_and_may_send_it_all_the_same(
    desk_on, policy, language, category, text, word
):
    desk = desk_on(policy)
    path, form = desk.form(category, language, description=text)

    warned = desk.portal(language).post(path, form)
    page = warned.content.decode()

    assert warned.status_code == 422
    assert word in warned.context["form"].non_field_errors()[0]
    assert text in page
    assert 'name="as_it_is"' in page
    assert not Ticket.objects.exists()

    sent = desk.portal(language).post(path, {**form, "as_it_is": "yes"})

    assert sent.status_code == 302, text_of(sent)
    ticket = Ticket.objects.get()
    assert Message.objects.get().is_rude
    assert "message-rude" in desk.workspace(language).get(f"/desk/tickets/{ticket.number}/").content.decode()


@clause("C10", "D9")
@BOTH
def test_other_words_are_taken_without_a_word(desk_on, policy, language, category, text, word):
    desk = desk_on(policy)

    ticket = desk.file(category, language, description=text.replace(word, "---"))

    assert not Message.objects.get(ticket=ticket).is_rude


@clause("D9")
def test_without_an_account_rude_words_tell_nobody_whose_address_was_typed(desk_on):
    desk = desk_on("justo")
    typed = {"subject": "El sitio no abre", "description": "Vaya mierda de servicio."}

    for address in (desk.ada.email, desk.grace.email, "nadie@elsewhere.example"):
        with pytest.raises(RudeWordsWarned):
            actions.file_without_account(address, at=timezone.now(), **typed)
        actions.file_without_account(address, at=timezone.now(), as_it_is=True, **typed)

    assert [each.is_rude for each in Message.objects.all()] == [True, True, True]


@clause("C10")
def test_a_comment_is_warned_of_too_and_programs_get_a_code(desk_on):
    desk = desk_on("alleanza")
    ticket = desk.file("service-problem", "ru")
    page, api = f"/tickets/{ticket.number}/", desk.api(desk.grace)

    by_page = desk.portal("ru").post(f"{page}reply", {"body": "Вы там идиоты?"})
    by_program = api.post(f"tickets/{ticket.number}/messages/", {"body": "Вы там идиоты?"})

    assert by_page.status_code == 422
    assert "Вы там идиоты?" in by_page.content.decode()
    assert (by_program.status_code, by_program.json()["code"]) == (409, "rude_words_warned")
    assert Message.objects.count() == 1

    taken = api.post(f"tickets/{ticket.number}/messages/", {"body": "Вы там идиоты?", "as_it_is": True})
    assert taken.status_code == 201
    assert taken.json()["is_rude"]
    found = desk.workspace("ru").get("/desk/tickets/", {"view": "every", "q": "is:rude"})
    assert f"/desk/tickets/{ticket.number}/" in found.content.decode()


@clause("C10", "D9")
@pytest.mark.parametrize(("way", "status", "kept"), [("refuse", 422, 0), ("flag", 302, 1), ("off", 302, 0)])
def test_the_policy_says_what_comes_of_it(desk_on, way, status, kept):
    desk = desk_on("justo")
    desk.apply(("profanity: warn", f"profanity: {way}"))
    path, form = desk.form("sitio-caido", "es", description="Vaya mierda.", as_it_is="yes")

    answer = desk.portal("es").post(path, form)

    assert answer.status_code == status
    assert Message.objects.filter(is_rude=True).count() == kept
    assert 'name="as_it_is"' not in answer.content.decode()


@clause("D9")
def test_agents_quote_what_they_must(desk_on):
    desk = desk_on("justo")
    ticket = desk.file("sitio-caido", "es")

    message = actions.reply(ticket, author=desk.ada, body="Usted escribió «mierda»; evítelo.", at=ticket.created_at)

    assert not message.is_rude
