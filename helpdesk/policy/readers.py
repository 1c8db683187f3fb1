"""For whom the policy page is made out: everybody, or an organisation under its own contract."""

from __future__ import annotations

from dataclasses import dataclass

from sla.document import SupportPolicy
from sla.document.contact import Exclusion
from sla.document.terms import Contract, SlaPolicy
from tenants.models import User
from tenants.text import say
from tickets.models import Organization
from tickets.models.people import LiftedExclusion

#: What `?for=` says instead of an organisation or a contract.
EVERYBODY = "everybody"


@dataclass(frozen=True)
class Choice:
    """Another way to read the page."""

    value: str
    name: str
    is_current: bool


@dataclass(frozen=True)
class Audience:
    """Whom the page speaks to. Without a contract it says what holds for everybody, and names all contracts."""

    contract: Contract | None = None
    organization: Organization | None = None
    lifted_by_agreement: frozenset[str] = frozenset()
    choices: tuple[Choice, ...] = ()

    def terms(self, policy: SupportPolicy) -> list[SlaPolicy]:
        """The SLA policies that can hold for it, in the policy's order."""
        if self.contract is None:
            return list(policy.sla.values())
        if self.contract.sla:
            return [policy.sla[self.contract.sla]]
        found = []
        for sla in policy.sla.values():
            when = sla.when
            if when.contracts and self.contract.key not in when.contracts:
                continue
            found.append(sla)
            if not (when.categories or when.types or when.channels or when.priorities or when.tiers):
                break  # it takes every request; what comes later holds for none
        return found

    def excluded(self, policy: SupportPolicy) -> list[Exclusion]:
        """What is not covered."""
        return [each for each in policy.exclusions.values() if each.key not in self._lifted()]

    def lifted(self, policy: SupportPolicy) -> list[Exclusion]:
        """What is covered under its contract, though not for everybody."""
        return [each for each in policy.exclusions.values() if each.key in self._lifted()]

    def _lifted(self) -> frozenset[str]:
        return self.lifted_by_agreement | frozenset(self.contract.lifts if self.contract else ())


def audience(person: User | None, wanted: str, policy: SupportPolicy) -> Audience:
    """Whom a page is for: `wanted` is an organisation of the reader, for staff a contract; the reader's own by default.

    One query for a customer, two for one of an organisation; none for others.
    """
    if person is None:
        return Audience()
    if person.is_staff_member:
        return _for_staff(wanted, policy)
    own = list(Organization.objects.of(person).order_by("name"))
    if not own:
        return Audience()
    chosen = next((each for each in own if str(each.pk) == wanted), None if wanted == EVERYBODY else own[0])
    choices = [Choice(str(each.pk), each.name, each is chosen) for each in own]
    choices.append(Choice(EVERYBODY, "", chosen is None))
    if chosen is None:
        return Audience(choices=tuple(choices))
    lifted = LiftedExclusion.objects.filter(organization=chosen).values_list("exclusion__key", flat=True)
    contract = policy.contract_of(chosen.contract)
    return Audience(contract, chosen, frozenset(lifted), tuple(choices))


def _for_staff(wanted: str, policy: SupportPolicy) -> Audience:
    """Staff read it as anybody may."""
    chosen = policy.contracts.get(wanted)
    choices = [Choice(each.key, say(each.name), each is chosen) for each in policy.contracts.values()]
    if choices:
        choices.append(Choice(EVERYBODY, "", chosen is None))
    return Audience(chosen, choices=tuple(choices))
