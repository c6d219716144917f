"""How the tokens of a statement hang together: brackets, calls with their arguments, where an operand begins.

Enough to find a function's call and its arguments in text that no parser but DuckDB's may be able to read. Must not
know any function by name.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackduck.frozen import frozen
from stackduck.sql.tokens import Token

Span = tuple[int, int]
"""Tokens from the first number up to, not including, the second."""

# Words that an operand follows: a name before ( is a function's after them, and something else's after other words.
BEFORE_OPERAND = frozenset(
    {
        *("SELECT", "DISTINCT", "ALL", "WHERE", "AND", "OR", "NOT", "IS", "LIKE", "ILIKE", "GLOB", "SIMILAR", "TO"),
        *("REGEXP", "ESCAPE", "IN", "BETWEEN", "ANY", "SOME", "EXISTS", "CASE", "WHEN", "THEN", "ELSE", "ON", "BY"),
        *("HAVING", "QUALIFY", "FROM", "JOIN", "LATERAL", "USING", "LIMIT", "OFFSET", "VALUES", "SET", "RETURNING"),
        *("DEFAULT", "INTERVAL", "OVER", "FILTER", "COLLATE", "ZONE", "UNION", "EXCEPT", "INTERSECT", "AS", "XOR"),
        *("ISNULL", "DIV", "MOD", "CHECK", "EXECUTE", "LAMBDA", "FOR"),
    }
)
_BEFORE_NAMES = frozenset(("AS", "EXISTS"))
# Words that follow a table and are not its alias.
AFTER_TABLE = frozenset(
    {
        *("WHERE", "JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "ASOF", "POSITIONAL", "SEMI", "ANTI", "NATURAL"),
        *("ON", "USING", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "QUALIFY", "WINDOW", "UNION", "EXCEPT"),
        *("INTERSECT", "SELECT", "TABLESAMPLE", "PIVOT", "UNPIVOT", "RETURNING", "OUTER", "AT", "SET", "WHEN", "WITH"),
    }
)
_ARITHMETIC = ("<", ">", "<=", ">=", "+", "-", "*", "/", "//", "%", "**")
_NUMERIC = ("SUM", "AVG", "TOTAL", "ABS", "ROUND", "FLOOR", "CEIL", "CEILING", "SQRT", "MEDIAN", "STDDEV")
_PAIRS = {")": "(", "]": "[", "}": "{"}
_TYPED = frozenset(("JSON", "DATE", "TIME", "TIMESTAMP", "TIMESTAMPTZ", "INTERVAL", "BLOB", "VARCHAR"))


def is_alias(token: Token | None) -> bool:
    """Tell whether the token after a table is its alias, or leads to it."""
    if token is None or token.kind not in ("word", "quoted"):
        return False
    return token.kind == "quoted" or token.text.upper() not in AFTER_TABLE


@frozen
class Call:
    """A function's call: name(argument, …)."""

    name: str
    """Lower case."""
    start: int
    end: int
    """One past the closing bracket."""
    arguments: tuple[Span, ...]


class Structure:
    """The brackets of a statement, and what can be told from them."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.partner: dict[int, int] = {}
        """Opening bracket → closing bracket, and back."""
        self.holder: list[int] = []
        """For each token the opening bracket around it, or -1."""
        waiting: list[int] = []
        for at, token in enumerate(tokens):
            mark = token.text if token.kind == "symbol" else ""
            if mark in _PAIRS and waiting and tokens[waiting[-1]].text == _PAIRS[mark]:
                opening = waiting.pop()
                self.partner[opening], self.partner[at] = at, opening
            self.holder.append(waiting[-1] if waiting else -1)
            if mark in ("(", "[", "{"):
                waiting.append(at)

    def is_mark(self, at: int, *marks: str) -> bool:
        """Tell whether the token is one of these symbols."""
        return 0 <= at < len(self.tokens) and self.tokens[at].kind == "symbol" and self.tokens[at].text in marks

    def is_word(self, at: int, *words: str) -> bool:
        """Tell whether the token is one of these words, in any case."""
        return 0 <= at < len(self.tokens) and self.tokens[at].is_word(*words)

    def call(self, at: int) -> Call | None:
        """Return the call of a function whose name the token is; None where it is no function's."""
        end = self.partner.get(at + 1)
        if end is None or not self.is_mark(at + 1, "(") or not self._follows_operator(at):
            return None
        if self.is_word(end + 1, "AS") and (self.is_mark(end + 2, "(") or self.is_word(end + 2, "MATERIALIZED", "NOT")):
            return None  # WITH name (columns) AS (…)
        return Call(self.tokens[at].name.lower(), at, end + 1, self.items((at + 2, end)))

    def _follows_operator(self, at: int) -> bool:
        if at == 0:
            return False
        before = self.tokens[at - 1]
        if before.kind == "word":
            return before.text.upper() in BEFORE_OPERAND - _BEFORE_NAMES
        if before.text == ")" and self.is_word(self.partner.get(at - 1, 0) - 1, "ON"):
            return self.is_word(self.partner[at - 1] - 2, "DISTINCT")
        return before.kind == "symbol" and before.text not in (")", "]", "}", ".", "::", "?")

    def items(self, span: Span) -> tuple[Span, ...]:
        """Return what commas part in a span."""
        start, end = span
        if start == end:
            return ()
        found, inside = [], self.holder[start]
        for at in range(start, end):
            if self.is_mark(at, ",") and self.holder[at] == inside:
                found.append((start, at))
                start = at + 1
        return (*found, (start, end))

    def is_counted_with(self, span: Span) -> bool:
        """Tell whether an operand stands beside a number, as in x > 5, or is all that sum(x) and the like get."""
        start, end = span
        sign = self.is_mark(end + 1, "-", "+")
        if self.is_mark(end, *_ARITHMETIC) and self._is_number(end + 1 + sign):
            return True
        if self.is_mark(start - 1, *_ARITHMETIC) and self._is_number(start - 2):
            return True
        is_only = self.is_mark(start - 1, "(") and self.is_mark(end, ")", ",")
        return is_only and self.is_word(start - 2, *_NUMERIC)

    def _is_number(self, at: int) -> bool:
        return 0 <= at < len(self.tokens) and self.tokens[at].kind == "number"

    def end_of_alias(self, at: int) -> int:
        """Return the end of a table's alias that begins at a token: AS name (column, …); `at` where there is none."""
        name = at + self.is_word(at, "AS")
        if name >= len(self.tokens) or not is_alias(self.tokens[name]):
            return at
        return self.partner[name + 1] + 1 if self.is_mark(name + 1, "(") and name + 1 in self.partner else name + 1

    def ends_operand(self, at: int) -> bool:
        """Tell whether an operand ends with the token."""
        token = self.tokens[at]
        if token.kind == "symbol":
            return token.text in (")", "]", "}", "?")
        return token.kind != "word" or token.text.upper() not in BEFORE_OPERAND

    def operand_before(self, at: int, starts: dict[int, int]) -> int | None:
        """Return the first token of the operand that ends before a token: a name, a call, a list, a bracket.

        `starts` has those of the arrows before it: an operand may be another arrow's result.
        """
        first = at - 1
        while first >= 0:
            start = self._primary(first)
            if start is None:
                return None
            before = start - 1
            if self.is_mark(before, "->", "->>"):
                return starts.get(before)
            if not self.is_mark(before, ".", "::"):
                return start
            first = before - 1
        return None

    def _primary(self, last: int) -> int | None:
        """Return where the shortest operand begins that ends with a token."""
        token = self.tokens[last]
        if token.kind == "symbol" and token.text in _PAIRS:
            opening = self.partner.get(last)
            return None if opening is None else self._with_name(opening)
        if token.is_word("END"):
            return self._case(last)
        if token.kind == "string" and self.is_word(last - 1, *_TYPED):
            return last - 1
        return last if self.ends_operand(last) and token.kind != "symbol" else None

    def _with_name(self, opening: int) -> int:
        """Return where what brackets end begins: f(…) at f, x[1] at x, (…) and [1, 2] at the bracket."""
        before = opening - 1
        if self.is_mark(opening, "{"):
            return before if self.is_word(before, "MAP") else opening
        if before < 0 or not self.ends_operand(before):
            return opening
        start = self._primary(before)
        return opening if start is None else start

    def _case(self, last: int) -> int | None:
        depth = 0
        for at in range(last, -1, -1):
            depth += self.is_word(at, "END") - self.is_word(at, "CASE")
            if depth == 0:
                return at
        return None
