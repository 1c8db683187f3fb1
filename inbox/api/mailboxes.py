"""The tenant's mailboxes, over REST; for administrators."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inbox import mailboxes as words
from inbox.actions import mailboxes as actions
from inbox.api.sender import TrialSerializer
from inbox.forms.mailbox import FETCH, FORWARD, IMAP_FIELDS, SECRETS, MailboxForm
from inbox.imap import trying
from inbox.mail.faults import Outcome
from inbox.models import ImapAccount, Mailbox
from tenants.api import StrictSerializer, person_of, validated
from tenants.errors import NotPermitted
from tenants.permissions import Permission

_TEXT: dict[str, Any] = {"required": False, "allow_blank": True}
_SECRET: dict[str, Any] = {**_TEXT, "max_length": 4000, "write_only": True, "trim_whitespace": False}
_KEPT = "empty or left out: the stored one stays, if it goes where it went"


class NewImapSerializer(StrictSerializer):
    """How mail is fetched; what is left out is as it usually is, or as it was."""

    host = serializers.CharField(max_length=253, **_TEXT)
    port = serializers.IntegerField(min_value=1, max_value=65535, required=False)
    security = serializers.ChoiceField(choices=ImapAccount.Security.choices, required=False)
    user = serializers.CharField(max_length=254, **_TEXT)
    proof = serializers.ChoiceField(choices=ImapAccount.Proof.choices, required=False)
    secret = serializers.CharField(help_text=f"password; {_KEPT}", **_SECRET)
    token_url = serializers.CharField(max_length=500, **_TEXT)
    client_id = serializers.CharField(max_length=300, **_TEXT)
    client_secret = serializers.CharField(help_text=_KEPT, **_SECRET)
    refresh_token = serializers.CharField(help_text=_KEPT, **_SECRET)
    scope = serializers.CharField(max_length=500, **_TEXT)
    folder = serializers.CharField(max_length=200, **_TEXT)
    afterwards = serializers.ChoiceField(choices=ImapAccount.Afterwards.choices, required=False)
    done_folder = serializers.CharField(max_length=200, **_TEXT)
    start = serializers.ChoiceField(choices=ImapAccount.Start.choices, required=False)


class _MailboxFields(StrictSerializer):
    address = serializers.EmailField(max_length=254)
    aliases = serializers.ListField(child=serializers.EmailField(max_length=254), required=False, max_length=50)
    category = serializers.CharField(max_length=60, help_text="its key; empty: as the policy says", **_TEXT)
    team = serializers.CharField(max_length=60, help_text="its key; empty: as the policy says", **_TEXT)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, **_TEXT)
    is_advisory = serializers.BooleanField(required=False, help_text="requests that come here carry no clock")
    authserv = serializers.CharField(max_length=253, **_TEXT)
    imap = NewImapSerializer(required=False, allow_null=True, help_text="null: mail is forwarded to us")


class NewMailboxSerializer(_MailboxFields):
    """A mailbox to add, or to try."""


class ChangeMailboxSerializer(_MailboxFields):
    """What is to change of a mailbox."""

    address = serializers.EmailField(max_length=254, required=False)
    is_active = serializers.BooleanField(required=False)


class ImapSerializer(serializers.ModelSerializer):
    """How mail is fetched, and how that fares; secrets are never told."""

    has_secret = serializers.SerializerMethodField()
    trouble = serializers.SerializerMethodField(help_text="what is wrong and what to do; empty where nothing is")

    class Meta:
        model = ImapAccount
        fields = (
            "host",
            "port",
            "security",
            "user",
            "proof",
            "has_secret",
            "token_url",
            "client_id",
            "scope",
            "folder",
            "afterwards",
            "done_folder",
            "start",
            "looked_at",
            "taken_at",
            "error",
            "trouble",
            "failing_since",
            "next_at",
        )

    def get_has_secret(self, account: ImapAccount) -> bool:
        """Whether it can prove itself."""
        return bool(account.secret or account.client_secret or account.refresh_token)

    def get_trouble(self, account: ImapAccount) -> str:
        """In the reader's language."""
        return words.trouble(account)


class MailboxSerializer(serializers.Serializer):
    """A mailbox."""

    id = serializers.UUIDField(source="mailbox.pk")
    address = serializers.CharField(source="mailbox.address")
    aliases = serializers.ListField(child=serializers.CharField())
    category = serializers.CharField(source="mailbox.category.key", default="")
    team = serializers.CharField(source="mailbox.team.key", default="")
    language = serializers.CharField(source="mailbox.language")
    is_advisory = serializers.BooleanField(source="mailbox.is_advisory")
    authserv = serializers.CharField(source="mailbox.authserv")
    is_active = serializers.BooleanField(source="mailbox.is_active")
    imap = ImapSerializer(source="account", allow_null=True)


class MailboxListSerializer(serializers.Serializer):
    """All of them."""

    results = MailboxSerializer(many=True)


class MailboxesView(APIView):
    """The tenant's mailboxes."""

    @extend_schema(responses=MailboxListSerializer, operation_id="mailboxes_list")
    def get(self, request: Request) -> Response:
        """All of them, by address."""
        _require_admin(request)
        return Response({"results": MailboxSerializer(words.rows(), many=True).data})

    @extend_schema(request=NewMailboxSerializer, responses={201: MailboxSerializer}, operation_id="mailboxes_create")
    def post(self, request: Request) -> Response:
        """Add one."""
        _require_admin(request)
        form = _form(None, None, validated(NewMailboxSerializer, request))
        saved = actions.save_mailbox(None, actor=person_of(request), at=timezone.now(), **form.values)
        return Response(_shown(saved), status=201)


class MailboxView(APIView):
    """One mailbox."""

    @extend_schema(responses=MailboxSerializer, operation_id="mailboxes_retrieve")
    def get(self, request: Request, pk: UUID) -> Response:
        """As it is set up, and how it fares."""
        return Response(_shown(_mailbox(request, pk)))

    @extend_schema(request=ChangeMailboxSerializer, responses=MailboxSerializer, operation_id="mailboxes_change")
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change what is named; what is left out stays."""
        mailbox, given = _mailbox(request, pk), validated(ChangeMailboxSerializer, request)
        on = given.pop("is_active", None)
        person, at = person_of(request), timezone.now()
        if given:
            form = _form(mailbox, _account(mailbox), given)
            mailbox = actions.save_mailbox(mailbox, actor=person, at=at, **form.values)
        if on is not None and on != mailbox.is_active:
            mailbox = actions.switch_mailbox(mailbox, actor=person, at=at, on=on)
        return Response(_shown(mailbox))

    @extend_schema(responses={204: None}, operation_id="mailboxes_delete")
    def delete(self, request: Request, pk: UUID) -> Response:
        """Delete one to which nothing has come; others can be switched off."""
        actions.delete_mailbox(_mailbox(request, pk), actor=person_of(request))
        return Response(status=204)


class TryMailboxesView(APIView):
    """A mailbox before it is saved."""

    @extend_schema(request=NewMailboxSerializer, responses=TrialSerializer, operation_id="mailboxes_try_new")
    def post(self, request: Request) -> Response:
        """Sign in, open the folder, and say in plain words what is wrong; nothing is saved, fetched or marked."""
        _require_admin(request)
        return _tried(_form(None, None, validated(NewMailboxSerializer, request)), ImapAccount())


class TryMailboxView(APIView):
    """A mailbox that is there."""

    @extend_schema(request=ChangeMailboxSerializer, responses=TrialSerializer, operation_id="mailboxes_try")
    def post(self, request: Request, pk: UUID) -> Response:
        """Try it, with what is named in place of what is stored; nothing is saved, fetched or marked."""
        mailbox, given = _mailbox(request, pk), validated(ChangeMailboxSerializer, request)
        account = _account(mailbox)
        return _tried(_form(mailbox, account, given), account or ImapAccount())


def _tried(form: MailboxForm, account: ImapAccount) -> Response:
    if form.imap is None:
        return Response(TrialSerializer(Outcome("way", str(words.NOT_FETCHED))).data)
    actions.fill(account, form.imap)
    return Response(TrialSerializer(trying.try_out(account, timezone.now())).data)


def _form(mailbox: Mailbox | None, account: ImapAccount | None, given: dict[str, Any]) -> MailboxForm:
    """The page's form, filled with what is stored and what is given. Raises ValidationError as the page says it."""
    filled: dict[str, Any] = {}
    if mailbox is not None:
        filled = {name: getattr(mailbox, name) for name in ("address", "language", "is_advisory", "authserv")}
        filled["category"] = mailbox.category.key if mailbox.category else ""
        filled["team"] = mailbox.team.key if mailbox.team else ""
        filled["aliases"] = actions.aliases_of(mailbox)
    imap = given.pop("imap", {} if account is not None and account.is_on else None)
    filled |= given
    filled["aliases"] = "\n".join(filled.get("aliases") or [])
    filled["way"] = FORWARD if imap is None else FETCH
    if imap is not None:
        if account is not None:
            filled |= {name: getattr(account, name) for name in IMAP_FIELDS if name not in SECRETS}
        filled |= imap
    form = MailboxForm(filled, account=account)
    if not form.is_valid():
        said = {name: [str(each) for each in errors] for name, errors in form.errors.items()}
        of_imap = {name: errors for name, errors in said.items() if name in IMAP_FIELDS}
        others = {name: errors for name, errors in said.items() if name not in IMAP_FIELDS}
        raise serializers.ValidationError(others | ({"imap": of_imap} if of_imap else {}))
    return form


def _shown(mailbox: Mailbox) -> Any:
    return MailboxSerializer(words.row_of(mailbox)).data


def _mailbox(request: Request, pk: UUID) -> Mailbox:
    found: Mailbox | None = Mailbox.objects.select_related("category", "team").filter(pk=pk).first()
    if found is None:
        raise Http404  # before it is asked who asks: what is another tenant's is not there for anybody
    _require_admin(request)
    return found


def _account(mailbox: Mailbox) -> ImapAccount | None:
    found: ImapAccount | None = ImapAccount.objects.filter(mailbox=mailbox).first()
    return found


def _require_admin(request: Request) -> None:
    if not person_of(request).may(Permission.CONFIGURE):
        raise NotPermitted
