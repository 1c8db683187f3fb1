"""What pages say where other words were looked for than somebody typed."""

from __future__ import annotations

from django.http import HttpRequest

from tickets import spelling
from tickets.selection import write


def correction_of(request: HttpRequest) -> dict[str, str] | None:
    """What the address says was typed, what is shown for it, and where exactly that is looked for."""
    found = spelling.told(request.GET.get("typed", ""), request.GET.get("q", ""))
    if found is None:
        return None
    address = request.GET.copy()
    for name in ("typed", "after", "before", "id"):
        address.pop(name, None)
    address["q"] = write(found.exactly)
    return {"missing": found.missing, "shown": found.shown, "url": f"?{address.urlencode()}"}
