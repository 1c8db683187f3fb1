"""The matrix of roles: what is ticked holds from the next page on, and nobody gives what they do not have."""

import pytest

from tenants.errors import NotPermitted
from tenants.models import AuditEntry, Role, User
from tests.support.world import PASSWORD
from tests.tickets.portal import text_of, visitor
from tickets.actions.roles import PersonsRoleChanged, StaffStaysStaff, give_role

PATH = "/desk/settings/roles"


@pytest.fixture
def agents(at_acme):
    return Role.objects.get(kind="agent")


def ticked(role, *, add=(), take=(), was=None):
    wanted = [each for each in role.permissions if each not in take] + list(add)
    return {f"was-{role.pk}": " ".join(role.permissions if was is None else was), f"may-{role.pk}": wanted}


def test_a_right_is_given_and_taken_and_written_down(at_acme, root, ada, agents):
    client, agent = visitor(at_acme, root), visitor(at_acme, ada)
    assert agent.get("/desk/settings/audit").status_code == 404

    changed = client.post(PATH, ticked(agents, add=["system.see"], take=["ticket.merge"]), follow=True)

    assert "What Agent may do is changed from now on." in text_of(changed)
    assert agent.get("/desk/settings/audit").status_code == 200
    entry = AuditEntry.objects.first()
    assert (entry.act, entry.actor, entry.subject) == ("role.changed", root, agents.pk)
    assert set(entry.before["rights"]) ^ set(entry.after["rights"]) == {"system.see", "ticket.merge"}
    assert "See mail, failed work and the audit trail" in text_of(client.get("/desk/settings/audit"))


def test_what_was_changed_meanwhile_is_refused_with_what_was_ticked(at_acme, root, agents):
    page = visitor(at_acme, root).post(PATH, ticked(agents, add=["system.see"], was=["ticket.reply"]))

    assert page.status_code == 422
    assert "What Agent may do was changed by somebody else meanwhile." in text_of(page)
    agents.refresh_from_db()
    assert "system.see" not in agents.permissions
    shown = next(each for each in page.context["roles"] if each["role"] == agents)
    assert "system.see" in shown["ticked"]


def test_nobody_locks_themselves_out_or_gives_what_they_do_not_have(at_acme, root, mary, agents):
    own = visitor(at_acme, root).post(PATH, ticked(root.role, take=["person.manage"]))
    assert "Your own role must go on managing people and roles" in text_of(own)

    mary.role.permissions = [*mary.role.permissions, "person.manage"]
    mary.role.save()
    refused = visitor(at_acme, mary).post(PATH, ticked(agents, add=["settings.change"]))
    assert refused.status_code == 422
    agents.refresh_from_db()
    assert "settings.change" not in agents.permissions

    customers = Role.objects.get(kind="customer")
    visitor(at_acme, root).post(PATH, ticked(customers, add=["ticket.reply"]))
    customers.refresh_from_db()
    assert customers.permissions == []


def test_agents_find_no_such_page(at_acme, ada):
    assert visitor(at_acme, ada).get(PATH).status_code == 404


def role_of(kind):
    return Role.objects.get(kind=kind)


def test_a_customer_begins_to_work_on_the_desk(at_acme, root, grace):
    page, agent = visitor(at_acme, grace), role_of("agent")
    assert page.get("/desk/").status_code == 404
    client, path = visitor(at_acme, root), f"/desk/people/{grace.pk}"
    assert [str(role) for role in client.get(path).context["roles"]] == [
        "Customer",
        "Agent",
        "Manager",
        "Administrator",
    ]

    given = client.post(f"{path}/role", {"role": str(agent.pk), "was": str(grace.role_id)}, follow=True)

    assert "Grace is “Agent” from the next page on." in text_of(given)
    assert page.get("/desk/").status_code == 200
    entry = AuditEntry.objects.first()
    assert (entry.act, entry.actor, entry.subject) == ("person.role_given", root, grace.pk)
    assert (entry.before, entry.after) == ({"role": "Customer"}, {"role": "Agent"})


def test_nobody_gives_a_role_that_they_should_not(at_acme, root, mary, ada, grace):
    agent, admin, customer = (role_of(kind) for kind in ("agent", "admin", "customer"))

    with pytest.raises(NotPermitted):
        give_role(grace, agent, actor=mary, was=str(grace.role_id))
    with pytest.raises(NotPermitted):
        give_role(root, agent, actor=root, was=str(root.role_id))
    with pytest.raises(StaffStaysStaff):
        give_role(ada, customer, actor=root, was=str(ada.role_id))
    with pytest.raises(PersonsRoleChanged):
        give_role(ada, admin, actor=root, was=str(customer.pk))
    mary.role.permissions = [*mary.role.permissions, "person.manage"]
    mary.role.save()
    with pytest.raises(NotPermitted):
        give_role(ada, admin, actor=mary, was=str(ada.role_id))
    with pytest.raises(NotPermitted):
        give_role(root, agent, actor=mary, was=str(root.role_id))
    assert give_role(ada, agent, actor=root, was="") is False  # has it already
    assert not AuditEntry.objects.exists()
    assert {str(role) for role in visitor(at_acme, mary).get(f"/desk/people/{ada.pk}").context["roles"]} == {
        "Agent",
        "Manager",
    }
    assert visitor(at_acme, ada).post(f"/desk/people/{grace.pk}/role", {"role": str(agent.pk)}).status_code == 404


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["Another role given", "Agent", "Manager", "Password changed", "What a role may do changed"]),
        ("ru", ["Выдана другая роль", "Агент", "Руководитель", "Пароль изменён", "Изменены права роли"]),
        (
            "es",
            ["Se dio otro rol", "Agente", "Responsable", "Contraseña cambiada", "lo que puede hacer un rol"],
        ),
    ],
)
def test_roles_and_passwords_stand_in_the_audit_log_in_three_languages(at_acme, root, ada, agents, language, said):
    client = visitor(at_acme, root)
    client.post(PATH, ticked(agents, add=["system.see"]))
    give_role(User.objects.get(pk=ada.pk), role_of("manager"), actor=root, was=str(ada.role_id))
    new = "quite another battery"
    visitor(at_acme, ada).post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )

    client.cookies["django_language"] = language
    page = text_of(client.get("/desk/settings/audit"))

    for each in said:
        assert each in page
    assert "Root" in page and "Ada" in page and new not in page
