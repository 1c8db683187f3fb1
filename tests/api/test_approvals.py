"""Approvals over REST."""

from tests.api.client import Api, shape_of
from tests.support.world import make_organization, make_person, make_ticket
from tickets.models import Approval, Team


def test_programs_ask_answer_and_withdraw(ada, mary, grace):
    ticket = make_ticket(grace)
    path = f"tickets/{ticket.number}/approvals/"

    asked = Api(ada).post(path, {"text": "Buy a printer.", "approvers": [mary.email, grace.email], "needs": "any"})
    assert asked.status_code == 201, asked.json()
    one = f"{path}{asked.json()['id']}/"
    assert shape_of(Api(mary).post(f"{one}answer/", {"answer": "declined"}))["code"] == "reason_missing"
    answered = Api(grace).post(f"{one}answer/", {"answer": "approved", "comment": "Fine."})
    assert (answered.status_code, answered.json()["state"]) == (200, "approved")
    assert shape_of(Api(ada).post(f"{one}withdraw/"))["code"] == "approval_over"
    (shown,) = Api(grace).get(path).json()
    assert [each["comment"] for each in shown["approvers"]] == ["", "Fine."]
    assert shown["asked_by"]["email"] != ada.email  # customers read no agent's mail address

    again = Api(ada).post(path, {"text": "Buy a scanner.", "approvers": [mary.email]}).json()["id"]
    assert shape_of(Api(ada).post(f"{path}{again}/remind/"))["code"] == "reminded_just_now"
    assert Api(ada).post(f"{path}{again}/withdraw/").json()["state"] == "withdrawn"
    assert len(Api(grace).get(path).json()) == 1  # what colleagues are asked is among them


def test_who_is_asked_answers_without_seeing_the_ticket_and_nobody_else_does(ada, mary, grace):
    ticket = make_ticket(grace, organization=make_organization("Initech", grace))
    blind = make_person("Blind", "agent")
    blind.role.permissions = [each for each in blind.role.permissions if each != "ticket.see_all"]
    blind.role.save()
    assert not Team.objects.filter(memberships__user=blind).exists()
    path = f"tickets/{ticket.number}/approvals/"
    pk = Api(mary).post(path, {"text": "Buy a printer.", "approvers": [blind.email]}).json()["id"]

    assert Api(blind).get(path).status_code == 404
    assert Api(grace).post(f"{path}{pk}/answer/", {"answer": "approved"}).status_code == 404
    assert (
        Api(blind).post(f"tickets/{ticket.number + 1}/approvals/{pk}/answer/", {"answer": "approved"}).status_code
        == 404
    )
    assert Api(blind).post(f"{path}{pk}/answer/", {"answer": "approved"}).json()["state"] == "approved"


def test_what_is_wrong_is_told(ada, mary, grace, globex):
    ticket = make_ticket(grace)
    path = f"tickets/{ticket.number}/approvals/"

    for body, code in (
        ({"text": "x", "approvers": ["eve@globex.example"]}, 400),
        ({"text": "x", "approvers": []}, 400),
        ({"text": "x" * 2001, "approvers": [mary.email]}, 400),
        ({"text": "x", "approvers": [ada.email]}, 409),
        ({"text": "x", "approvers": [mary.email], "until": "2020-01-01T00:00:00Z"}, 409),
    ):
        assert Api(ada).post(path, body).status_code == code, body
    assert Api(grace).post(path, {"text": "x", "approvers": [mary.email]}).status_code == 403
    assert not Approval.objects.exists()
