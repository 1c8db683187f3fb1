"""Macros: a text with placeholders, and acts that are shown before they are done together with sending."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tenants import alarms
from tenants.context import act_as
from tenants.errors import NotPermitted
from tenants.models import AuditEntry
from tests.api.client import Api
from tests.support.world import join, make_person, make_ticket
from tests.tickets.portal import text_of
from tickets import actions, macros, placeholders
from tickets.errors import ActGone, MacroEmpty, MacroKeyTaken, NotYourTeam, ReasonMissing, UnknownPlaceholder
from tickets.models import Draft, Macro, Status, Team

TEXT = {
    "en": "Hello {{ customer.name }},\n\nabout {{ticket.number}}: yours, {{ agent.name }}",
    "ru": "Здравствуйте, {{ customer.name }}!",
}


@pytest.fixture
def signed_in(at_acme):
    def sign_in(person):
        client = Client(headers={"host": "acme.localhost", "accept-language": "en"})
        client.force_login(person)
        return client

    return sign_in


@pytest.fixture
def ticket(grace):
    return make_ticket(grace, at=timezone.now())


@pytest.fixture
def team(ticket):
    """Another team of the ticket's tier."""
    return Team.objects.create(key="press-room", name="Press room", tier=ticket.tier)


def keep(owner, **more):
    return actions.save_macro(owner=owner, **{"name": "Hello", "key": "hello", "text": TEXT, **more})


def page_of(client, ticket, macro):
    return client.get(f"/desk/tickets/{ticket.number}/?macro={macro.pk}")


def send(client, ticket, macro, act=(), **more):
    form = {"kind": "reply", "body": "It is done.", "macro": str(macro.pk), "act": list(act), **more}
    return client.post(f"/desk/tickets/{ticket.number}/send", form, follow=True)


def test_the_text_is_filled_in_the_customers_language_and_is_plain_text(ada, grace, ticket, signed_in):
    macro = keep(ada)
    grace.name = "<b>Grace</b> {{ agent.name }}"
    grace.save()

    body = page_of(signed_in(ada), ticket, macro).context["composer"]["body"].value()
    assert body == f"Hello <b>Grace</b> {{{{ agent.name }}}},\n\nabout {ticket.number}: yours, {ada}"
    send(signed_in(ada), ticket, macro, body=body)
    assert "<b>Grace</b>" not in signed_in(ada).get(f"/desk/tickets/{ticket.number}/").content.decode()

    grace.language = "ru"
    grace.save()
    answer = signed_in(ada).get(reverse("desk:ticket_macro", args=[ticket.number, macro.pk]))
    assert answer.json()["text"].startswith("Здравствуйте, <b>Grace</b>")


def test_every_placeholder_is_filled_and_no_other_is_kept(ada, ticket, team):
    macro = keep(ada, text={"en": " ".join(map(placeholders.written, macros.PLACEHOLDERS))})

    said = macros.filled(macro, ticket, agent=ada, at=timezone.now())

    assert "{{" not in said
    assert f"{ticket.requester} {ticket.requester.email} {ticket.number} {ticket.subject}" in said
    with pytest.raises(UnknownPlaceholder) as refusal:
        keep(ada, key="", text={"en": "{{ settings.SECRET_KEY }}"})
    assert "{{ customer.name }}" in str(refusal.value)


def test_what_it_does_is_shown_first_and_done_with_the_reply(ada, ticket, team, signed_in):
    acts = {"status": "pending", "team": "press-room", "assignee": "me", "tags": ["Paper"]}
    macro = keep(ada, acts=acts)

    shown = text_of(page_of(signed_in(ada), ticket, macro))
    for sentence in ("Hand the ticket over to Press room.", "Assign the ticket to you.", "Add the tags: paper."):
        assert sentence in shown
    ticket.refresh_from_db()
    assert ticket.team_id != team.pk and not ticket.tags.exists()

    send(signed_in(ada), ticket, macro, ["status", "team", "assignee", "tags"])

    ticket.refresh_from_db()
    assert (ticket.status.key, ticket.team, ticket.assignee) == ("pending", team, ada)
    assert [tag.name for tag in ticket.tags.all()] == ["paper"]
    assert ticket.messages.filter(body="It is done.").exists()
    macro.refresh_from_db()
    assert macro.used_count == 1


def test_only_acts_that_were_agreed_to_are_done(ada, ticket, team, signed_in):
    macro = keep(ada, acts={"team": "press-room", "tags": ["paper"]})

    send(signed_in(ada), ticket, macro, ["tags"])

    ticket.refresh_from_db()
    assert ticket.team != team
    assert ticket.tags.count() == 1


def test_a_macro_that_names_a_deleted_team_says_so_and_does_the_rest(ada, ticket, team, signed_in):
    macro = keep(ada, acts={"team": "press-room", "tags": ["paper"]})
    team.is_active = False
    team.save()

    page = page_of(signed_in(ada), ticket, macro)
    forged = send(signed_in(ada), ticket, macro, ["team", "tags"])

    assert "Left out: the team press-room no longer exists." in text_of(page)
    assert 'value="team"' not in page.content.decode().split('class="macro-chosen"')[1].split("</fieldset>")[0]
    assert forged.status_code == 422
    assert "“press-room” is no longer there, so nothing was sent." in text_of(forged)
    assert "It is done." in forged.context["composer"]["body"].value()
    assert not ticket.messages.filter(body="It is done.").exists() and not ticket.tags.exists()

    send(signed_in(ada), ticket, macro, ["tags"])
    assert ticket.tags.count() == 1 and ticket.messages.filter(body="It is done.").exists()


def test_nothing_is_done_that_the_agent_may_not_do(ada, ticket, team, signed_in):
    macro = keep(ada, acts={"team": "press-room"})
    ada.role.permissions = [each for each in ada.role.permissions if each != "ticket.assign"]
    ada.role.save()

    assert "Your role does not allow it" in text_of(page_of(signed_in(ada), ticket, macro))
    send(signed_in(ada), ticket, macro, ["team"])

    ticket.refresh_from_db()
    assert ticket.team != team and not ticket.messages.filter(body="It is done.").exists()


def test_a_note_with_a_macro_changes_the_state_too(ada, ticket, signed_in):
    macro = keep(ada, kind="note", acts={"status": "solved", "priority": "low", "reason": "Nobody waits."})

    assert page_of(signed_in(ada), ticket, macro).context["composer"]["kind"].value() == "note"
    send(signed_in(ada), ticket, macro, ["status", "priority"], kind="note")

    ticket.refresh_from_db()
    assert (ticket.priority.key, ticket.status.key) == ("low", "solved")
    assert ticket.messages.get(body="It is done.").kind == "internal"


def test_a_reply_that_rests_or_waits_keeps_the_acts_until_it_goes(ada, ticket, signed_in):
    macro = keep(ada, acts={"tags": ["paper"]})
    send(signed_in(ada), ticket, macro, ["tags"], rest="10")
    assert not ticket.tags.exists()

    waiting = Draft.objects.get()
    actions.take_back(waiting.pk, actor=ada, at=timezone.now())
    assert "Add the tags: paper." in text_of(signed_in(ada).get(f"/desk/tickets/{ticket.number}/"))

    waiting.refresh_from_db()
    send(signed_in(ada), ticket, macro, ["tags"], rest="10", revision=waiting.revision)
    alarms.work_due(timezone.now() + timedelta(minutes=1))
    assert ticket.tags.count() == 1 and not Draft.objects.exists()


def test_a_waiting_reply_whose_act_is_gone_is_a_draft_again(ada, ticket, team, signed_in):
    macro = keep(ada, acts={"team": "press-room"})
    send(signed_in(ada), ticket, macro, ["team"], rest="10")
    team.is_active = False
    team.save()

    alarms.work_due(timezone.now() + timedelta(minutes=1))

    assert Draft.objects.get().returned == "refused"
    assert not ticket.messages.filter(body="It is done.").exists()
    assert "Left out: the team press-room" in text_of(signed_in(ada).get(f"/desk/tickets/{ticket.number}/"))


def test_a_draft_that_is_saved_while_typing_keeps_the_macro(ada, ticket, signed_in):
    macro = keep(ada, acts={"tags": ["paper"]})
    form = {"kind": "reply", "body": "Half a", "revision": 0, "macro": str(macro.pk), "act": ["tags"]}

    assert signed_in(ada).post(f"/desk/tickets/{ticket.number}/draft", form).status_code == 200

    assert Draft.objects.get().acts == {"tags": ["paper"], "macro": str(macro.pk)}
    assert "“Hello” does this when you send:" in text_of(signed_in(ada).get(f"/desk/tickets/{ticket.number}/"))


def test_who_sees_and_changes_macros(ada, mary, root, team, ticket, signed_in):
    own, shared = keep(ada), keep(root, audience="everybody")
    with pytest.raises(NotPermitted):
        keep(ada, key="x", audience="everybody")
    with pytest.raises(NotYourTeam):
        keep(ada, key="x", audience="team", team=team)
    join(ada, team)
    of_team = keep(ada, key="x", audience="team", team=team)

    assert set(Macro.objects.visible_to(ada)) == {own, shared, of_team}
    assert set(Macro.objects.visible_to(make_person("Linus", "agent"))) == {shared}
    assert signed_in(ada).get(reverse("desk:edit_macro", args=[shared.pk])).status_code == 404
    assert signed_in(root).get(reverse("desk:edit_macro", args=[own.pk])).status_code == 404
    assert page_of(signed_in(root), ticket, own).context["chosen"] is None
    with pytest.raises(NotPermitted):
        actions.delete_macro(shared, actor=ada)
    kept_id = shared.pk
    actions.delete_macro(shared, actor=root)
    assert list(AuditEntry.objects.filter(subject=kept_id).order_by("id").values_list("act", flat=True)) == [
        "macro.added",
        "macro.deleted",
    ]
    assert not AuditEntry.objects.filter(subject=own.pk).exists()


def test_another_tenants_macros_are_neither_offered_nor_sent(globex, ada, ticket, signed_in):
    with act_as(globex):
        theirs = keep(make_person("Hedy", "admin"), name="Secret", audience="everybody", acts={"tags": ["secret"]})

    offered = text_of(signed_in(ada).get(reverse("desk:ticket_macros", args=[ticket.number])))
    send(signed_in(ada), ticket, theirs, ["tags"])

    assert "Secret" not in offered
    assert signed_in(ada).get(reverse("desk:ticket_macro", args=[ticket.number, theirs.pk])).status_code == 404
    assert not ticket.tags.exists()


def test_a_macro_says_or_does_something_and_one_has_each_key_once(ada, at_acme):
    with pytest.raises(MacroEmpty):
        keep(ada, text={})
    with pytest.raises(ReasonMissing):
        keep(ada, acts={"priority": "low"})
    keep(ada)
    with pytest.raises(MacroKeyTaken):
        keep(ada, key="/HELLO")
    with pytest.raises(IntegrityError):
        Macro.objects.create(owner=ada, name="Twice", key="hello")


def test_the_picker_searches_by_name_and_key_and_finds_ones_own_key_first(ada, root, ticket, signed_in):
    keep(root, name="Root's", audience="everybody")
    mine = keep(ada, name="Paper jam", text={"en": "Mine"})
    picker, client = reverse("desk:ticket_macros", args=[ticket.number]), signed_in(ada)

    assert "Paper jam" in text_of(client.get(picker, {"macros": "paper"}))
    assert "Root" not in text_of(client.get(picker, {"macros": "paper"}))
    assert "Root" in text_of(client.get(picker, {"macros": "/hel"}))
    assert client.get(picker, {"key": "hello"}).json()["text"] == "Mine"
    assert str(mine.pk) in client.get(picker, {"key": "hello"}).json()["block"]
    assert client.get(picker, {"key": "nothing"}).status_code == 404


def test_the_pages_keep_change_and_delete(ada, ticket, signed_in):
    client = signed_in(ada)
    form = {"name": "Hello", "key": "hello", "text_en": "Hello {{ customer.nam }}", "audience": "own", "tags": "A, b"}

    wrong = client.post(reverse("desk:new_macro"), form)
    assert wrong.status_code == 422 and "{{ customer.name }}" in text_of(wrong)
    assert "Hello {{ customer.nam }}" in wrong.content.decode()
    client.post(reverse("desk:new_macro"), {**form, "text_en": "Hello {{ customer.name }}"})
    macro = Macro.objects.get()
    assert macro.acts == {"tags": ["a", "b"]}

    page = client.get(reverse("desk:edit_macro", args=[macro.pk]))
    assert "Hello {{ customer.name }}" in page.content.decode()
    client.post(reverse("desk:edit_macro", args=[macro.pk]), {**form, "text_en": "Hi", "name": "Hi"})
    assert "/hello" in text_of(client.get(reverse("desk:macros")))
    client.post(reverse("desk:delete_macro", args=[macro.pk]))
    assert not Macro.objects.exists()


def test_a_shared_macro_is_deleted_once_its_name_was_typed_under_what_is_lost(ada, mary, ticket, signed_in):
    team = join(ada, "frontline")
    for_team, for_all = (
        keep(ada, audience="team", team=team),
        keep(mary, name="Sorry", key="sorry", audience="everybody"),
    )

    for person, macro, users in ((ada, for_team, str(team)), (mary, for_all, "everybody on the desk")):
        client = signed_in(person)
        address = reverse("desk:delete_macro", args=[macro.pk])
        asked = client.post(address)
        assert asked.status_code == 200
        assert f"It is gone for {users}, with its texts in all languages." in text_of(asked)
        assert client.post(address, {"typed": "Something else"}).status_code == 422
        assert Macro.objects.filter(pk=macro.pk).exists()
        assert client.post(address, {"typed": macro.name}).status_code == 302
        assert not Macro.objects.filter(pk=macro.pk).exists()


def test_the_api_keeps_changes_and_deletes(ada, grace, at_acme):
    api = Api(ada)
    made = api.post("/api/v1/macros/", {"name": "Hello", "key": "hello", "text": TEXT, "acts": {"assignee": "me"}})
    assert made.status_code == 201 and made.json()["acts"] == {"assignee": "me"}
    address = f"/api/v1/macros/{made.json()['id']}/"

    assert api.patch(address, {"text": {"en": "{{ nothing }}"}}).status_code == 409
    assert api.patch(address, {"acts": {"team": "nowhere"}}).status_code == 400
    assert api.patch(address, {"name": "Hi"}).json()["name"] == "Hi"
    assert [each["name"] for each in api.get("/api/v1/macros/").json()["results"]] == ["Hi"]
    assert Api(grace).get("/api/v1/macros/").status_code == 404
    assert api.call("DELETE", address).status_code == 204


def test_acts_raise_before_anything_is_written(ada, ticket):
    with pytest.raises(ActGone):
        actions.do_acts(ticket, {"tags": ["paper"], "status": "gone"}, actor=ada, at=timezone.now())
    assert not ticket.tags.exists()


HTML = {
    "en": "<p>Hello <strong>{{ customer.name }}</strong>, about {{&nbsp;ticket.subject }}:</p><ul><li>pull</li></ul>"
}


def test_formatting_is_kept_cleaned_and_filled_in_with_what_is_only_text(ada, grace, ticket, signed_in):
    grace.name = "Grace <b>& Co</b> {{ agent.name }}"
    grace.save()
    wild = {"en": HTML["en"] + "<p><em onclick='x'>soon</em><script>x</script><img src='https://a.example/x'></p>"}
    macro = keep(ada, text={}, html=wild, key="pull")

    macro.refresh_from_db()
    assert "<script" not in macro.html["en"] and "onclick" not in macro.html["en"] and "<img" not in macro.html["en"]
    assert macro.text["en"].startswith("Hello {{ customer.name }}, about {{ ticket.subject }}:\n\n- pull")
    given = signed_in(ada).get(f"/desk/tickets/{ticket.number}/macros/{macro.pk}").json()
    assert "<strong>Grace &lt;b&gt;&amp; Co&lt;/b&gt; {{ agent.name }}</strong>" in given["html"]
    assert f"about {ticket.subject}:" in given["html"]
    assert given["text"].startswith("Hello Grace <b>& Co</b> {{ agent.name }}, about")


def test_the_plain_text_is_meant_where_the_two_differ_and_another_language_stays_plain(ada, ticket, signed_in):
    macro = keep(ada, text={"en": "Pull it.", "ru": "Потяните."}, html={"en": "<p><b>Push</b> it.</p>"})
    assert (macro.text["en"], macro.html) == ("Pull it.", {})

    macro = actions.change_macro(macro, actor=ada, text={}, html={"en": "<p><b>Pull</b> it.</p>", "es": "<p> </p>"})
    assert (macro.text, macro.html) == ({"en": "Pull it."}, {"en": "<p><strong>Pull</strong> it.</p>"})
    changed = actions.change_macro(macro, actor=ada, text={"en": "Turn it."})
    assert (changed.text, changed.html) == ({"en": "Turn it."}, {})


@pytest.mark.parametrize("html", ["<p>{{ customer.<b>name }}</b></p>", "<p>{{ nothing }} <b>x</b></p>"])
def test_a_placeholder_that_is_formatted_in_part_or_unknown_is_said(ada, at_acme, html):
    with pytest.raises(UnknownPlaceholder):
        keep(ada, text={}, html={"en": html})


def test_a_placeholder_that_an_editor_made_a_link_is_only_a_placeholder(ada, ticket):
    html = {"en": '<p>Dear {{ <a href="http://customer.name">customer.name</a> }}, <b>{{ <i>agent.name</i> }}</b></p>'}

    macro = keep(ada, text={"en": "Dear {{ customer.name }}, {{ agent.name }}"}, html=html)

    assert macro.text["en"] == "Dear {{ customer.name }}, {{ agent.name }}"
    assert macro.html["en"] == "<p>Dear {{ customer.name }}, <strong>{{ agent.name }}</strong></p>"
    filled = macros.filled_html(macro, ticket, agent=ada, at=timezone.now())
    assert filled == "<p>Dear Grace, <strong>Ada</strong></p>"


def test_the_form_keeps_formatting_and_without_the_editor_what_was_typed(ada, at_acme, signed_in):
    macro = keep(ada, text={}, html=HTML)
    client, where = signed_in(ada), reverse("desk:edit_macro", args=[macro.pk])
    page = client.get(where).content.decode()
    assert 'data-formatted="macro_html_en"' in page and 'name="html_en"' in page

    said = {"name": "Hello", "audience": "own", "text_en": macro.text["en"], "html_en": macro.html["en"]}
    assert client.post(where, said).status_code == 302
    macro.refresh_from_db()
    assert "<strong>" in macro.html["en"]
    client.post(where, said | {"text_en": "Only words."})
    macro.refresh_from_db()
    assert (macro.text, macro.html) == ({"en": "Only words."}, {})


def test_a_program_replies_with_a_macro_and_does_its_acts(ada, ticket, team):
    macro = keep(ada, text={}, html=HTML, acts={"tags": ["paper"], "team": team.key, "assignee": "me"})
    address = f"tickets/{ticket.number}/messages/"

    posted = Api(ada).post(address, {"macro": str(macro.pk), "acts": ["tags", "assignee"]}, idempotency_key="one")
    Api(ada).post(address, {"macro": str(macro.pk), "acts": ["tags", "assignee"]}, idempotency_key="one")

    assert posted.status_code == 201, posted.json()
    assert posted.json()["html"].startswith("<p>Hello <strong>Grace</strong>, about")
    ticket.refresh_from_db()
    macro.refresh_from_db()
    assert [tag.name for tag in ticket.tags.all()] == ["paper"]
    assert (ticket.assignee, ticket.team == team, macro.used_count) == (ada, False, 1)
    own_words = Api(ada).post(address, {"macro": str(macro.pk), "body": "My own words.", "acts": []})
    assert own_words.json()["body"] == "My own words."


def test_a_program_is_told_why_a_macro_cannot_be_sent(ada, mary, grace, ticket, team):
    api, address = Api(ada), f"tickets/{ticket.number}/messages/"
    gone = keep(ada, key="gone", acts={"status": "pending", "tags": ["paper"], "team": team.key})
    note = keep(ada, key="note", kind="note", acts={"status": "pending"})
    theirs = keep(mary, key="theirs")
    team.is_active = False
    team.save()

    refused = api.post(address, {"macro": str(gone.pk)})
    assert (refused.status_code, refused.json()["code"]) == (409, "act_gone")
    for body, field in (
        ({"macro": str(note.pk)}, "macro"),
        ({"macro": str(theirs.pk)}, "macro"),
        ({"macro": "x"}, "macro"),
        ({"body": "x", "acts": ["tags"]}, "acts"),
        ({"macro": str(gone.pk), "acts": ["fly"]}, "acts.0"),
    ):
        answer = api.post(address, body)
        assert (answer.status_code, list(answer.json()["fields"])) == (400, [field]), answer.json()
    assert "macro" in Api(grace).post(address, {"macro": str(gone.pk)}).json()["fields"]
    assert not ticket.tags.exists() and not ticket.messages.filter(by_staff=True).exists()
    noted = api.post(f"tickets/{ticket.number}/notes/", {"macro": str(note.pk)})
    ticket.refresh_from_db()
    assert (noted.status_code, ticket.status.kind) == (201, "pending")


def test_a_macro_that_names_a_deleted_state_says_so(ada, ticket, signed_in):
    macro = keep(ada, acts={"status": "pending"})
    Status.objects.filter(key="pending").update(is_active=False)

    page = page_of(signed_in(ada), ticket, macro)
    forged = send(signed_in(ada), ticket, macro, ["status"])

    assert "Left out: the state pending no longer exists." in text_of(page)
    assert forged.status_code == 422
    assert "“pending” is no longer there, so nothing was sent." in text_of(forged)
