"""`manage.py policy check | plan | replay | apply | export | diff | history | status | schema`: policies as files."""

import json
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from helpdesk.management import policy_words as words
from helpdesk.policy import effect, planning, replay, versions
from helpdesk.policy.apply import Applied, apply
from helpdesk.policy.errors import PartInUse, StalePlan
from sla.document import PolicyError, SupportPolicy, diff
from sla.document.future import impossible, placed
from sla.document.reading import LARGEST_FILE
from sla.document.schema import schema
from tenants.context import act_as, active_tenant
from tenants.errors import Refused
from tenants.models import Tenant
from tickets import recalculation

#: A plan holds the file, the document and the difference.
LARGEST_PLAN = 8 * LARGEST_FILE
#: How far back a replay may go.
MOST_DAYS = 3650

EXAMPLES = """
  manage.py policy check acme.yaml
  manage.py policy plan acme.yaml --tenant acme --list --out acme.plan.json
  manage.py policy replay acme.yaml --tenant acme --days 30 --list
  manage.py policy apply acme.plan.json --tenant acme
  manage.py policy history --tenant acme
  manage.py policy diff --tenant acme 3 acme.yaml
  manage.py policy apply --version 3 --tenant acme       go back to what version 3 said
  manage.py policy export --tenant acme --out acme.yaml
"""


class Command(BaseCommand):
    """Check, compare, apply and export support policies."""

    help = (
        "The support policy of a tenant as one file: check it, see what it would do to open tickets, put it into force,"
        " get it back. Every version is kept; applying an older one undoes the later ones. See docs/policy-file.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One sub-command each."""
        parser.epilog, parser.formatter_class = f"examples:{EXAMPLES}", RawDescriptionHelpFormatter
        commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

        def add(name: str, help: str, *, for_tenant: bool = True) -> ArgumentParser:
            added: ArgumentParser = commands.add_parser(name, help=help, description=help)
            if for_tenant:
                added.add_argument("--tenant", required=True, metavar="SLUG", help="whose policy")
            return added

        check = add("check", "say all that is wrong in a file, with line and field, or what it holds", for_tenant=False)
        check.add_argument("file", type=Path)
        plan = add("plan", "compare a file with the policy in force and find what it does to open tickets")
        plan.add_argument("file", type=Path)
        plan.add_argument("--out", type=Path, metavar="PLAN.json", help="keep the plan, to be applied as it is")
        plan.add_argument("--list", action="store_true", help="name every ticket that gets another deadline")
        what_if = add("replay", "replay the last days under a file or a version: promises kept before and after")
        what_if.add_argument("file", type=Path, nargs="?")
        what_if.add_argument("--version", type=int, dest="number", metavar="N", help="what version N says")
        what_if.add_argument("--days", type=_days, default=30, metavar="N", help="how many days back (default: 30)")
        what_if.add_argument("--list", action="store_true", help="name every ticket whose result flips")
        put = add("apply", "put a file, a plan or an older version into force as a new version")
        put.add_argument("file", type=Path, nargs="?", metavar="FILE|PLAN.json")
        put.add_argument("--version", type=int, dest="number", metavar="N", help="what version N said")
        export = add("export", "print the policy file of a version as it was applied")
        export.add_argument("--version", type=int, dest="number", metavar="N", help="the one in force if left out")
        export.add_argument("--out", type=Path, metavar="FILE", help="write it there, byte for byte")
        compare = add("diff", "say what changed between two versions or files")
        compare.add_argument(
            "sides", nargs="+", metavar="A B", help="a version's number or a file; B: the one in force"
        )
        past = add("history", "list the versions: number, when, who, what changed")
        past.add_argument("--limit", type=int, metavar="N", help="only the latest N")
        add("status", "say how far open tickets have followed the policy in force")
        add("schema", "print the JSON Schema of policy files, for editors", for_tenant=False)

    def handle(self, *args: Any, command: str, **options: Any) -> None:
        """Do it; every refusal is a sentence, and nothing is half done."""
        work: Callable[..., None] = getattr(self, f"_{command}")
        slug = options.pop("tenant", None)
        try:
            if slug is None:
                work(**options)
            else:
                with act_as(_tenant(slug)):
                    work(**options)
        except (PolicyError, Refused, OSError) as error:
            raise CommandError(str(error)) from None

    def _check(self, file: Path, **_: Any) -> None:
        policy, text = _policy_in(file)
        if problems := [placed(text, *each, source=str(file)) for each in impossible(policy, timezone.now())]:
            raise PolicyError(problems)
        self._say(words.contents(policy), f"{file}: nothing is wrong.")

    def _plan(self, file: Path, out: Path | None, list: bool, **_: Any) -> None:
        policy, text = _policy_in(file)
        made = self._planned(lambda: planning.plan(policy, source=text, at=timezone.now()), file, text)
        found = self._show(made, every_ticket=list)
        if out is not None:
            out.write_text(made.to_json(found), encoding="utf-8")
            self._say([], f"Apply it with: manage.py policy apply {out} --tenant {made.tenant}")

    def _planned(self, make: Callable[[], Any], file: Path | None, text: str) -> Any:
        """A plan, or what is applied; a refusal about a part of the policy is told at its line."""
        try:
            return make()
        except PartInUse as refusal:
            if file is None or not text:
                raise
            raise PolicyError([placed(text, (refusal.part,), str(refusal), source=str(file))]) from None

    def _show(self, made: planning.Plan, *, every_ticket: bool = False) -> effect.Effect:
        found = effect.Effect()
        self._say(words.difference(made.changes), f"{made.tenant}: compared with {words.version(made.base)}")
        found.looked_at = made.looked_at()
        if every_ticket:
            self.stdout.write("Open tickets with another deadline:")
        for ticket in made.moved():
            found.count(ticket)
            if every_ticket:
                self.stdout.write(f"  {words.moved(ticket)}")
        self._say(words.effect(found), "Effect on open tickets:")
        return found

    def _replay(self, file: Path | None, number: int | None, days: int, list: bool, **_: Any) -> None:
        if (file is None) == (number is None):
            raise CommandError("Name a policy file, or --version N: one of them.")
        policy = versions.version_of(number).policy if file is None else _policy_in(file)[0]
        at = timezone.now()
        if list:
            self.stdout.write("Promises with another result:")

        def tell(flip: replay.Flip) -> None:
            if list:
                self.stdout.write(f"  {words.flip(flip)}")

        found = replay.replay(policy, since=at - timedelta(days=days), at=at, tell=tell)
        self._say(words.replayed(found, policy), f"{active_tenant().slug}: {found.tickets} tickets of {days} days")

    def _apply(self, file: Path | None, number: int | None, **_: Any) -> None:
        if (file is None) == (number is None):
            raise CommandError("Name a policy file or a plan, or --version N: one of them.")
        at = timezone.now()
        if number is not None:
            old = versions.version_of(number)
            self._report(apply(old.policy, source=old.source, at=at))
            return
        assert file is not None
        text = _read(file, LARGEST_PLAN)
        if planning.is_plan(text):
            self._apply_plan(planning.from_json(text))
            return
        policy, text = _policy_in(file)
        self._report(self._planned(lambda: apply(policy, source=text, at=timezone.now()), file, text))

    def _apply_plan(self, made: planning.Plan) -> None:
        try:
            self._report(planning.apply_plan(made, at=timezone.now()))
        except StalePlan:
            self._show(planning.again(made, at=timezone.now()))
            raise

    def _report(self, applied: Applied) -> None:
        slug, number = active_tenant().slug, applied.version.number
        if not applied.is_new:
            self._say([], f"{slug}: version {number} is in force already; nothing changed.")
            return
        self._say(words.difference(applied.changes), f"{slug}: version {number} is in force now.")
        if job := recalculation.running():
            self._say(
                [], f"{job.total} open tickets follow it in the background: manage.py policy status shows how far."
            )

    def _export(self, number: int | None, out: Path | None, **_: Any) -> None:
        source = versions.version_of(number).source
        if out is not None:
            out.write_bytes(source.encode())
        else:
            self.stdout.write(source, ending="")

    def _diff(self, sides: list[str], **_: Any) -> None:
        if len(sides) > 2:
            raise CommandError("Name one or two sides: a version's number or a file each.")
        old, new = (_side(each) for each in [*sides, ""][:2])
        changes = diff(old, new)
        self._say(
            words.difference(changes), "What changes from the first to the second:" if changes else "They are equal."
        )

    def _history(self, limit: int | None, **_: Any) -> None:
        versions.version_of()
        for change in versions.history(limit):
            self.stdout.write(words.change(change))

    def _status(self, **_: Any) -> None:
        number, job = versions.version_of().number, recalculation.running()
        if job is None:
            self._say([], f"Every open ticket follows version {number}.")
        else:
            self._say([], f"{job.done} of {job.total} open tickets follow version {number} ({job.percent} %).")

    def _schema(self, **_: Any) -> None:
        self.stdout.write(json.dumps(schema(), indent=2, ensure_ascii=False))

    def _say(self, lines: list[str], heading: str) -> None:
        self.stdout.write(heading)
        for line in lines:
            self.stdout.write(f"  {line}")


def _tenant(slug: str) -> Tenant:
    owner = Tenant.objects.filter(slug=slug).first()
    if owner is None:
        raise CommandError(f'There is no tenant "{slug}". Make it first: manage.py tenant create {slug} --name NAME')
    return owner


def _days(given: str) -> int:
    """A number of days."""
    days = int(given)  # argparse tells what is no number
    if not 1 <= days <= MOST_DAYS:
        raise ArgumentTypeError(f"Write a number of days from 1 to {MOST_DAYS}.")
    return days


def _side(named: str) -> SupportPolicy:
    """A version by number, a policy by file, or the one in force."""
    if named and not named.isdecimal():
        return _policy_in(Path(named))[0]
    return versions.version_of(int(named) if named else None).policy


def _policy_in(file: Path) -> tuple[SupportPolicy, str]:
    """The policy of a file, and the file's text to the byte."""
    with file.open("rb") as opened:
        raw = opened.read(LARGEST_FILE + 1)
    policy = SupportPolicy.load(raw, source=str(file))
    return policy, raw.decode("utf-8")


def _read(file: Path, most: int) -> str:
    with file.open("rb") as opened:
        return opened.read(most).decode("utf-8", errors="replace")
