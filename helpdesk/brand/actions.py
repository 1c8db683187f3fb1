"""Setting the tenant's logo, and taking it away."""

from __future__ import annotations

from functools import partial

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction

from helpdesk.brand.drawing import drawn
from tenants import audit
from tenants.context import active_tenant
from tenants.errors import NotPermitted
from tenants.fields import uuid7
from tenants.logos import Logo, logo_in
from tenants.models import Tenant, User
from tenants.permissions import Permission
from tickets.attachments import shown_name


def path_of(logo: Logo) -> str:
    """Where the bytes lie: by tenant and our own id, as those of all other files."""
    return f"{active_tenant().pk}/{logo.key}"


def set_logo(file: File, *, actor: User) -> Logo:
    """Show this picture in place of the tenant's name.

    Raises NotPermitted, LogoTooLarge, LogoTooWide, LogoIsDrawing, LogoUnreadable.
    """
    _require_admin(actor)
    picture = drawn(file, file.size)
    logo = Logo(
        key=uuid7(),
        name=shown_name(file.name or "")[:100],
        media_type=picture.media_type,
        size=len(picture.content),
        width=picture.width,
        height=picture.height,
        ground=picture.ground,
    )
    tenant, former = _locked()
    path = default_storage.save(path_of(logo), ContentFile(picture.content))
    try:
        _keep(tenant, logo)
        # Another picture may have the same name and size, and is another logo all the same.
        told = {"logo": str(former)} if former and str(former) != str(logo) else {}
        audit.record("logo.set", logo, actor=actor, before=told, after={"logo": str(logo)})
    except BaseException:
        default_storage.delete(path)  # the row goes with the transaction
        raise
    _forget_bytes(former)
    return logo


def remove_logo(*, actor: User) -> None:
    """Show the tenant's name again; safe to call twice. Raises NotPermitted."""
    _require_admin(actor)
    tenant, former = _locked()
    if former is not None:
        _keep(tenant, None)
        audit.record("logo.removed", former, actor=actor, before={"logo": str(former)})
        _forget_bytes(former)


def _locked() -> tuple[Tenant, Logo | None]:
    """The row as it is now: the policy writes the same column."""
    tenant = Tenant.objects.select_for_update().get(pk=active_tenant().pk)
    return tenant, logo_in(tenant.brand)


def _keep(tenant: Tenant, logo: Logo | None) -> None:
    brand = {name: value for name, value in tenant.brand.items() if name != "logo"}
    tenant.brand = {**brand, "logo": logo.as_kept()} if logo else brand
    tenant.save(update_fields=["brand"])
    active_tenant().brand = tenant.brand


def _forget_bytes(logo: Logo | None) -> None:
    if logo is not None:
        transaction.on_commit(partial(default_storage.delete, path_of(logo)), robust=True)


def _require_admin(actor: User) -> None:
    if not actor.may(Permission.CONFIGURE):
        raise NotPermitted
