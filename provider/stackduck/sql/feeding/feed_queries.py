"""The SQL that computes the values of supplies, in the user's own words: spans of the statement, put together anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqlglot import exp

from stackduck.frozen import frozen
from stackduck.sql.constants import unwrap
from stackduck.sql.feeding.feed_sources import Body, FeedSources, Filter, Level, UnusableError
from stackduck.sql.feeding.passed_down import Value
from stackduck.sql.rewrite import Edit, quote, splice
from stackduck.sql.scopes import Cte, Query, Source
from stackduck.sql.spans import Span, body_span, item_span, span_of, value_span
from stackduck.sql.statements import Statement
from stackduck.sql.supplies import Member, Merged, Supply
from stackduck.sql.tokens import tokenize

_CAST = ("BIGINT", "DATE", "BOOLEAN", "TIMESTAMPTZ")


@frozen
class Wording:
    """The statement's text, with or without the edits by which DuckDB reads relations."""

    statement: Statement
    edits: tuple[Edit, ...] = ()

    def text(self, span: Span | None) -> str:
        """Return a stretch of the text as DuckDB reads it. Raises UnusableError for None."""
        if span is None:
            raise UnusableError("it cannot be told from the rest of the statement")
        start, end = span
        own = (Edit(e.start - start, e.end - start, e.text) for e in self.edits if start <= e.start and e.end <= end)
        return splice(self.statement.text[start:end], own)

    def value(self, node: exp.Expr) -> str:
        """Return an expression."""
        return self.text(value_span(node, self.statement))

    def item(self, source: Source) -> str:
        """Return an item of FROM."""
        return self.text(item_span(source.node, self.statement) if source.node is not None else None)

    def members(self, node: exp.Expr) -> str:
        """Return the query of IN (…), without the parentheses."""
        return self.text(body_span(node.this if isinstance(node, exp.Subquery) else node, self.statement))

    def condition(self, node: exp.Expr) -> str:
        """Return a condition."""
        return self.text(span_of(node, self.statement))

    def filter(self, each: Filter) -> str:
        """Return a condition, with the expressions that stand for its columns."""
        span = span_of(each.condition, self.statement) if each.values else None
        if span is None:
            return self.condition(each.condition)
        edits = [Edit(*self._place(column), f"({self._meant(value)})") for column, value in each.values]
        within = (Edit(edit.start - span[0], edit.end - span[0], edit.text) for edit in edits)
        return splice(self.statement.text[span[0] : span[1]], within)

    def _place(self, column: exp.Column) -> Span:
        places = [part.meta for part in column.parts]
        if not all("start" in meta for meta in places):
            raise UnusableError("it cannot be told from the rest of the statement")
        return places[0]["start"], places[-1]["end"] + 1

    def _meant(self, value: Value) -> str:
        if isinstance(value, tuple):
            return f"{quote(value[0].alias)}.{quote(value[1])}"
        return self.value(value)

    def with_ctes(self, text: str, query: Query, *, before: Cte | None = None) -> str:
        """Return a text of a query with those of its WITH that it names, as far as a CTE of the query sees them."""
        seen = query.ctes[: query.ctes.index(before)] if before else query.ctes
        named = _names(text)
        listed: list[str] = []
        is_recursive = False
        for cte in reversed(seen):
            if cte.name in named:
                listed.insert(0, self.text(self._cte_span(cte)))
                named |= _names(listed[0])
                is_recursive = is_recursive or cte.recursive
        words = "WITH RECURSIVE" if is_recursive else "WITH"
        return f"{words} {', '.join(listed)} SELECT * FROM ({text}) AS fed" if listed else text

    def _cte_span(self, cte: Cte) -> Span | None:
        """Return the tokens from a CTE's name to the end of its body."""
        node: exp.Expr | None = cte.query.node
        while node is not None and not isinstance(node, exp.CTE):
            node = node.parent
        alias = node.args.get("alias") if node is not None else None
        start = alias.this.meta.get("start", -1) if alias is not None else -1
        tokens = self.statement.tokens
        at = next((i for i, token in enumerate(tokens) if token.start == start), len(tokens))
        depth, is_body = 0, False
        for token in tokens[at:]:
            is_body = is_body or (depth == 0 and token.is_word("AS"))
            depth += (token.text == "(") - (token.text == ")")
            if is_body and depth == 0 and token.text == ")":
                return start, token.end
        return None


def query(sources: FeedSources, kinds: Sequence[str], wording: Wording) -> str:
    """Return the query of the distinct values of supplies, of these DuckDB types, one column each and none NULL.

    Raises UnusableError.
    """
    text = _within_levels(sources, wording)
    columns = [f"v{i}" for i in range(len(kinds))]
    pairs = zip(columns, kinds, strict=True)
    cast = ", ".join(f"TRY_CAST({c} AS {kind if kind in _CAST else 'VARCHAR'}) AS {c}" for c, kind in pairs)
    given = " AND ".join(f"{column} IS NOT NULL" for column in columns)
    return f"SELECT DISTINCT {', '.join(columns)} FROM (SELECT {cast} FROM ({text}) AS fed) AS fed WHERE {given}"


def described(supply: Supply, wording: Wording) -> str:
    """Return the user's own words for the values of a supply."""
    if isinstance(supply.value, Merged):
        return f"{supply.value.source.alias}.{supply.value.name}"
    node = supply.value.node
    text = f"({wording.members(node)})" if isinstance(supply.value, Member) else wording.value(node)
    return " ".join(text.split())


def _within_levels(sources: FeedSources, wording: Wording) -> str:
    """Return the query of the values, with the sources and the WITH of every query around it."""
    innermost, *others = sources.levels
    text = _values(sources.supplies, innermost, wording)
    for level in others:
        text = _around(level, text, wording)
    return _with_ctes(text, sources.levels[-1].query, wording)


def body(kept: Body, wording: Wording) -> str:
    """Return a query that is computed once, with the WITH that it names."""
    text = wording.with_ctes(wording.text(kept.span), kept.query, before=kept.cte)
    return _with_ctes(text, kept.query, wording)


def _with_ctes(text: str, inner: Query, wording: Wording) -> str:
    """Return a query that stands within another one with the WITH of every query around that."""
    while inner.parent is not None:
        cte = next((cte for cte in inner.parent.ctes if cte.query is inner), None)
        text = wording.with_ctes(text, inner.parent, before=cte)
        inner = inner.parent
    return text


def _values(supplies: Sequence[Supply], level: Level, wording: Wording) -> str:
    """Return the SELECT of the values themselves."""
    inside: dict[int, tuple[str, str]] = {}
    values = []
    for supply in supplies:
        if isinstance(supply.value, Member):
            node = supply.value.node
            name, _ = inside.setdefault(id(node), (f"in {len(inside)}", _members(node, len(inside), wording)))
            values.append(f"{quote(name)}.c{supply.value.column}")
        elif isinstance(supply.value, Merged):
            values.append(f"{quote(supply.value.source.alias)}.{quote(supply.value.name)}")
        else:
            values.append(f"({wording.value(supply.value.node)})")
    items = [*_from(level, wording), *(f" CROSS JOIN {text}" for _, text in inside.values())]
    listed = ", ".join(f"{value} AS v{i}" for i, value in enumerate(values))
    return wording.with_ctes(f"SELECT {listed}{_clause(items)}{_where(level, wording)}", level.query)


def _members(node: exp.Expr, number: int, wording: Wording) -> str:
    """Return the query of IN (…) as an item of FROM."""
    width = _width(node)
    names = ", ".join(f"c{i}" for i in range(width))
    return f"({wording.members(node)}) AS {quote(f'in {number}')}({names})"


def _width(node: exp.Expr) -> int:
    """Return how many columns are compared with those of a subquery."""
    compared = node.parent
    while compared is not None and not isinstance(compared, (exp.In, exp.EQ)):
        compared = compared.parent
    left = unwrap(compared.this) if compared is not None else None
    return len(left.expressions) if isinstance(left, exp.Tuple) else 1


def _around(level: Level, inner: str, wording: Wording) -> str:
    """Return a query with the sources of a level beside it."""
    text = inner
    if level.sources:
        items = [*_from(level, wording), f" CROSS JOIN LATERAL ({inner}) AS fed"]
        text = f"SELECT fed.*{_clause(items)}{_where(level, wording)}"
    return wording.with_ctes(text, level.query)


def _clause(items: Sequence[str]) -> str:
    return f" FROM {''.join(items).removeprefix(' CROSS JOIN ').removeprefix('LATERAL ')}" if items else ""


def _from(level: Level, wording: Wording) -> Iterator[str]:
    """Yield the items of FROM, each with the join before it."""
    for source in level.sources:
        text = wording.item(source)
        names = list(_using(source, level))
        if source in level.kept and source.join is not None:
            on = source.join.args.get("on")
            joined = f"USING ({', '.join(names)})" if names else f"ON {wording.condition(on) if on else 'true'}"
            yield f" LEFT JOIN {text} {joined}"
        elif names:
            yield f" JOIN {text} USING ({', '.join(names)})"
        else:
            yield f" CROSS JOIN {text}"


def _using(source: Source, level: Level) -> Iterable[str]:
    """Return the columns of a USING whose other side is there as well."""
    before = level.sources[: level.sources.index(source)]
    for identifier in (source.join.args.get("using") or ()) if source.join else ():
        name = identifier.name.lower()
        every = level.query.sources[: level.query.sources.index(source)]
        if next((s for s in every if s.has(name) is True), None) in before:
            yield quote(identifier.name)


def _names(text: str) -> set[str]:
    return {token.name.lower() for token in tokenize(text) if token.kind in ("word", "quoted")}


def _where(level: Level, wording: Wording) -> str:
    listed = []
    for each in level.filters:
        try:
            listed.append(f"({wording.filter(each)})")
        except UnusableError:
            continue
    return f" WHERE {' AND '.join(listed)}" if listed else ""
