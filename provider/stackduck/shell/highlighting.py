"""How a statement looks while it is typed: keywords, names of providers, strings, numbers, parameters, comments.

The tokens are those by which statements are split, so that a string that is still open looks open.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence

from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.styles import Style

from stackduck.sql.tokens import Token, scan

STYLE = Style.from_dict(
    {
        "sql.keyword": "bold ansiblue",
        "sql.function": "ansicyan",
        "sql.type": "ansicyan",
        "sql.provider": "ansigreen",
        "sql.string": "ansiyellow",
        "sql.open": "ansired",
        "sql.number": "ansimagenta",
        "sql.parameter": "bold ansimagenta",
        "sql.comment": "italic ansibrightblack",
        "sql.command": "bold",
        "completion.required": "bold",
    }
)
"""The terminal's own colours, which suit its background; NO_COLOR leaves bold and italic."""

_KEYWORDS = frozenset(
    {
        *("ALL", "ALTER", "ANALYZE", "AND", "ANTI", "ANY", "AS", "ASC", "ASOF", "ATTACH", "BEGIN", "BETWEEN", "BY"),
        *("CASE", "CAST", "CHECKPOINT", "COLLATE", "COLUMN", "COLUMNS", "COMMIT", "COPY", "CREATE", "CROSS", "CUBE"),
        *("CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "DATABASE", "DATABASES", "DEFAULT", "DELETE", "DESC"),
        *("DESCRIBE", "DETACH", "DISTINCT", "DROP", "ELSE", "END", "ESCAPE", "EXCEPT", "EXCLUDE", "EXEC", "EXISTS"),
        *("EXPLAIN", "EXPORT", "EXTENDED", "EXTRACT", "FALSE", "FILTER", "FOLLOWING", "FORCE", "FROM", "FULL", "GLOB"),
        *("GROUP", "GROUPING", "HAVING", "IF", "IGNORE", "ILIKE", "IMPORT", "IN", "INNER", "INSERT", "INSTALL"),
        *("INTERSECT", "INTERVAL", "INTO", "IS", "JOIN", "LAMBDA", "LATERAL", "LEFT", "LIKE", "LIMIT", "LOAD"),
        *("MACRO", "MATERIALIZED", "METHOD", "METHODS", "NATURAL", "NOT", "NULL", "NULLS", "OFFSET", "ON", "OR"),
        *("ORDER", "OUTER", "OVER", "PARTITION", "PIVOT", "POSITIONAL", "PRAGMA", "PRECEDING", "PROVIDERS", "PULL"),
        *("PURGE", "QUALIFY", "RANGE", "RECURSIVE", "REFRESH", "REGISTRY", "REPLACE", "RESET", "RESOURCES", "RESPECT"),
        *("RETURNING", "RIGHT", "ROLLBACK", "ROLLUP", "ROWS", "SAMPLE", "SCHEMA", "SELECT", "SEMI", "SERVICES", "SET"),
        *("SETS", "SHOW", "SIMILAR", "SOME", "SUMMARIZE", "TABLE", "TABLES", "TABLESAMPLE", "TEMP", "TEMPORARY"),
        *("THEN", "TO", "TRANSACTION", "TRUE", "TRUNCATE", "TRY_CAST", "UNBOUNDED", "UNION", "UNPIVOT", "UPDATE"),
        *("USE", "USING", "VALUES", "VARIABLE", "VIEW", "WHEN", "WHERE", "WINDOW", "WITH", "WITHIN"),
    }
)
_TYPES = frozenset(
    {
        *("BIGINT", "BLOB", "BOOLEAN", "DATE", "DECIMAL", "DOUBLE", "FLOAT", "HUGEINT", "INT", "INTEGER", "JSON"),
        *("LIST", "MAP", "SMALLINT", "STRUCT", "TEXT", "TIME", "TIMESTAMP", "TIMESTAMPTZ", "TINYINT", "UBIGINT"),
        *("UUID", "VARCHAR"),
    }
)
_KINDS = {
    "string": "sql.string",
    "open string": "sql.open",
    "open quoted": "sql.open",
    "comment": "sql.comment",
    "open comment": "sql.comment",
    "number": "sql.number",
    "named": "sql.parameter",
    "template": "sql.parameter",
}
_COMMAND = re.compile(r"\s*[.\\][A-Za-z?]\w*")

Span = tuple[int, int, str]
"""Start, end and the class of a part of the text."""


def lexer(*, providers: Callable[[], Collection[str]] | None = None) -> Lexer:
    """Return what colours statements; `providers` names those whose tables stand out, the catalog's unless told."""
    return SqlLexer(providers or _known_providers)


class SqlLexer(Lexer):
    """Colours DuckDB's and StackQL's statements."""

    def __init__(self, providers: Callable[[], Collection[str]]) -> None:
        self._providers = providers

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        """Return what gives the fragments of a line."""
        text, lines = document.text, document.lines
        spans = list(spans_of(text, {name.lower() for name in self._providers()}))
        ends = [end for _, end, _ in spans]
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line) + 1)

        def fragments(number: int) -> StyleAndTextTuples:
            if number >= len(lines):
                return []
            start = starts[number]
            return list(_fragments(text, start, start + len(lines[number]), spans[bisect_right(ends, start) :]))

        return fragments


def spans_of(text: str, providers: Collection[str]) -> Iterator[Span]:
    """Yield the parts of a text that look like something, in order; `providers` are in lower case."""
    command = _COMMAND.match(text)
    start = command.end() if command else 0
    if command:
        yield 0, start, "sql.command"
    tokens = list(scan(text[start:]))
    for at, token in enumerate(tokens):
        kind = _KINDS.get(token.kind) or _kind_of_word(tokens, at, providers)
        if kind:
            yield start + token.start, start + token.end, kind


def _kind_of_word(tokens: Sequence[Token], at: int, providers: Collection[str]) -> str:
    """Return the class of a word by what stands beside it; a name after a dot is never a keyword."""
    token = tokens[at]
    if token.kind not in ("word", "quoted"):
        return "sql.parameter" if token.text == "?" else ""
    follows_dot = at > 0 and tokens[at - 1].text == "."
    if _is_in_provider_name(tokens, at, providers):
        return "sql.provider"
    if follows_dot or token.kind == "quoted":
        return ""
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if after is not None and after.text == ".":
        return ""
    word = token.text.upper()
    if word in _KEYWORDS:
        return "sql.keyword"
    if word in _TYPES:
        return "sql.type"
    return "sql.function" if after is not None and after.text == "(" and after.start == token.end else ""


def _is_in_provider_name(tokens: Sequence[Token], at: int, providers: Collection[str]) -> bool:
    """Tell whether a name is a part of provider.service.resource, whole or half written."""
    first = at
    while first >= 2 and tokens[first - 1].text == "." and tokens[first - 2].kind in ("word", "quoted"):
        first -= 2
    has_dot = first < at or (at + 1 < len(tokens) and tokens[at + 1].text == ".")
    return has_dot and tokens[first].name.lower() in providers


def _fragments(text: str, start: int, end: int, spans: Sequence[Span]) -> Iterator[tuple[str, str]]:
    """Yield a line as pieces with their classes; `spans` begin with the first one that reaches into it."""
    at = start
    for first, last, kind in spans:
        if first >= end:
            break
        if first > at:
            yield "", text[at:first]
        if (stop := min(last, end)) > max(first, at):
            yield f"class:{kind}", text[max(first, at) : stop]
        at = stop
    if at < end:
        yield "", text[at:end]


def _known_providers() -> Collection[str]:
    from stackduck.catalog.names import Catalog

    return (*Catalog.default().provider_names(), "stackduck")
