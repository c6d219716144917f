"""Put DuckDB's text in place of StackQL's, from the outside in; what holds no such text stays as it was written.

A site is a span of tokens that may have another text. Sites nest: the text of an inner one is part of its outer one's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from stackduck.frozen import frozen
from stackduck.sql.dialect.kinds import UNKNOWN, Kind, probe
from stackduck.sql.dialect.structure import Span, Structure
from stackduck.sql.tokens import Token, string_value


@frozen
class Site:
    """A span and what writes its text; a writer gives None to leave the text alone."""

    start: int
    end: int
    write: Callable[[], str | None]


class Translation:
    """One statement on its way into DuckDB's words."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self.source = text
        self.tokens = tokens
        self.structure = Structure(tokens)
        self.kinds: dict[int, Kind] = {}
        """The types of operands, by the numbers under which they were asked for."""
        self.asked: set[int] = set()
        """The numbers whose types the text written last lacks."""
        self.takes_any = False
        """Whether an operand's type is no longer asked for."""
        self._sites: dict[int, list[Site]] = defaultdict(list)

    def add(self, site: Site) -> None:
        """Add a site; of two with the same span the later one is the outer one."""
        self._sites[site.start].insert(0, site)
        self._sites[site.start].sort(key=lambda each: -each.end)

    @property
    def has_sites(self) -> bool:
        """Tell whether there is anything to translate."""
        return bool(self._sites)

    def has_sites_in(self, span: Span) -> bool:
        """Tell whether any site starts within a span."""
        return any(span[0] <= start < span[1] for start in self._sites)

    def text(self, span: Span, *, within: Site | None = None) -> str:
        """Return the translated text of a span; `within` is the site that asks for its own."""
        start, end = span
        if start >= end:
            return ""
        parts: list[str] = []
        at, written = start, self.tokens[start].start
        while at < end:
            found = self._written(at, end, within if at == start else None)
            if found is None:
                at += 1
                continue
            site, text = found
            parts += (self.source[written : self.tokens[at].start], text)
            at, written = site.end, self.tokens[site.end - 1].end
        return "".join((*parts, self.source[written : self.tokens[end - 1].end]))

    def _written(self, at: int, end: int, within: Site | None) -> tuple[Site, str] | None:
        """Return the outermost site that starts at a token and has something to say, inside the one that asks."""
        sites = self._sites.get(at, [])
        first = next((i + 1 for i, site in enumerate(sites) if site is within), 0)
        for site in sites[first:]:
            if site.end <= end and (text := site.write()) is not None:
                return site, text
        return None

    def raw(self, span: Span) -> str:
        """Return the text of a span as it was written."""
        return self.source[self.tokens[span[0]].start : self.tokens[span[1] - 1].end] if span[0] < span[1] else ""

    def literal(self, span: Span) -> str | None:
        """Return the value of a span that is one string literal."""
        token = self.tokens[span[0]]
        return string_value(token) if span[1] == span[0] + 1 and token.kind == "string" else None

    def path(self, span: Span) -> str | None:
        """Return a path that is written as a literal, or in double quotes, which are text's in MySQL."""
        token = self.tokens[span[0]]
        is_quoted = span[1] == span[0] + 1 and token.kind == "quoted" and token.name.startswith("$")
        return token.name if is_quoted else self.literal(span)

    def number(self, span: Span) -> str | None:
        """Return the text of a span that is one number, perhaps with a sign."""
        tokens = self.tokens[span[0] : span[1]]
        if len(tokens) == 2 and tokens[0].text in ("-", "+") and tokens[1].kind == "number":
            return tokens[0].text.replace("+", "") + tokens[1].text
        return tokens[0].text if len(tokens) == 1 and tokens[0].kind == "number" else None

    def kind(self, number: int) -> Kind | None:
        """Return the type of an operand; None where it must be asked for."""
        return self.kinds.get(number, UNKNOWN if self.takes_any else None)

    def ask(self, number: int, operand: str) -> str:
        """Return the text that asks for the type of an operand, in place of what would be written of it."""
        self.asked.add(number)
        return probe(number, operand)
