"""Every address of the site, tried by everyone at one tenant with everything of another: it is not there.

An address with a parameter that OBJECTS does not name fails here, so that nobody forgets a new one.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone
from PIL import Image

from helpdesk.brand.actions import set_logo
from helpdesk.policy.screens import drafting
from inbox.intake import routing
from inbox.mail import hooks, stopping
from inbox.models import BouncedAddress, ImapAccount, InboundMail, Mailbox, MailRoute, OutgoingMail, Sender
from kb import actions as kb
from kb.models import ArticleCategory
from notices.models import Announcement, Component, Impact, Incident, IncidentUpdate, Notice
from sla.models import PolicyDraft, PolicyVersion
from tenants.context import act_as
from tenants.models import Alarm, ApiToken, Role, Tenant
from tests.support.world import make_organization, make_person, make_ticket, token_of
from tickets import actions, callbacks, links, ratings
from tickets.actions import time, uploading
from tickets.actions.bulk import change_many
from tickets.models import (
    Approval,
    Approver,
    Attachment,
    BulkChange,
    Burst,
    BurstTicket,
    Callback,
    ChecklistTemplate,
    Complaint,
    ComplaintEvent,
    ComplaintFile,
    Draft,
    Event,
    Holder,
    Message,
    Rating,
    SavedView,
    Strike,
    Suspension,
    Tag,
    Team,
    TemplateSchedule,
    TicketTemplate,
    Upload,
)

pytestmark = pytest.mark.django_db
#: In everything that the other tenant's people wrote.
CANARY = "zyxcanary"
ROLES = ("stranger", *Role.Kind.values)

#: Which object of the other tenant goes into an address: a pattern of the route, and a value for each parameter.
OBJECTS: list[tuple[str, dict[str, str]]] = [
    (r"tickets/<int:number>/do/<slug:name>", {"number": "ticket", "name": "=assign"}),
    (r"tickets/<int:number>/draft/files/<uuid:pk>", {"number": "ticket", "pk": "attachment"}),
    (r"tickets/<int:number>/scheduled/<uuid:pk>", {"number": "ticket", "pk": "scheduled"}),
    (r"replies/<uuid:pk>", {"pk": "scheduled"}),
    (r"views/<uuid:pk>", {"pk": "saved_view"}),
    (r"tickets/bulk/<uuid:pk>", {"pk": "bulk"}),
    (r"tickets/<int:number>/time/<uuid:pk>", {"number": "ticket", "pk": "time"}),
    (r"tickets/<int:number>/(copy|participants)/<uuid:pk>", {"number": "ticket", "pk": "person"}),
    (r"tickets/<int:number>/(steps|checklist-steps)/<uuid:pk>", {"number": "ticket", "pk": "step"}),
    (r"tickets/<int:number>/checklists/<uuid:pk>", {"number": "ticket", "pk": "checklist"}),
    (r"tickets/<int:number>/approvals/<uuid:pk>", {"number": "ticket", "pk": "approval"}),
    (r"tickets/<int:number>/approvers/<uuid:pk>", {"number": "ticket", "pk": "approver"}),
    (r"approvals/<uuid:pk>", {"pk": "approval"}),
    (r"callbacks/<uuid:pk>", {"pk": "callback"}),
    (r"complaints/<uuid:pk>/files/<uuid:file>", {"pk": "complaint", "file": "complaint_file"}),
    (r"complaints/<uuid:complaint>/files/<uuid:pk>", {"complaint": "complaint", "pk": "complaint_file"}),
    (r"complaints/<uuid:pk>", {"pk": "complaint"}),
    (r"tags/<uuid:pk>", {"pk": "tag_id"}),
    (r"settings/checklists/<uuid:pk>", {"pk": "checklist_template"}),
    (r"tickets/<int:number>/links/<int:other>", {"number": "ticket", "other": "ticket"}),
    (r"tickets/<int:number>/macros/<uuid:pk>", {"number": "ticket", "pk": "macro"}),
    (r"macros/<uuid:pk>", {"pk": "macro"}),
    (r"templates/<uuid:pk>", {"pk": "ticket_template"}),
    (r"schedules/<uuid:pk>", {"pk": "schedule"}),
    (r"tickets/<int:number>", {"number": "ticket"}),
    (r"articles?/<(article_number|int):number>/versions/<uuid:version>", {"number": "article", "version": "version"}),
    (r"articles?/<(article_number|int):number>", {"number": "article"}),
    (r"kb/category/<slug:key>/", {"key": "category"}),
    (r"history/exports/<uuid:pk>", {"pk": "history_export"}),
    (r"t/<str:token>/steps/<uuid:pk>", {"token": "signed_link", "pk": "step"}),
    (r"t/<str:token>/approvals/<uuid:pk>", {"token": "signed_link", "pk": "approval"}),
    (r"t/<str:token>/uploads/<uuid:pk>", {"token": "signed_link", "pk": "upload"}),
    (r"uploads/<uuid:pk>", {"pk": "upload"}),
    (r"t/<str:token>/files/<uuid:pk>", {"token": "signed_link", "pk": "attachment"}),
    (r"t/<str:token>", {"token": "signed_link"}),
    (r"(files|attachments)/<uuid:pk>", {"pk": "attachment"}),
    (r"fair-use/(suspensions|appeals)/<uuid:pk>", {"pk": "suspension"}),
    (r"suspensions/<uuid:pk>", {"pk": "suspension"}),
    (r"strikes/<uuid:pk>", {"pk": "strike"}),
    (r"people/<uuid:pk>", {"pk": "person"}),
    (r"absences/<uuid:pk>", {"pk": "absence"}),
    (r"agents/<uuid:pk>", {"pk": "agent"}),
    (r"settings/policy/teams/<slug:key>", {"key": "=not-in-this-policy"}),
    (r"organizations/<uuid:pk>/<slug:what>", {"pk": "organization", "what": "=suspend"}),
    (r"organizations/<uuid:pk>", {"pk": "organization"}),
    (r"settings/teams/<slug:key>", {"key": "team"}),
    (r"settings/work/<uuid:pk>", {"pk": "alarm"}),
    (r"settings/policy/drafts/<uuid:pk>", {"pk": "draft"}),
    (r"settings/policy/\w+/<slug:key>", {"key": "=not-in-this-policy"}),
    (r"tokens/<uuid:pk>", {"pk": "token"}),
    (r"rate/<str:token>/", {"token": "rating_token"}),
    (r"stop-mail/<str:token>/", {"token": "stopping_token"}),
    (r"mail-hooks/<str:token>/", {"token": "hook_token"}),
    (r"ratings/<uuid:pk>", {"pk": "rating"}),
    (r"mail/incoming/<uuid:pk>", {"pk": "inbound_mail"}),
    (r"mail/mailboxes/<uuid:pk>", {"pk": "mailbox"}),
    (r"mail/messages/<uuid:pk>", {"pk": "message"}),
    (r"(my-mail|mail/bounced)/<uuid:pk>/clear", {"pk": "bounced"}),
    (r"mail/<uuid:pk>", {"pk": "mail"}),
    (r"bursts/<uuid:pk>", {"pk": "burst"}),
    (r"announcements/<uuid:pk>", {"pk": "announcement"}),
    (r"notices/<uuid:pk>", {"pk": "notice"}),
    (r"components/<uuid:pk>", {"pk": "component"}),
    (r"incidents/<uuid:pk>", {"pk": "incident"}),
    (r"status/work/<uuid:pk>", {"pk": "announcement"}),
    (r"brand/logo/<uuid:key>", {"key": "logo"}),
]
#: Parameters that name no object of a tenant, with a value of each.
WORDS: list[tuple[str, dict[str, str]]] = [
    (r"mail/templates/<slug:kind>/<slug:language>", {"kind": "receipt", "language": "en"}),
    (r"policy/versions/<int:number>", {"number": "1"}),  # everybody has a first one
    (r"kb/kind/<slug:kind>/", {"kind": "faq"}),
    (r"settings/policy/versions/<int:number>", {"number": "1"}),
    (r"accounts/password/reset/key/", {"uidb36": "1", "key": "set-password"}),
]


@dataclass(frozen=True)
class Address:
    """A route, and what stands in it."""

    route: str
    path: str
    names_an_object: bool


def routes() -> Iterator[str]:
    """Every route of the site, written as Django does."""

    def walk(patterns: list[Any], prefix: str) -> Iterator[str]:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLPattern):
                yield route
            else:
                yield from walk(pattern.url_patterns, route)

    return walk(get_resolver().url_patterns, "")


PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")


def addresses(objects: dict[str, str]) -> list[Address]:
    """All addresses, filled in with the other tenant's objects. Fails for a parameter that nobody knows."""
    found = []
    for route in routes():
        names = {first or second for first, second in PARAMETER.findall(route)}
        plain = route.replace("^", "").replace("$", "").replace("\\Z", "")
        values, is_object = _values(plain, names, objects)
        path = PARAMETER.sub(lambda match: values[match[1] or match[2]], plain)  # noqa: B023 - called at once
        found.append(Address(route, f"/{path}", is_object))
    return found


def _values(route: str, names: set[str], objects: dict[str, str]) -> tuple[dict[str, str], bool]:
    if not names:
        return {}, False
    for pattern, kinds in OBJECTS:
        if re.search(pattern, route) and names <= kinds.keys():
            return {name: kind[1:] if kind.startswith("=") else objects[kind] for name, kind in kinds.items()}, True
    for pattern, values in WORDS:
        if re.search(pattern, route) and names <= values.keys():
            return values, False
    pytest.fail(f"The address {route} has parameters that this test cannot fill: name its objects in OBJECTS.")


@pytest.fixture
def theirs(globex: Tenant) -> dict[str, str]:
    """One of everything at Globex, with the canary in every text; numbers that Acme does not have."""
    with act_as(globex):
        at = timezone.now()
        agent = make_person(f"Hank{CANARY}", "admin")
        customer = make_person(f"Ivy{CANARY}")
        company = make_organization(f"{CANARY} Ltd", customer)
        for _ in range(4):
            ticket = make_ticket(customer, f"Printer {CANARY}", description=f"Smoke {CANARY}", at=at)
        files = [ContentFile(f"bytes {CANARY}".encode(), name=f"{CANARY}.txt")]
        actions.reply(ticket, author=agent, body=f"Unplug it {CANARY}", at=at, files=files)
        actions.note(ticket, author=agent, body=f"Psst {CANARY}", at=at)
        actions.add_tag(ticket, CANARY, actor=agent, at=at)
        steps = {"title": f"Steps {CANARY}", "steps": [f"Plug it in {CANARY}"]}
        checklist = actions.send_checklist(ticket, actor=agent, at=at, **steps)
        approval = actions.ask_approval(ticket, text=f"Buy {CANARY}", approvers=[customer], actor=agent, at=at)
        free = next(callbacks.slots(callbacks.calendar_of(ticket.policy), at))
        call = actions.ask_callback(
            ticket, phone="+34 600 1", topic=f"About {CANARY}", when=free, actor=customer, at=at
        )
        shown = SimpleUploadedFile(f"{CANARY}.txt", CANARY.encode())
        complaint = actions.file_complaint(ticket, text=f"Nobody helps {CANARY}", files=[shown], actor=customer, at=at)
        spent = time.enter_time(ticket, minutes=5, spent_on=at.date(), note=CANARY, actor=agent, at=at)
        kept = ChecklistTemplate.objects.create(name=f"Ready {CANARY}", steps=[CANARY])
        macro = actions.save_macro(owner=agent, name=CANARY, text={"en": CANARY}, audience="everybody")
        words = {"name": CANARY, "subject": CANARY, "description": CANARY, "requester": customer}
        template = actions.keep_template(TicketTemplate(), actor=agent, **words)
        round_it_comes = {"rule": {"unit": "day"}, "time": dt.time(9), "timezone": "UTC", "starts_on": at.date()}
        schedule = actions.keep_schedule(TemplateSchedule(template=template), actor=agent, at=at, **round_it_comes)
        shelf = ArticleCategory.objects.create(key=f"{CANARY}-shelf", name=f"Shelf {CANARY}")
        words = {"author": agent, "at": at, "category": shelf, "language": "en"}
        article = kb.create(title=f"Printer {CANARY}", body=f"Words {CANARY}", number=777, **words)
        kb.publish(article, author=agent, at=at)
        announcement = Announcement.objects.create(title=CANARY, body=CANARY, shown_from=at, author=agent)
        notice = Notice.objects.create(announcement=announcement, occasion="published", due_at=at)
        component = Component.objects.create(name={"en": CANARY}, since=at, changed_at=at)
        incident = Incident.objects.create(title={"en": CANARY}, begins_at=at, changed_at=at)
        IncidentUpdate.objects.create(incident=incident, state=incident.state, body={"en": CANARY}, at=at, author=agent)
        Impact.objects.create(incident=incident, component=component, state="major", begins_at=at)
        mail = OutgoingMail.objects.create(
            ticket=ticket,
            recipient=customer,
            kind="reply",
            address=customer.email,
            language="en",
            subject=CANARY,
            text=CANARY,
            html=CANARY,
            message_id=f"<{CANARY}@x>",
            created_at=at,
        )
        mailbox = routing.own_mailbox(f"{CANARY}@globex.example")
        ImapAccount.objects.create(
            mailbox=mailbox, host=f"{CANARY}.example", user=CANARY, folder=CANARY, said=CANARY, changed_at=at
        )
        inbound = InboundMail(mailbox=mailbox, key=CANARY, size=1, received_at=at, outcome="held", subject=CANARY)
        inbound.raw.save("", ContentFile(f"From: {CANARY}@x.example\n\n{CANARY}".encode()))
        bounced = BouncedAddress.objects.create(address=f"{CANARY}@b.example", said=CANARY, bounced_at=at)
        ApiToken.issue(agent, f"token {CANARY}")
        alarm = Alarm.objects.create(tenant=globex, kind=CANARY, subject=ticket.pk, at=at, parked_at=at, attempts=5)
        version = PolicyVersion.objects.get()
        draft = drafting.keep(version.policy, author=agent, base=1, at=at, source=f"# {CANARY}\n{version.source}")
        absence = actions.plan_absence(agent, begins_at=at, reason=CANARY, actor=agent, at=at)
        later = at + timedelta(hours=1)
        scheduled = actions.send_later(ticket, author=agent, body=f"Later {CANARY}", send_at=later, at=at)
        view = actions.save_view(owner=agent, name=CANARY, conditions="is:overdue", audience="everybody")
        bulk = change_many([ticket.pk], "tag", value=f"{CANARY}2", actor=agent, at=at)
        history_export = actions.ask_for_history(customer, language="en", at=at)
        burst = Burst.objects.create(began_at=at, latest_at=at)
        BurstTicket.objects.create(burst=burst, ticket=ticket)
        about = {"ticket": ticket, "person": customer, "category": ticket.category, "opened_at": at, "scale": 5}
        rating = Rating.objects.create(score=1, verdict="bad", rated_at=at, comment=CANARY, **about)
        against = {"ticket": ticket, "person": customer, "kind": "false_report", "at": at, "words": CANARY}
        strike = Strike.objects.create(counts=True, outcome="review", **against)
        when = {"since": at + timedelta(days=1), "until": None, "at": at}
        suspension = actions.suspend(customer, reason=CANARY, actor=agent, **when)
        actions.appeal(suspension, text=f"No {CANARY}", actor=customer, at=at)
        upload = uploading.begin(Holder(customer), name=f"{CANARY}.png", size=3, content_type="image/png", at=at)
        team = Team.objects.create(key=f"{CANARY}-team", name=CANARY, tier=ticket.tier)
        bar = BytesIO()
        Image.new("RGB", (20, 10), "red").save(bar, "PNG")
        logo = set_logo(SimpleUploadedFile(f"{CANARY}.png", bar.getvalue()), actor=agent)
        return {
            "logo": str(logo.key),
            "ticket": str(ticket.number),
            "attachment": str(Attachment.objects.get().pk),
            "article": str(article.number),
            "version": str(article.versions.get().pk),
            "category": shelf.key,
            "person": str(customer.pk),
            "organization": str(company.pk),
            "team": team.key,
            "step": str(checklist.steps.get().pk),
            "checklist": str(checklist.pk),
            "approval": str(approval.pk),
            "strike": str(strike.pk),
            "suspension": str(suspension.pk),
            "approver": str(approval.approvers.get().pk),
            "callback": str(call.pk),
            "complaint": str(complaint.pk),
            "complaint_file": str(ComplaintFile.objects.get().pk),
            "time": str(spent.pk),
            "checklist_template": str(kept.pk),
            "macro": str(macro.pk),
            "ticket_template": str(template.pk),
            "schedule": str(schedule.pk),
            "alarm": str(alarm.pk),
            "rating": str(rating.pk),
            "rating_token": ratings.token(rating, customer, 5),
            "hook_token": hooks.token(Sender(way="provider", provider="postmark", changed_at=at)),
            "stopping_token": stopping.address(customer, at=at).rstrip("/").rpartition("/")[2],
            "token": str(ApiToken.objects.get().pk),
            "mail": str(mail.pk),
            "inbound_mail": str(inbound.pk),
            "bounced": str(bounced.pk),
            "mailbox": str(mailbox.pk),
            "announcement": str(announcement.pk),
            "notice": str(notice.pk),
            "component": str(component.pk),
            "incident": str(incident.pk),
            "burst": str(burst.pk),
            "scheduled": str(scheduled.pk),
            "saved_view": str(view.pk),
            "bulk": str(bulk.pk),
            "draft": str(draft.pk),
            "absence": str(absence.pk),
            "email": customer.email,
            "agent": str(agent.pk),
            "tag_id": str(Tag.objects.get(name=CANARY).pk),
            "tag": str(Tag.objects.get(name=CANARY).pk),
            "message": str(Message.objects.first().pk),
            "history_export": str(history_export.pk),
            "upload": str(upload.pk),
            "signed_link": links.token_for(ticket, customer, at=at),
        }


def state_of(tenant: Tenant) -> list[int]:
    """What would change if anything of a tenant were touched."""
    with act_as(tenant):
        models = (
            Approval,
            Approver,
            BulkChange,
            Callback,
            Complaint,
            ComplaintEvent,
            Draft,
            Event,
            Message,
            Rating,
            SavedView,
            Strike,
            Suspension,
            Upload,
            ApiToken,
            Announcement,
            ImapAccount,
            InboundMail,
            MailRoute,
            Mailbox,
            BouncedAddress,
            OutgoingMail,
            Role,
            ArticleCategory,
            PolicyDraft,
            PolicyVersion,
        )
        return [*(model.objects.count() for model in models), Alarm.objects.filter(kind=CANARY, attempts=5).count()]


class Visitor:
    """Somebody at Acme, in a browser and as a program. What a visit changes is taken back."""

    def __init__(self, acme: Tenant, role: str) -> None:
        with act_as(acme):
            self.person = None if role == "stranger" else make_person(role.title(), role)
            self.token = token_of(self.person) if self.person else ""
        self.client = Client(headers={"host": "acme.localhost"}, raise_request_exception=False)
        if self.person:
            with act_as(acme):
                self.client.force_login(self.person, "tenants.backends.PersonBackend")
        self.cookies = self.client.cookies.output()

    def visit(self, method: str, path: str, fields: dict[str, Any] | None = None) -> Any:
        """The answer, read to its end."""
        send: dict[str, Any] = {"headers": {"authorization": f"Token {self.token}"} if self.token else {}}
        if path.startswith("/api/") and method == "POST":
            send["content_type"] = "application/json"
        with transaction.atomic():
            answer = self.client.get(path) if method == "GET" else self.client.post(path, fields or {}, **send)
            if answer.status_code == 301:  # to the one right spelling of an address, whatever is there
                answer = self.client.get(answer["Location"])
            answer.text_of_all = _words(answer)
            transaction.set_rollback(True)
        return answer


def _words(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return f"{body.decode(errors='replace')} {dict(answer.items())}"


def refuse_leaks(answer: Any, what: str) -> None:
    assert CANARY not in answer.text_of_all.replace("%s", ""), f"{what} shows the other tenant's words"
    assert answer.status_code != 500, f"{what} fails"


@pytest.mark.parametrize("role", ROLES)
def test_what_belongs_to_another_tenant_is_not_there(acme, globex, theirs, role):
    visitor, before = Visitor(acme, role), state_of(globex)
    tried = [address for address in addresses(theirs) if address.names_an_object]
    own_words = {value for value in theirs.values() if CANARY in value}

    for address in tried:
        for method in ("GET", "POST"):
            answer, what = visitor.visit(method, address.path), f"{method} {address.path} as {role}"
            for word in own_words:  # an address may be quoted back
                answer.text_of_all = answer.text_of_all.replace(word, "")
            refuse_leaks(answer, what)
            allowed = (404, 405) if role != "stranger" else (302, 401, 403, 404, 405)
            assert answer.status_code in allowed, f"{what} gives {answer.status_code}"
            if answer.status_code == 302:
                assert "/accounts/login/" in answer["Location"], f"{what} leads to {answer['Location']}"

    assert len(tried) > 50
    assert state_of(globex) == before


@pytest.mark.parametrize("role", ROLES)
def test_pages_show_and_take_nothing_of_another_tenant(acme, globex, theirs, role):
    visitor, before = Visitor(acme, role), state_of(globex)
    named = {
        **dict.fromkeys(["number", "chosen", "into", "ticket", "duplicates"], theirs["ticket"]),
        **dict.fromkeys(["person", "user", "requester", "assignee", "member", "add"], theirs["person"]),
        **dict.fromkeys(["organization", "organizations", "company"], theirs["organization"]),
        **dict.fromkeys(["article", "articles", "related"], theirs["article"]),
        "email": theirs["email"],
        "team": theirs["team"],
        "category": theirs["category"],
        "tag": theirs["tag"],
        "announcement": theirs["announcement"],
        "pk": theirs["mail"],
        "id": theirs["token"],
        "act": "take",
        "subject": "Printer",
        "title": "Printer",
        "name": "Printer",
        "body": "x",
        "description": "x",
        "q": "printer",
    }
    plain = [address for address in addresses(theirs) if not address.names_an_object]

    for address in plain:
        for method, path in (
            ("GET", address.path),
            ("GET", f"{address.path}?q=printer&page_size=5"),
            ("POST", address.path),
        ):
            answer, what = visitor.visit(method, path, named), f"{method} {path} as {role}"
            for value in set(named.values()):  # a form may show again what was typed into it
                answer.text_of_all = answer.text_of_all.replace(value, "")
            refuse_leaks(answer, what)

    assert len(plain) > 40
    assert state_of(globex) == before


@pytest.mark.parametrize(
    ("name", "value"),
    [("requester", "email"), ("organization", "organization"), ("category", "category"), ("channel", "team")],
)
def test_a_ticket_is_not_filed_with_parts_of_another_tenant(acme, theirs, name, value):
    visitor = Visitor(acme, "admin")

    fields = {"subject": "x", "description": "y", name: theirs[value]}
    answer = visitor.visit("POST", "/api/v1/tickets/", fields)

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [name]


@pytest.mark.parametrize(
    ("name", "value"), [("assignee", "email"), ("team", "team"), ("category", "category"), ("status", "category")]
)
def test_a_ticket_is_not_changed_into_another_tenants(acme, theirs, name, value):
    visitor = Visitor(acme, "admin")
    with act_as(acme):
        number = make_ticket(make_person("Grace")).number

    answer = visitor.client.patch(
        f"/api/v1/tickets/{number}/",
        {name: theirs[value]},
        content_type="application/json",
        headers={"authorization": f"Token {visitor.token}"},
    )

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [name]


@pytest.mark.parametrize(
    "query", ["assignee={email}", "requester={email}", "organization={organization}", "q={ticket}"]
)
def test_filters_by_another_tenants_things_find_nothing(acme, theirs, query):
    visitor = Visitor(acme, "admin")
    with act_as(acme):
        make_ticket(make_person("Grace"))

    answer = visitor.visit("GET", "/api/v1/tickets/?" + query.format(**theirs))

    assert answer.status_code == 200
    assert answer.json()["results"] == []


def test_a_new_address_with_a_parameter_is_not_forgotten(theirs):
    with pytest.raises(pytest.fail.Exception, match="cannot fill"):
        _values("desk/secrets/<uuid:pk>", {"pk"}, theirs)


def test_a_leak_would_be_noticed(globex, theirs):
    visitor = Visitor(globex, "admin")
    visitor.client = Client(headers={"host": "globex.localhost"})
    with act_as(globex):
        visitor.client.force_login(visitor.person, "tenants.backends.PersonBackend")

    for path in (f"/desk/tickets/{theirs['ticket']}/", f"/api/v1/tickets/{theirs['ticket']}/"):
        answer = visitor.visit("GET", path)
        assert answer.status_code == 200
        with pytest.raises(AssertionError, match="other tenant's words"):
            refuse_leaks(answer, path)
