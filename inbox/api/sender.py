"""How mail leaves, over REST; for administrators."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inbox.actions import senders as actions
from inbox.forms.sender import SenderForm, SigningForm
from inbox.mail import hooks, providers, records, servers, trying
from inbox.models import Sender
from tenants.api import EmptySerializer, StrictSerializer, person_of, validated
from tenants.context import active_tenant
from tenants.errors import NotPermitted
from tenants.permissions import Permission


class NewSenderSerializer(StrictSerializer):
    """How mail is to leave."""

    address = serializers.EmailField(max_length=254)
    name = serializers.CharField(max_length=100, required=False, default="", allow_blank=True)
    way = serializers.ChoiceField(choices=Sender.Way.choices)
    host = serializers.CharField(max_length=253, required=False, default="", allow_blank=True)
    port = serializers.IntegerField(min_value=1, max_value=65535, required=False, default=587)
    security = serializers.ChoiceField(choices=Sender.Security.choices, required=False, default="starttls")
    user = serializers.CharField(max_length=254, required=False, default="", allow_blank=True)
    provider = serializers.ChoiceField(choices=providers.choices(), required=False, default="", allow_blank=True)
    secret = serializers.CharField(
        max_length=500,
        required=False,
        default="",
        allow_blank=True,
        write_only=True,
        trim_whitespace=False,
        help_text="password or API key; empty: the stored one stays, if server and user do",
    )
    return_path = serializers.ChoiceField(choices=Sender.ReturnPath.choices, required=False, default="plus")
    bounce_domain = serializers.CharField(max_length=253, required=False, default="", allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What the chosen way needs, as on the page."""
        stored = servers.current()
        form = SenderForm(attrs, has_secret=bool(stored and stored.secret))
        if not form.is_valid():
            raise serializers.ValidationError(
                {name: [str(each) for each in said] for name, said in form.errors.items()}
            )
        return form.values


class RecordSerializer(serializers.Serializer):
    """A DNS record to set."""

    key = serializers.CharField(source="record.key")
    kind = serializers.CharField(source="record.kind")
    name = serializers.CharField(source="record.name")
    value = serializers.CharField(source="record.value")
    seen = serializers.CharField(help_text="there, other, missing, unknown; empty: not looked yet", allow_blank=True)


class SenderSerializer(serializers.ModelSerializer):
    """How mail leaves; the password is never told."""

    address = serializers.SerializerMethodField()
    has_secret = serializers.SerializerMethodField()
    records = serializers.SerializerMethodField()

    class Meta:
        model = Sender
        fields = (
            "address",
            "name",
            "way",
            "host",
            "port",
            "security",
            "user",
            "provider",
            "has_secret",
            "return_path",
            "bounce_domain",
            "signs",
            "selector",
            "records",
            "seen_at",
        )

    def get_address(self, sender: Sender) -> str:
        """The tenant's mail address."""
        return active_tenant().mail_address

    def get_has_secret(self, sender: Sender) -> bool:
        """Whether a password or key is stored."""
        return bool(sender.secret)

    @extend_schema(responses=RecordSerializer(many=True))
    def get_records(self, sender: Sender) -> list[dict[str, Any]]:
        """What to set in DNS."""
        rows = [{"record": each, "seen": sender.seen.get(each.key, "")} for each in records.wanted(sender)]
        return list(RecordSerializer(rows, many=True).data)


class TrialSerializer(serializers.Serializer):
    """How a test mail went."""

    is_good = serializers.BooleanField()
    what = serializers.CharField(help_text="what is wrong: name, port, encryption, certificate, password, address")
    sentence = serializers.CharField()


class SenderView(APIView):
    """How the tenant's mail leaves."""

    @extend_schema(responses=SenderSerializer, operation_id="mail_sender_retrieve")
    def get(self, request: Request) -> Response:
        """As it is set up."""
        _require_admin(request)
        return Response(SenderSerializer(servers.current() or Sender()).data)

    @extend_schema(request=NewSenderSerializer, responses=SenderSerializer, operation_id="mail_sender_replace")
    def put(self, request: Request) -> Response:
        """Set it up anew, as a whole."""
        _require_admin(request)
        values = validated(NewSenderSerializer, request)
        sender = actions.save_sender(actor=person_of(request), at=timezone.now(), **values)
        return Response(SenderSerializer(sender).data)


class TrySenderView(APIView):
    """A test mail."""

    @extend_schema(request=EmptySerializer, responses=TrialSerializer, operation_id="mail_sender_try")
    def post(self, request: Request) -> Response:
        """Send one to whoever asks, at once, and say in plain words what is wrong when it does not leave."""
        _require_admin(request)
        validated(EmptySerializer, request)
        return Response(TrialSerializer(trying.try_out(servers.current() or Sender(), person_of(request))).data)


class HooksSerializer(serializers.Serializer):
    """Secret addresses to enter at the provider; empty where mail leaves by none."""

    provider = serializers.CharField(allow_blank=True)
    incoming = serializers.CharField(allow_blank=True, help_text="where it brings mail that came in")
    news = serializers.CharField(allow_blank=True, help_text="where it tells what became of yours")
    can_sign = serializers.BooleanField(help_text="whether the provider signs what it tells")
    is_signed = serializers.BooleanField(help_text="whether only what it has signed is taken")
    refused_at = serializers.DateTimeField(allow_null=True, help_text="when something was refused for its signature")


class SigningSerializer(StrictSerializer):
    """With what the provider signs."""

    signing_secret = serializers.CharField(
        max_length=500,
        allow_blank=True,
        write_only=True,
        help_text="whsec_..., or several with spaces between; empty: no signature is asked for any more",
    )

    def validate_signing_secret(self, value: str) -> str:
        """As on the page."""
        form = SigningForm({"signing_secret": value})
        if value.strip() and not form.is_valid():
            raise serializers.ValidationError([str(each) for each in form.errors["signing_secret"]])
        return value


class HooksView(APIView):
    """The addresses at which the tenant's provider tells of mail. Whoever knows them can speak for the provider."""

    @extend_schema(responses=HooksSerializer, operation_id="mail_sender_hooks_retrieve")
    def get(self, request: Request) -> Response:
        """As they are to be entered at the provider."""
        _require_admin(request)
        return _hooks(servers.current())

    @extend_schema(request=EmptySerializer, responses=HooksSerializer, operation_id="mail_sender_hooks_renew")
    def post(self, request: Request) -> Response:
        """Make new ones; the former lead nowhere at once, so enter the new ones at the provider."""
        _require_admin(request)
        validated(EmptySerializer, request)
        return _hooks(actions.renew_hooks(actor=person_of(request), at=timezone.now()))

    @extend_schema(request=SigningSerializer, responses=HooksSerializer, operation_id="mail_sender_hooks_sign")
    def put(self, request: Request) -> Response:
        """Take only what the provider has signed with this secret, where it signs."""
        _require_admin(request)
        secret = validated(SigningSerializer, request)["signing_secret"]
        return _hooks(actions.set_signing_secret(actor=person_of(request), at=timezone.now(), secret=secret))


def _hooks(sender: Sender | None) -> Response:
    said: dict[str, Any] = dict.fromkeys(("provider", "incoming", "news"), "")
    said |= {"can_sign": hooks.can_sign(sender), "is_signed": False, "refused_at": None}
    if sender is not None and hooks.are_for(sender):
        addresses = {"incoming": hooks.address(hooks.INCOMING, sender), "news": hooks.address(hooks.NEWS, sender)}
        said |= {"provider": sender.provider, "is_signed": bool(sender.hook_secret), **addresses}
        said["refused_at"] = sender.hook_refused_at
    return Response(HooksSerializer(said).data, headers={"Cache-Control": "no-store"})


def _require_admin(request: Request) -> None:
    if not person_of(request).may(Permission.CONFIGURE):
        raise NotPermitted
