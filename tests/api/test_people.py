"""Customers, their companies, oneself, articles and the policy over REST."""

import pytest
from django.utils import timezone

from tenants.models import User
from tests.kb.conftest import make_article
from tests.support.world import make_organization, make_person
from tickets.models import Organization

pytestmark = pytest.mark.django_db


def test_everyone_reads_who_they_are(as_grace, grace):
    company = make_organization("Initech", grace, scope="manage")

    me = as_grace.get("me/").json()

    assert (me["email"], me["role"]["kind"], me["role"]["permissions"]) == (grace.email, "customer", [])
    assert me["organizations"] == [{"id": str(company.pk), "name": "Initech", "scope": "manage"}]
    assert "password" not in me


def test_staff_find_customers_and_customers_find_nobody(as_ada, as_grace, grace, django_assert_max_num_queries):
    company = make_organization("Initech", grace)
    for i in range(5):
        make_organization(f"Company {i}", make_person(f"Person{i}"))
    as_ada.get("me/")

    with django_assert_max_num_queries(10):
        listed = as_ada.get("people/").json()["results"]

    assert len(listed) == 6  # Ada is no customer
    assert [row["name"] for row in as_ada.get("people/", {"q": "grac"}).json()["results"]] == ["Grace"]
    by_company = as_ada.get("people/", {"organization": str(company.pk)}).json()["results"]
    assert [row["name"] for row in by_company] == ["Grace"]
    assert as_grace.get("people/").status_code == 404
    assert as_grace.get(f"people/{grace.pk}/").status_code == 404


def test_staff_enter_a_customer(as_ada, as_grace):
    answer = as_ada.post("people/", {"email": "New@initech.example", "name": "Nell", "language": "es"})
    again = as_ada.post("people/", {"email": "new@INITECH.example"})
    with_role = as_ada.post("people/", {"email": "x@initech.example", "role": "admin"})

    assert answer.status_code == 201, answer.json()
    person = User.objects.get(pk=answer.json()["id"])
    assert (person.role.kind, person.language, person.has_usable_password()) == ("customer", "es", False)
    assert again.status_code == 409
    assert list(with_role.json()["fields"]) == ["role"]
    assert as_ada.get(f"people/{person.pk}/").json()["name"] == "Nell"
    assert as_grace.post("people/", {"email": "y@initech.example"}).status_code == 404


def test_companies_are_managed_with_the_permission(as_mary, as_ada):
    made = as_mary.post("organizations/", {"name": "Initech"})
    pk = made.json()["id"]
    changed = as_mary.patch(f"organizations/{pk}/", {"name": "Initrode"})
    taken = as_mary.post("organizations/", {"name": "INITRODE"})
    unknown = as_mary.post("organizations/", {"name": "x", "contract": "no-such"})

    assert (made.status_code, changed.json()["name"]) == (201, "Initrode")
    assert taken.status_code == 409
    assert list(unknown.json()["fields"]) == ["contract"]
    assert as_ada.post("organizations/", {"name": "y"}).json()["code"] == "not_permitted"
    assert as_ada.patch(f"organizations/{pk}/", {"name": "y"}).status_code == 403
    assert as_ada.post(f"organizations/{pk}/suspend/", {"reason": "y"}).status_code == 403


def test_a_suspended_companys_people_are_told_why(as_mary, as_grace, grace):
    company = make_organization("Initech", grace)

    suspended = as_mary.post(f"organizations/{company.pk}/suspend/", {"reason": "Invoice 7 is not paid."})
    refused = as_grace.post("tickets/", {"subject": "x", "description": "y"})
    lifted = as_mary.post(f"organizations/{company.pk}/lift/")
    filed = as_grace.post("tickets/", {"subject": "x", "description": "y"})

    assert suspended.json()["is_suspended"] is True
    assert (refused.status_code, refused.json()["code"]) == (409, "organization_suspended")
    assert "Invoice 7" in refused.json()["detail"]
    assert lifted.json()["is_suspended"] is False
    assert filed.status_code == 201


def test_a_suspension_ends_after_it_begins(as_mary):
    company = make_organization("Initech")

    answer = as_mary.post(
        f"organizations/{company.pk}/suspend/",
        {"reason": "x", "since": "2026-02-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"},
    )

    assert answer.status_code == 409
    assert not Organization.objects.get(pk=company.pk).is_suspended(timezone.now())


def test_customers_find_their_own_companies_only(as_grace, grace):
    own, other = make_organization("Initech", grace), make_organization("Initrode")

    assert [row["name"] for row in as_grace.get("organizations/").json()["results"]] == ["Initech"]
    assert as_grace.get(f"organizations/{own.pk}/").status_code == 200
    assert as_grace.get(f"organizations/{other.pk}/").status_code == 404
    assert as_grace.patch(f"organizations/{other.pk}/", {"name": "x"}).status_code == 404
    assert as_grace.patch(f"organizations/{own.pk}/", {"name": "x"}).status_code == 403
    answer = as_grace.post("tickets/", {"subject": "x", "description": "y", "organization": str(other.pk)})
    assert list(answer.json()["fields"]) == ["organization"]


def test_people_page_by_page(as_ada, grace):
    for i in range(3):
        make_person(f"Person{i}")
    first = as_ada.get("people/", {"page_size": 2}).json()
    second = as_ada.get(first["next"]).json()

    names = [row["name"] for row in (*first["results"], *second["results"])]
    assert names == ["Person2", "Person1", "Person0", "Grace"]


def test_the_policy_tells_the_keys_and_the_promises(as_grace, as_ada, django_assert_max_num_queries):
    as_grace.get("me/")
    with django_assert_max_num_queries(10):
        policy = as_grace.get("policy/").json()

    assert policy["priorities"][0]["key"] == "critical"
    assert {target["metric"] for target in policy["targets"]} >= {"first_response", "resolution"}
    assert sum(each["is_default"] for each in policy["categories"]) == 1
    assert policy["contracts"] == []
    assert policy["version"] == 1


def test_articles_are_searched_and_read(as_grace, as_ada, ada):
    for_all = make_article(ada, "Printer on fire")
    for_staff = make_article(ada, "Printer secrets", visibility="agents")

    found = [api.get("articles/", {"q": "printer"}).json()["results"] for api in (as_grace, as_ada)]

    assert [len(hits) for hits in found] == [1, 2]
    assert as_grace.get(f"articles/{for_all.number}/").json()["title"] == "Printer on fire"
    assert as_grace.get(f"articles/{for_staff.number}/").status_code == 404
    assert as_ada.get(f"articles/{for_staff.number}/").status_code == 200
