"""The logo of a tenant as pages and mails show it: kept in the tenant's own row, so that no page asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from tenants.fields import parse_id


@dataclass(frozen=True)
class Logo:
    """A picture that was drawn anew when it came; its key is its address, so another picture has another one."""

    key: UUID
    name: str
    media_type: str
    size: int
    width: int
    height: int
    #: The ground that it needs to be seen, "light" or "dark"; empty where it can be seen on both.
    ground: str = ""

    @property
    def pk(self) -> UUID:
        """What the audit log calls it by."""
        return self.key

    def __str__(self) -> str:
        return f"{self.name}, {self.width} × {self.height}"

    def within(self, width: int, height: int) -> tuple[int, int]:
        """Its sides where it has this much room; never larger than it is."""
        share = min(width / self.width, height / self.height, 1)
        return max(1, round(self.width * share)), max(1, round(self.height * share))

    def as_kept(self) -> dict[str, Any]:
        """As the tenant's row holds it."""
        return {**asdict(self), "key": str(self.key)}


def logo_in(brand: Mapping[str, Any]) -> Logo | None:
    """The logo that a tenant's row holds."""
    kept = brand.get("logo")
    key = parse_id(str(kept.get("key"))) if isinstance(kept, Mapping) else None
    return Logo(**{**kept, "key": key}) if kept and key else None
