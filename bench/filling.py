"""The rows that all others are copies of, made by the real actions."""

from __future__ import annotations

from datetime import datetime, timedelta

import psycopg
from django.conf import settings
from django.contrib.auth.hashers import make_password

from helpdesk.policy.apply import apply
from kb.actions import load_articles
from sla.document import SupportPolicy
from tenants.context import act_as
from tenants.founding import make_roles
from tenants.models import Role, Tenant, User
from tickets import actions, desk
from tickets.models import Membership, Organization, Tag, Team, TeamMembership, TicketTag

PASSWORD = "bench-helpdesk-2026"  # noqa: S105 - for servers that live as long as the benchmark
AGENT, MANAGER, CUSTOMER = "agent0@bench.example", "admin0@bench.example", "customer0@bench.example"
#: Saved views: for their owner, for a team, for everybody.
VIEWS = (
    ("My open printers", "is:active tag:printer -is:snoozed", "own", "priority"),
    ("Old ones of the first line", "is:active created:>2d team:frontline", "team", "updated"),
    ("Due for a company", 'is:active due:<8h org:"Company 1"', "everybody", "due"),
)
WORDS = "printer invoice password network server screen keyboard backup router licence mailbox calendar".split()
GAP = timedelta(minutes=10)


def tenants(owner_url: str, number: int) -> list[Tenant]:
    """So many tenants with a host each, made by the owner; those that are there count."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        for index in range(Tenant.objects.count(), number):
            owner.execute(
                "WITH made AS ("
                " INSERT INTO tenants_tenant (slug, name, language, languages, timezone, brand, mail_address)"
                " VALUES (%s, %s, 'en', '{en}', 'UTC', '{}', '') RETURNING id)"
                " INSERT INTO tenants_domain (host, tenant_id, is_primary) SELECT %s, id, true FROM made",
                [f"bench{index}", f"Bench {index}", f"bench{index}.localhost"],
            )
    return list(Tenant.objects.order_by("id"))


def fill(tenant: Tenant, *, tickets: int, now: datetime) -> None:
    """A desk on the first policy with agents, customers and a week of tickets: 6 of 10 solved, 2 of 10 unanswered."""
    file = settings.BASE_DIR / "policies" / "ione.yaml"
    with act_as(tenant):
        make_roles()
        apply(SupportPolicy.load(file), source=file.read_text(encoding="utf-8"), at=now - tickets * GAP)
        agents, (manager,), customers = _people("agent", 5), _people("admin", 1), _people("customer", 20)
        frontline = Team.objects.get(key="frontline")
        for agent in (*agents, manager):
            TeamMembership.objects.create(team=frontline, user=agent)
        _companies(customers)
        load_articles(settings.BASE_DIR / "policies" / "articles" / "ione", manager, now - tickets * GAP)
        for name, conditions, audience, order in VIEWS:
            owner, team = (agents[0] if audience == "own" else manager), (frontline if audience == "team" else None)
            actions.save_view(owner=owner, name=name, conditions=conditions, audience=audience, order=order, team=team)
        for word in WORDS:
            Tag.objects.create(name=word)
        for number in range(tickets):
            _tell(number, agents, customers, at=now - GAP * (tickets - number))


def _people(kind: str, count: int) -> list[User]:
    from allauth.account.models import EmailAddress

    role, password = Role.objects.get(kind=kind), make_password(PASSWORD)
    people = []
    for number in range(count):
        email = f"{kind}{number}@bench.example"
        person = User.objects.create(role=role, email=email, name=f"{kind.title()} {number}", password=password)
        EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
        people.append(person)
    return people


def _companies(customers: list[User]) -> None:
    """Four of them, in each of which one customer sees everybody's tickets."""
    companies = [Organization.objects.create(name=f"Company {number}") for number in range(4)]
    for number, customer in enumerate(customers):
        company, scope = companies[number % len(companies)], "all" if number < len(companies) else "own"
        Membership.objects.create(user=customer, organization=company, scope=scope)


def _tell(number: int, agents: list[User], customers: list[User], *, at: datetime) -> None:
    word, agent = WORDS[number % len(WORDS)], agents[number % len(agents)]
    ticket = actions.open_ticket(
        requester=customers[number % len(customers)],
        subject=f"The {word} in room {number} does not start",
        description=f"Since this morning the {word} stays dark. Error code E{number:05}. Nothing helped so far.",
        at=at,
    )
    if number % 5 == 0:
        TicketTag.objects.create(ticket=ticket, tag=Tag.objects.get(name=word))
    if number % 25 == 9:
        actions.assign(ticket, agent, actor=agent, at=at + GAP / 2)
    if number % 10 < 8:
        actions.reply(ticket, author=agent, body=f"Please restart the {word} and tell us.", at=at + GAP)
    if number % 10 < 6:
        actions.change_status(ticket, desk.status_of("solved"), actor=agent, at=at + 2 * GAP)
