"""What agents do with tickets through plain forms: each act, its refusals, and nothing typed lost."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sla.models import Priority
from tests.support.world import join, make_organization, make_person, make_ticket
from tests.tickets.portal import text_of
from tickets import actions
from tickets.models import Channel, Exclusion, LiftedExclusion, Message, Status, Team, TeamMembership, Ticket, Tier

HOUR = timedelta(hours=1)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def ticket(grace, now):
    return make_ticket(grace, at=now - HOUR)


@pytest.fixture
def signed_in(acme):
    def sign_in(person):
        client = Client(headers={"host": "acme.localhost"})
        client.force_login(person)
        return client

    return sign_in


def post(client, view, *args, **data):
    return client.post(reverse(f"desk:{view}", args=args), data)


def page(client, ticket, **query):
    return client.get(reverse("desk:ticket", args=[ticket.number]), query)


def seen_by(client, ticket):
    return page(client, ticket).context["composer"]["seen"].value()


def test_a_reply_and_a_status_go_out_in_one_step_and_the_choice_is_remembered(signed_in, ada, ticket):
    client = signed_in(ada)
    pending = Status.objects.filter(kind="pending").first()

    answer = post(client, "send", ticket.number, kind="reply", body="Unplug it.", status=pending.key)

    ticket.refresh_from_db()
    assert answer.status_code == 302
    assert ticket.status == pending
    assert Message.objects.get(body="Unplug it.").kind == "public"
    assert page(client, ticket).context["composer"]["status"].value() == pending.key


def test_a_note_stays_among_colleagues_whatever_status_was_chosen(signed_in, ada, ticket):
    solved = Status.objects.filter(kind="solved").first()

    post(signed_in(ada), "send", ticket.number, kind="note", body="Careful.", status=solved.key)

    ticket.refresh_from_db()
    assert Message.objects.get(body="Careful.").kind == "internal"
    assert ticket.status.kind == "new"


def test_files_come_with_a_reply(signed_in, ada, ticket):
    file = SimpleUploadedFile("how to.pdf", b"%PDF", content_type="application/pdf")

    post(signed_in(ada), "send", ticket.number, kind="reply", body="See the file.", files=[file])

    assert [each.name for each in Message.objects.get(body="See the file.").attachments.all()] == ["how to.pdf"]


def test_a_reply_to_a_conversation_that_moved_on_is_refused_and_its_text_kept(signed_in, ada, grace, ticket, now):
    client = signed_in(ada)
    seen = seen_by(client, ticket)
    actions.comment(ticket, author=grace, body="It works again!", at=now)

    answer = post(client, "send", ticket.number, kind="reply", body="Unplug it.", seen=seen)

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Something happened on this ticket while you wrote" in text
    assert [item.message.body for item in answer.context["changed_items"]] == ["It works again!"]
    assert answer.context["composer"]["body"].value() == "Unplug it."
    assert not Message.objects.filter(body="Unplug it.").exists()

    again = post(client, "send", ticket.number, kind="reply", body="Unplug it.", seen=seen_in(answer))
    assert again.status_code == 302


def seen_in(answer):
    return answer.context["composer"]["seen"].value()


def test_what_an_agent_did_in_another_window_does_not_stop_their_reply(signed_in, ada, ticket, now):
    client = signed_in(ada)
    seen = seen_by(client, ticket)
    actions.note(ticket, author=ada, body="Looking into it.", at=now)

    assert post(client, "send", ticket.number, kind="reply", body="Unplug it.", seen=seen).status_code == 302


def test_a_form_sent_twice_posts_once(signed_in, ada, ticket):
    client = signed_in(ada)
    token = page(client, ticket).context["composer"]["token"].value()

    for _ in range(2):
        post(client, "send", ticket.number, kind="reply", body="Unplug it.", token=token)

    assert Message.objects.filter(body="Unplug it.").count() == 1


@pytest.mark.parametrize("body", ["", "   \n", "x" * 100_001])
def test_bad_text_comes_back_with_a_sentence_and_is_not_lost(signed_in, ada, ticket, body):
    answer = post(signed_in(ada), "send", ticket.number, kind="reply", body=body)

    assert answer.status_code == 422
    assert answer.context["composer"].errors
    assert answer.context["composer"]["body"].value() == body


@pytest.mark.parametrize("body", ["😀 <script>alert(1)</script>", "=1+1", "ж" * 10_000])
def test_strange_text_is_only_text(signed_in, ada, ticket, body):
    client = signed_in(ada)

    assert post(client, "send", ticket.number, kind="reply", body=body).status_code == 302
    assert "<script>alert" not in page(client, ticket).content.decode()


def test_every_act_shows_a_form_and_htmx_gets_only_that(signed_in, root, ticket):
    client = signed_in(root)
    acts = page(client, ticket).context["acts"]

    assert {"assign", "escalate", "status", "priority", "category", "merge", "not_covered"} <= {a.name for a in acts}
    for act in acts:
        whole, fragment = client.get(act.url), client.get(act.url, headers={"hx-request": "true"})
        assert whole.status_code == fragment.status_code == 200
        assert b"<html" in whole.content and b"<html" not in fragment.content, act.name


def test_taking_assigning_and_handing_over(signed_in, ada, ticket):
    client, linus = signed_in(ada), make_person("Linus", "agent")

    post(client, "take", ticket.number)
    ticket.refresh_from_db()
    assert ticket.assignee == ada

    post(client, "act", ticket.number, "assign", assignee=linus.pk)
    ticket.refresh_from_db()
    assert ticket.assignee == linus

    sister = Team.objects.create(key="sister", name="Sister", tier=ticket.tier)
    post(client, "act", ticket.number, "handover", team=sister.pk, reason="Theirs")
    ticket.refresh_from_db()
    assert (ticket.team, ticket.assignee) == (sister, None)


def test_a_priority_is_corrected_with_a_reason_and_not_without(signed_in, ada, ticket):
    client, critical = signed_in(ada), Priority.objects.get(key="critical")

    without = post(client, "act", ticket.number, "priority", priority=critical.pk, reason="")
    assert without.status_code == 422 and without.context["form"].errors["reason"]

    post(client, "act", ticket.number, "priority", priority=critical.pk, reason="The whole office waits.")
    ticket.refresh_from_db()
    assert ticket.priority == critical


def test_a_customer_never_becomes_an_assignee(signed_in, ada, grace, ticket):
    answer = post(signed_in(ada), "act", ticket.number, "assign", assignee=grace.pk)

    assert answer.status_code == 422


def test_merging_leads_to_the_ticket_that_stays_and_offers_likely_ones(signed_in, ada, grace, ticket, now):
    client, other = signed_in(ada), make_ticket(grace, "Printer on fire again", at=now)
    offered = client.get(reverse("desk:act", args=[other.number, "merge"])).context["duplicates"]
    assert list(offered) == [ticket]

    answer = post(client, "act", other.number, "merge", number=f"#{ticket.number}")

    assert answer.url == reverse("desk:ticket", args=[ticket.number])
    other.refresh_from_db()
    assert other.merged_into == ticket


@pytest.mark.parametrize("number", ["", "abc", "999999", "9" * 19, "-1"])
def test_merging_into_nothing_says_what_to_write(signed_in, ada, ticket, number):
    answer = post(signed_in(ada), "act", ticket.number, "merge", number=number)

    assert answer.status_code == 422 and answer.context["form"].errors["number"]


def test_marking_as_not_covered_and_reopening(signed_in, ada, ticket):
    client, exclusion = signed_in(ada), Exclusion.objects.first()

    post(client, "act", ticket.number, "not_covered", exclusion=exclusion.pk, explanation="A third party's.")
    ticket.refresh_from_db()
    assert (ticket.exclusion, ticket.status.kind) == (exclusion, "refused")

    post(client, "act", ticket.number, "reopen", reason="They have a contract after all")
    ticket.refresh_from_db()
    assert ticket.is_active


def test_escalating_shows_tier_team_and_sentence_and_tells_the_customer_what_was_written(signed_in, ada, ticket):
    client, second = signed_in(ada), Tier.objects.get(position=2)
    form = client.get(reverse("desk:escalate", args=[ticket.number])).context["form"]
    assert list(form.fields["to"].queryset) == [second]
    assert str(second) in form["sentence"].value()

    post(client, "escalate", ticket.number, to=second.pk, reason="Out of ideas", sentence="Our specialists go on.")

    ticket.refresh_from_db()
    event = ticket.events.get(verb="ticket.escalated")
    assert ticket.tier == second
    assert event.data["sentence"] == "Our specialists go on."


def test_a_sentence_left_as_it_is_stays_in_every_language(signed_in, ada, ticket):
    client, second = signed_in(ada), Tier.objects.get(position=2)
    usual = client.get(reverse("desk:escalate", args=[ticket.number])).context["form"]["sentence"].value()

    post(client, "escalate", ticket.number, to=second.pk, reason="Out of ideas", sentence=usual)

    assert set(ticket.events.get(verb="ticket.escalated").data["sentence"]) >= {"en"}


def test_a_sentence_left_as_it_is_names_the_tier_that_was_chosen(signed_in, mary, ticket):
    client, second, third = signed_in(mary), Tier.objects.get(position=2), Tier.objects.get(position=3)
    drawn = client.get(reverse("desk:escalate", args=[ticket.number]))
    usual = drawn.context["form"].usual

    assert drawn.context["form"]["sentence"].value() == usual[second.pk]
    assert str(third) in usual[third.pk] and str(third) not in usual[second.pk]
    assert drawn.content.decode().count("data-sentence=") == 2
    assert f'data-sentence="{usual[third.pk]}"' in drawn.content.decode()

    post(client, "escalate", ticket.number, to=third.pk, reason="At once", sentence=usual[second.pk])

    said = ticket.events.get(verb="ticket.escalated").data["sentence"]
    assert said["en"] == usual[third.pk]
    assert str(second) not in said["en"]


def test_the_sentence_that_the_script_put_in_counts_as_left_as_it_is(signed_in, mary, ticket):
    client, third = signed_in(mary), Tier.objects.get(position=3)
    usual = client.get(reverse("desk:escalate", args=[ticket.number])).context["form"].usual

    post(client, "escalate", ticket.number, to=third.pk, reason="At once", sentence=usual[third.pk])

    assert set(ticket.events.get(verb="ticket.escalated").data["sentence"]) == {"en", "ru", "es"}


def test_skipping_a_tier_is_for_those_who_may(signed_in, ada, mary, ticket):
    third = Tier.objects.get(position=3)

    refused = post(signed_in(ada), "escalate", ticket.number, to=third.pk, reason="At once")
    assert refused.status_code == 422

    post(signed_in(mary), "escalate", ticket.number, to=third.pk, reason="At once")
    ticket.refresh_from_db()
    assert ticket.tier == third


def test_handing_back_asks_for_a_reason(signed_in, ada, ticket):
    client, second = signed_in(ada), Tier.objects.get(position=2)
    post(client, "escalate", ticket.number, to=second.pk, reason="Out of ideas")

    assert post(client, "hand_back", ticket.number, reason="").status_code == 422
    post(client, "hand_back", ticket.number, reason="Found it")

    ticket.refresh_from_db()
    assert ticket.tier.position == 1


@pytest.mark.parametrize(("language", "sentence"), [("en", "is with"), ("es", "vuelve a")])
def test_before_handing_back_one_reads_what_the_customer_will_read(signed_in, ada, grace, ticket, language, sentence):
    grace.language = language
    grace.save()
    client, second = signed_in(ada), Tier.objects.get(position=2)
    post(client, "escalate", ticket.number, to=second.pk, reason="Out of ideas")

    drawn = client.get(reverse("desk:hand_back", args=[ticket.number]))
    told = drawn.context["form"].told
    post(client, "hand_back", ticket.number, reason="Found it")

    assert sentence in told
    assert told in text_of(drawn)
    customer = signed_in(grace).get(f"/tickets/{ticket.number}/", headers={"accept-language": language})
    assert told in text_of(customer)


def test_without_the_permission_an_act_is_neither_offered_nor_done(signed_in, ada, ticket):
    ada.role.permissions = ["ticket.see_all"]
    ada.role.save()
    client = signed_in(ada)

    assert page(client, ticket).context["acts"] == []
    assert not page(client, ticket).context["may_reply"]
    for name in ("assign", "status"):
        post(client, "act", ticket.number, name, assignee=ada.pk, status=Status.objects.get(kind="solved").pk)
    post(client, "take", ticket.number)
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.status.kind) == (None, "new")
    assert post(client, "send", ticket.number, kind="reply", body="Hello").status_code == 422


def test_a_ticket_of_a_team_that_an_agent_may_not_see_does_not_exist(signed_in, ada, ticket):
    ada.role.permissions.remove("ticket.see_all")
    ada.role.save()
    client = signed_in(ada)

    assert page(client, ticket).status_code == 404
    assert post(client, "take", ticket.number).status_code == 404

    join(ada, ticket.team)
    assert page(client, ticket).status_code == 200


def test_tags_are_put_on_and_taken_off(signed_in, ada, ticket):
    client = signed_in(ada)

    post(client, "add_tag", ticket.number, name="Checkout")
    assert [tag.name for tag in ticket.tags.all()] == ["checkout"]

    post(client, "remove_tag", ticket.number, name="checkout")
    assert not ticket.tags.exists()


def test_next_hands_out_the_most_urgent_ticket_that_nobody_works_on(signed_in, ada, grace, now):
    make_ticket(grace, "Later", priority=Priority.objects.get(key="low"), at=now - HOUR)
    urgent = make_ticket(grace, "Now", priority=Priority.objects.get(key="critical"), at=now)
    client = signed_in(ada)

    answer = post(client, "next")

    urgent.refresh_from_db()
    assert urgent.assignee == ada
    assert answer.url == reverse("desk:ticket", args=[urgent.number])
    assert post(client, "next").url != answer.url
    assert post(client, "next").url == reverse("desk:tickets")


def test_several_tickets_are_changed_at_once_and_those_that_refuse_are_named(signed_in, ada, grace, ticket, now):
    closed = make_ticket(grace, at=now)
    actions.change_status(closed, Status.objects.get(kind="closed"), actor=ada, at=now)
    client = signed_in(ada)

    answer = client.post(
        reverse("desk:bulk"),
        {"chosen": [ticket.number, closed.number], "act": "take", "back": "view=all&sort=newest"},
        follow=True,
    )

    ticket.refresh_from_db()
    said = text_of(answer)
    assert ticket.assignee == ada
    assert "1 ticket was changed." in said
    assert f"#{closed.number}" in said and "This ticket is already finished. Reopen it first." in said
    assert answer.request["QUERY_STRING"].startswith("view=all&sort=newest&bulk=")


def test_choosing_nothing_says_so(signed_in, ada, ticket):
    answer = signed_in(ada).post(reverse("desk:bulk"), {"act": "take", "back": "//evil.example"}, follow=True)

    assert "Tick the tickets that you mean first." in [str(message) for message in answer.context["messages"]]


def test_an_agent_files_a_ticket_for_somebody_who_called(signed_in, ada):
    Channel.objects.filter(key="phone").update(is_active=True)
    client = signed_in(ada)
    data = {"email": "new@acme.example", "channel": "phone", "subject": "Call", "description": "It is off."}
    data["category"] = client.get(reverse("desk:new_ticket")).context["form"].fields["category"].queryset[0].key

    nameless = client.post(reverse("desk:new_ticket"), data)
    assert nameless.status_code == 422 and nameless.context["form"].errors["name"]

    client.post(reverse("desk:new_ticket"), {**data, "name": "Neo"})
    filed = Ticket.objects.get(subject="Call")
    assert (filed.requester.name, filed.channel.key) == ("Neo", "phone")
    assert filed.messages.get().by_staff


def test_an_organisation_is_kept_by_those_who_may(signed_in, ada, mary, grace):
    company = make_organization("Initech")
    client = signed_in(mary)

    def change(what, **data):
        return client.post(reverse("desk:change_organization", args=[company.pk, what]), data)

    change("member", email=grace.email, scope="all")
    change("address", email="boss@initech.example")
    change("exclusions", exclusions=[Exclusion.objects.first().pk])
    reason = {"since": "2026-01-01T00:00", "reason": "Not paid"}
    asked = change("suspend", **reason)
    assert "1 person can file no request meanwhile" in text_of(asked)
    wrong = change("suspend", **reason, typed="Initrode")
    assert (wrong.status_code, "Not paid" in wrong.content.decode()) == (422, True)
    company.refresh_from_db()
    assert not company.is_suspended(timezone.now())
    suspended = change("suspend", **reason, typed=" initech")
    company.refresh_from_db()
    assert suspended.status_code == 302
    assert company.memberships.get().user == grace
    assert company.addresses.get().email == "boss@initech.example"
    assert LiftedExclusion.objects.filter(organization=company).count() == 1
    assert company.is_suspended(timezone.now())

    change("lift-suspension")
    company.refresh_from_db()
    assert not company.is_suspended(timezone.now())
    assert signed_in(ada).post(reverse("desk:change_organization", args=[company.pk, "suspend"])).status_code == 404


def test_a_suspension_that_ends_before_it_begins_comes_back_with_what_was_typed(signed_in, mary):
    company = make_organization("Initech")

    answer = signed_in(mary).post(
        reverse("desk:change_organization", args=[company.pk, "suspend"]),
        {"since": "2026-02-01T00:00", "until": "2026-01-01T00:00", "reason": "Not paid"},
    )

    assert answer.status_code == 422
    assert "The end lies before the beginning" in answer.content.decode()
    assert answer.context["forms"]["suspend"]["reason"].value() == "Not paid"


def test_an_administrator_chooses_who_is_in_a_team(signed_in, root, ada, grace):
    team = Team.objects.first()
    client = signed_in(root)

    client.post(reverse("desk:team_members", args=[team.key]), {"people": [ada.pk]})
    assert TeamMembership.objects.get(team=team).user == ada

    assert client.post(reverse("desk:team_members", args=[team.key]), {"people": [grace.pk]}).status_code == 422
    client.post(reverse("desk:team_members", args=[team.key]), {})
    assert not TeamMembership.objects.filter(team=team).exists()


def test_a_token_is_shown_once_and_can_be_revoked(signed_in, ada, grace):
    client = signed_in(ada)

    issued = client.post(reverse("desk:tokens"), {"name": "Script"}).context["issued"]
    kept = ada.api_tokens.get()
    assert kept.digest == type(kept).digest_of(issued)
    assert issued not in client.get(reverse("desk:tokens")).content.decode()

    assert post(signed_in(make_person("Linus", "agent")), "revoke_token", kept.pk).status_code == 404
    post(client, "revoke_token", kept.pk)
    assert not ada.api_tokens.exists()


def test_parked_work_is_tried_again_by_those_who_see_the_system(signed_in, root, ada, ticket):
    from tenants.models import Alarm

    alarm = Alarm.objects.create(
        tenant=ticket.tenant, kind="clock", subject=ada.pk, at=timezone.now(), attempts=5, parked_at=timezone.now()
    )

    assert post(signed_in(ada), "retry_work", alarm.pk).status_code == 404
    post(signed_in(root), "retry_work", alarm.pk)

    alarm.refresh_from_db()
    assert (alarm.parked_at, alarm.attempts) == (None, 0)


def test_search_leads_to_the_ticket_with_that_number(signed_in, ada, ticket):
    client = signed_in(ada)

    assert client.get(reverse("desk:search"), {"q": f"#{ticket.number}"}).url == reverse(
        "desk:ticket", args=[ticket.number]
    )
    assert [row.ticket for row in client.get(reverse("desk:search"), {"q": "printers"}).context["rows"]] == [ticket]


def test_an_account_is_closed_after_its_name_was_typed(signed_in, root, ada):
    client, path = signed_in(root), reverse("desk:account", args=[ada.pk])

    page = client.post(path, {"state": "closed"})
    assert "Ada is signed out everywhere" in text_of(page)
    assert 'name="state" value="closed"' in page.content.decode()
    ada.refresh_from_db()
    assert ada.is_active

    client.post(path, {"state": "closed", "typed": "Ada"})
    ada.refresh_from_db()
    assert not ada.is_active
    client.post(path, {"state": "open"})
    ada.refresh_from_db()
    assert ada.is_active
