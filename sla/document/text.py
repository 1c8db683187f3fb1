"""Words of a tenant in the languages of its policy."""

from collections.abc import Mapping


class Text(dict[str, str]):
    """Language to words, the policy's own language first; equals and serialises as the plain mapping it is.

    Treat it as a constant: it is hashable, so that the records that hold it are.
    """

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __str__(self) -> str:
        return next(iter(self.values()), "")

    def say(self, language: str) -> str:
        """The words in this language, or in the policy's own when it has none."""
        return self.get(language.split("-")[0]) or self.get(language) or str(self)


def in_order(words: Mapping[str, str], language: str) -> Text:
    """A text with the policy's own language first (Postgres gives mappings back in an order of its own)."""
    return Text(sorted(words.items(), key=lambda item: (item[0] != language, item[0])))
