"""What the roles of a desk may do, and who has which."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from tenants import audit
from tenants.errors import NotPermitted, Refused
from tenants.models import Role, User
from tenants.permissions import Permission
from tickets.actions.checks import require


class RoleChanged(Refused):
    """Somebody else changed the role since the page was loaded."""

    sentence = _("What %(role)s may do was changed by somebody else meanwhile. Look at it and change it again.")
    code = "role_changed"


class RoleWouldLockOut(Refused):
    """The one who changes their own role could not change it back."""

    sentence = _("Your own role must go on managing people and roles: nobody could give you that right back.")
    code = "role_would_lock_out"


class StaffStaysStaff(Refused):
    """One of the desk can't become a customer: their tickets and drafts would hang in the air."""

    sentence = _("%(person)s works on the desk. Close the account instead: their tickets then go back to their teams.")
    code = "staff_stays_staff"


class PersonsRoleChanged(Refused):
    """Somebody else gave the person another role since the page was loaded."""

    sentence = _("Somebody else has made %(person)s “%(role)s” meanwhile. Look at it and choose again.")
    code = "persons_role_changed"


def give_role(person: User, role: Role, *, actor: User, was: str) -> bool:
    """Give somebody another role; whether that is a change. `was` is the id of the one that the actor saw before.

    Nobody gives or takes a right that they do not have themselves, or changes their own role. Raises NotPermitted,
    PersonsRoleChanged, StaffStaysStaff.
    """
    require(actor, Permission.MANAGE_PEOPLE)
    person = User.objects.select_for_update(of=("self",)).select_related("role").get(pk=person.pk)
    before = person.role
    if before.pk == role.pk:
        return False
    concerned = {*before.permissions, *role.permissions}
    if actor.pk == person.pk or not all(actor.may(each) for each in concerned):
        raise NotPermitted
    if str(before.pk) != was:
        raise PersonsRoleChanged(person=person, role=before)
    if role.kind == Role.Kind.CUSTOMER:
        raise StaffStaysStaff(person=person)
    person.role = role
    person.save(update_fields=["role"])
    audit.record("person.role_given", person, actor=actor, before={"role": before.name}, after={"role": role.name})
    return True


def set_permissions(role: Role, permissions: Collection[str], *, actor: User, was: Collection[str]) -> bool:
    """Let a role do this and no more; whether that is a change. `was` is what the actor saw before.

    Nobody gives or takes a right that they do not have themselves. Raises NotPermitted, RoleChanged, RoleWouldLockOut.
    """
    require(actor, Permission.MANAGE_PEOPLE)
    role = Role.objects.select_for_update().get(pk=role.pk)
    before, after = set(role.permissions), {each for each in Permission.values if each in permissions}
    if before == after:
        return False
    if role.kind == Role.Kind.CUSTOMER or not all(actor.may(each) for each in before ^ after):
        raise NotPermitted
    if before != set(was):
        raise RoleChanged(role=role)
    if role.pk == actor.role_id and Permission.MANAGE_PEOPLE not in after:
        raise RoleWouldLockOut
    role.permissions = [each for each in Permission.values if each in after]
    role.save(update_fields=["permissions"])
    texts = [[each for each in Permission.values if each in side] for side in (before, after)]
    audit.record("role.changed", role, actor=actor, before={"rights": texts[0]}, after={"rights": texts[1]})
    return True
