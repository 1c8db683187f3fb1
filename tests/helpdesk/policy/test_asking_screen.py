"""What customers may ask for, on a page: the next tier and a call, and how many calls there can be at once."""

from __future__ import annotations

import pytest

from helpdesk.policy.apply import apply
from sla.document import SupportPolicy
from sla.models import PolicyDraft
from tests.helpdesk.policy.conftest import OPENED
from tests.helpdesk.policy.forms import fields_of
from tests.support.world import POLICIES, make_person
from tests.tickets.portal import text_of, visitor

HOME = "/desk/settings/policy/"
PAGE = f"{HOME}asking"
HOSTIQUANT = (POLICIES / "hostiquant.yaml").read_text(encoding="utf-8")


def test_both_rights_become_a_draft_a_plan_and_a_version(put, desk, send, apply_draft, policy_now):
    put(HOSTIQUANT)
    assert policy_now().channels["phone"].callback
    draft = send(PAGE, customer_may_after="2h", calls_at_once="2")
    assert str(policy_now().escalation.customer_may_after) == "4h"

    apply_draft(draft)

    said = policy_now()
    assert str(said.escalation.customer_may_after) == "2h"
    assert (said.channels["phone"].callback, said.channels["phone"].calls_at_once) == (True, 2)
    home = text_of(desk.get(HOME))
    assert "The next tier: after 2 hours" in home
    page = text_of(desk.get("/policy/"))
    assert "you can ask for the next one on its page" in page
    # Sent as it is shown it changes nothing; emptied there is neither.
    unchanged = send(PAGE)
    assert desk.get(unchanged["Location"]).context["page"].plan.changes == []
    fields = {"customer_may_after": "", "calls_at_once": ""}
    form = {**fields_of(desk.get(PAGE)), **fields}
    form.pop("callback")
    apply_draft(desk.post(PAGE, form))
    assert policy_now().escalation.customer_may_after is None
    assert not policy_now().channels["phone"].callback
    assert policy_now().channels["phone"].calls_at_once is None


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"customer_may_after": "soon"}, "is no length of time here"),
        ({"calls_at_once": "0"}, "greater than or equal to 1"),
        ({"calls_at_once": "101"}, "less than or equal to 100"),
    ],
)
def test_what_makes_no_sense_comes_back_with_its_sentence(put, send, typed, says):
    put(HOSTIQUANT)
    answer = send(PAGE, **typed)

    assert answer.status_code == 422
    assert says in text_of(answer)
    assert not PolicyDraft.objects.exists()


def test_without_a_phone_line_the_page_says_so(desk, policy_now):
    document = policy_now().to_document()
    document["channels"] = [each for each in document["channels"] if each["key"] != "phone"]
    apply(SupportPolicy.from_document(document), at=OPENED)

    page = desk.get(PAGE)

    assert "phone line is switched off in this policy" in text_of(page)


def test_only_who_configures_gets_there(at_acme, ada):
    assert visitor(at_acme, ada).get(PAGE).status_code in (403, 404)
    assert visitor(at_acme, make_person("Eve")).get(PAGE).status_code in (403, 404)
