"""What is wrong with a policy document, told so that it can be put right."""

from dataclasses import dataclass
from difflib import get_close_matches

MOST_SHOWN = 200
MOST_FOUND = 1000


class Sentence(str):
    """An English sentence that remembers how it was made, for an edge that speaks other languages."""

    template: str
    values: dict[str, object]


def worded(template: str, **values: object) -> Sentence:
    """A sentence of a template with `%(name)s` in it; a value may itself be such a sentence."""
    sentence = Sentence(template % values if values else template)
    sentence.template, sentence.values = template, values
    return sentence


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where: the field's path, and its line and column when there is a file."""

    message: str
    path: str = ""
    line: int | None = None
    column: int | None = None
    source: str = "policy"

    def __str__(self) -> str:
        place = self.source if self.line is None else f"{self.source}:{self.line}:{self.column}"
        return f"{place}: {self.path}: {self.message}" if self.path else f"{place}: {self.message}"


class PolicyError(Exception):
    """A policy document that can't be used, with every problem that was found in it."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.line or 0, problem.column or 0)))
        lines = [str(problem) for problem in self.problems[:MOST_SHOWN]]
        if more := len(self.problems) - len(lines):
            lines.append(f"and {more} more problems.")
        super().__init__("\n".join(lines))


def did_you_mean(word: str, known: list[str] | tuple[str, ...]) -> str:
    """The end of a sentence about an unknown word: the nearest known one, or all when they are few."""
    if near := get_close_matches(word[:100], known, n=1, cutoff=0.6):
        return worded('did you mean "%(near)s"?', near=near[0])
    if not known:
        return worded("there is none yet.")
    shown = ", ".join(sorted(known)[:20])
    return worded("write one of: %(shown)s%(value)s.", shown=shown, value=", ..." if len(known) > 20 else "")
