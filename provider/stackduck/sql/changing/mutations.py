"""INSERT, UPDATE, REPLACE, DELETE and EXEC over a provider, read by their tokens: what is changed, by which values.

Owns the forms of these statements and the query that computes their values. Knows no document: which names there
are, and which method takes them, is decided in changes. Nothing that is written is ignored: what is not understood is
refused.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import field
from typing import Literal

from stackduck.errors import NotSupportedError, ProgrammingError
from stackduck.frozen import frozen
from stackduck.sql.changing import clauses, executions, matching
from stackduck.sql.changing.clauses import Tokens
from stackduck.sql.changing.matching import Condition
from stackduck.sql.rewrite import Edit, splice
from stackduck.sql.statements import Statement

Verb = Literal["insert", "update", "replace", "delete", "exec"]

ROW = '"the row"'
"""What a whole row of values is called; no column of a user's is."""

_VERBS: Mapping[str, Verb] = {
    "INSERT": "insert",
    "UPDATE": "update",
    "REPLACE": "replace",
    "DELETE": "delete",
    "EXEC": "exec",
}
_TAIL = f"\n) AS {ROW}"
_READING = ("SELECT", "FROM", "VALUES", "TABLE")
_AFTER_NAME = ("SET", "WHERE", "RETURNING", "USING", "DEFAULT", "BY", "WITH", "ON", "ORDER", "LIMIT", *_READING)


@frozen
class Assignment:
    """A name and the number of the expression that it gets."""

    name: str
    """As it was written."""
    number: int


@frozen
class Mutation:
    """A statement that may change something at a provider, taken apart."""

    statement: Statement
    verb: Verb
    parts: tuple[str, str, str]
    method: str = ""
    """The method that EXEC names."""
    alias: str = ""
    """What RETURNING may call the resource."""
    before: str = ""
    """WITH and its queries, in front of the statement."""
    columns: tuple[str, ...] = ()
    """The columns that an INSERT names, which it must where it has rows."""
    query: str = ""
    """What gives an INSERT its rows."""
    assignments: tuple[Assignment, ...] = ()
    """SET, or the parameters of EXEC."""
    body: int | None = None
    """The number of the expression that is the whole body, @@json."""
    condition: Condition | None = None
    expressions: tuple[str, ...] = ()
    returning: str = ""
    shows_rows: bool = False
    """Whether EXEC is to give the rows of its answer."""
    places: Mapping[str, int] = field(default_factory=dict)
    """Where in the text something can be added: after columns, set, where and end, before query and condition."""

    @property
    def question(self) -> str:
        """The query that computes the values, one JSON object a row; empty where there are none.

        A row of an INSERT has its columns in their order; of other statements there is one row, with v0, v1, ….
        """
        rows = self.query
        if not rows and self.expressions:
            rows = "SELECT " + ", ".join(f"({text}\n) AS v{number}" for number, text in enumerate(self.expressions))
        return f"{self._head}{rows}{_TAIL}" if rows else ""

    def with_question(self, corrected: str) -> str:
        """Return the statement with the rows of a corrected question; empty where they are not found in it."""
        is_plain = corrected.startswith(self._head) and corrected.endswith(_TAIL)
        if not is_plain or "query" not in self.places:
            return ""
        start = self.places["query"]
        rows = corrected[len(self._head) : -len(_TAIL)]
        return splice(self.statement.text, [Edit(start, start + len(self.query), rows)])

    @property
    def _head(self) -> str:
        return f"{self.before}SELECT to_json({ROW}) FROM ("


def verb_of(statement: Statement) -> Verb | None:
    """Return the verb of a statement that changes rows or runs a method; None for any other."""
    if statement.keyword == "WITH" and (at := _main(statement)):
        return _VERBS.get(statement.tokens[at].text.upper())
    return _VERBS.get(statement.keyword)


def read(statement: Statement, providers: Collection[str]) -> Mutation | None:
    """Take a change at a provider apart; None for any other statement.

    Raises ProgrammingError for one that is malformed, NotSupportedError for a clause that no provider knows.
    """
    verb = verb_of(statement)
    if verb is None:
        return None
    try:
        return _read(_Reader(statement, verb), verb, providers)
    except RecursionError as exc:
        raise NotSupportedError("the condition is nested too deep; write IN (…) for many values") from exc


def _read(reader: _Reader, verb: Verb, providers: Collection[str]) -> Mutation | None:
    name = reader.name()
    is_known = bool(name) and name[0].lower() in {provider.lower() for provider in providers}
    # EXEC and REPLACE are no statements of DuckDB's: a provider that is not known is a mistake in its name.
    if not is_known and (verb not in ("exec", "replace") or len(name) < 3):
        return None
    return reader.mutation(name)


def _main(statement: Statement) -> int | None:
    """Return where the statement after WITH and its queries begins."""
    return clauses.find(statement.tokens, *_VERBS, *_READING)


class _Reader:
    """Reads one statement."""

    def __init__(self, statement: Statement, verb: Verb) -> None:
        start = (_main(statement) or 0) if statement.keyword == "WITH" else 0
        self._statement = statement
        self._verb = verb
        self._word = verb.upper()
        self._before = statement.text[: statement.tokens[start].start]
        self._tokens = statement.tokens[start:]
        self._expressions: list[str] = []
        self._places = {"end": statement.tokens[-1].end}

    def name(self) -> tuple[str, ...]:
        """Return the parts of the name that the statement changes; none where there is no name."""
        return clauses.dotted_name(self._tokens, self._start_of_name())

    def mutation(self, name: tuple[str, ...]) -> Mutation:
        """Read the rest of the statement."""
        wanted = 4 if self._verb == "exec" else 3
        if len(name) != wanted:
            form = "provider.service.resource.method" if wanted == 4 else "provider.service.resource"
            raise ProgrammingError(f"{self._word} needs a name of the form {form}, not {'.'.join(name)}")
        parts, at = (name[0], name[1], name[2]), self._start_of_name() + 2 * wanted - 1
        if self._verb == "exec":
            return self._execution(parts, name[3], self._tokens[at:])
        at, alias = self._alias(at)
        if self._verb == "insert" or (self._verb == "replace" and self._text(self._tokens[at : at + 1]) == "("):
            return self._rows(parts, at, alias=alias)
        return self._assigned(parts, at, alias=alias)

    def _start_of_name(self) -> int:
        """Return the place after INSERT INTO, UPDATE, REPLACE [INTO], DELETE FROM or EXEC."""
        if self._verb == "insert" and self._is_word(1, "OR"):
            return 4
        optional = {"insert": "INTO", "replace": "INTO", "delete": "FROM"}.get(self._verb)
        return 2 if optional and self._is_word(1, optional) else 1

    def _is_word(self, at: int, *words: str) -> bool:
        return at < len(self._tokens) and self._tokens[at].is_word(*words)

    def _text(self, tokens: Tokens) -> str:
        return self._statement.text[tokens[0].start : tokens[-1].end] if tokens else ""

    def _keep(self, expression: str) -> int:
        """Note an expression and return its number."""
        self._expressions.append(expression)
        return len(self._expressions) - 1

    def _alias(self, at: int) -> tuple[int, str]:
        """Return the place after AS name, or after a bare name, and the name."""
        at += self._is_word(at, "AS")
        token = self._tokens[at] if at < len(self._tokens) else None
        if token and token.kind in ("word", "quoted") and not token.is_word(*_AFTER_NAME):
            return at + 1, token.name
        return at, ""

    def _execution(self, parts: tuple[str, str, str], method: str, tokens: Tokens) -> Mutation:
        assignments, body = [], None
        for name, value in executions.arguments(tokens):
            number = self._keep(self._text(value))
            if name == executions.BODY:
                body = number
            else:
                assignments.append(Assignment(name, number))
        return Mutation(
            self._statement,
            "exec",
            parts,
            method=method,
            before=self._before,
            assignments=tuple(assignments),
            body=body,
            expressions=tuple(self._expressions),
            shows_rows=executions.shows_rows(self._statement),
            places=self._places,
        )

    def _rows(self, parts: tuple[str, str, str], at: int, *, alias: str) -> Mutation:
        """Read columns, the query of the rows, and RETURNING."""
        self._refuse_other_rows(at)
        columns, at = self._columns(at)
        returning = clauses.find(self._tokens, "RETURNING", start=at)
        query = self._tokens[at:returning]
        if not columns and [token.text.upper() for token in query] == ["DEFAULT", "VALUES"]:
            query = ()
        elif not query:
            raise ProgrammingError(f"{self._word} has no rows; write VALUES ('x', 'y') or a SELECT after the columns")
        if query:
            self._places["query"] = query[0].start
        return Mutation(
            self._statement,
            self._verb,
            parts,
            alias=alias,
            before=self._before,
            columns=columns,
            query=self._text(query),
            returning=self._text(self._tokens[returning + 1 :]) if returning else "",
            places=self._places,
        )

    def _refuse_other_rows(self, at: int) -> None:
        """Refuse what DuckDB's INSERT has beyond columns and rows."""
        if self._verb == "insert" and self._is_word(1, "OR"):
            remedy = "write REPLACE INTO" if self._is_word(2, "REPLACE") else "leave it out"
            raise NotSupportedError(f"no provider knows INSERT OR {self._tokens[2].text.upper()}; {remedy}")
        has_conflict = any(
            place >= at and token.is_word("ON") and self._is_word(place + 1, "CONFLICT")
            for place, token in clauses.outer(self._tokens)
        )
        if has_conflict or self._is_word(at, "BY"):
            raise NotSupportedError("no provider knows ON CONFLICT or BY NAME; name the columns, (a, b), and give rows")

    def _columns(self, at: int) -> tuple[tuple[str, ...], int]:
        """Return the columns in parentheses, and the place after them."""
        if at >= len(self._tokens) or self._tokens[at].text != "(":
            return (), at
        close = clauses.close_of(self._tokens, at)
        items = clauses.split(self._tokens[at + 1 : close], ",")
        if not all(len(item) == 1 and item[0].kind in ("word", "quoted") for item in items):
            return (), at
        self._places["columns"] = self._tokens[close].start
        return tuple(item[0].name for item in items), close + 1

    def _assigned(self, parts: tuple[str, str, str], at: int, *, alias: str) -> Mutation:
        """Read SET, WHERE and RETURNING, each of which may be missing; DELETE has no SET."""
        found = self._clauses(at)
        assigned, condition = found.get("SET", ()), found.get("WHERE")
        assignments = tuple(map(self._assignment, clauses.split(assigned, ","))) if "SET" in found else ()
        self._places["set"] = (assigned or self._tokens[:at])[-1].end
        if condition:
            self._places |= {"condition": condition[0].start, "where": condition[-1].end}
        return Mutation(
            self._statement,
            self._verb,
            parts,
            alias=alias,
            before=self._before,
            assignments=assignments,
            condition=None if condition is None else self._condition(condition, parts, alias=alias),
            expressions=tuple(self._expressions),
            returning=self._text(found.get("RETURNING", ())),
            places=self._places,
        )

    def _clauses(self, at: int) -> dict[str, Tokens]:
        """Return what follows the name, by the word that begins it."""
        known = ("WHERE", "RETURNING") if self._verb == "delete" else ("SET", "WHERE", "RETURNING")
        others = ("FROM", "USING", "ORDER", "LIMIT", "OFFSET")
        marks = [(place, t) for place, t in clauses.outer(self._tokens) if place >= at and t.is_word(*known, *others)]
        words = [token.text.upper() for _, token in marks]
        ends = [*(place for place, _ in marks), len(self._tokens)][1:]
        in_order = [word for word in known if word in words]
        begins = marks[0][0] == at if marks else at == len(self._tokens)
        if words != in_order or not begins:
            raise NotSupportedError(
                f"{self._word} at a provider has the clauses {', '.join(known)}, in this order; "
                "values from elsewhere come by a query: name IN (SELECT …)"
            )
        return {word: self._tokens[mark[0] + 1 : end] for word, mark, end in zip(words, marks, ends, strict=True)}

    def _assignment(self, tokens: Tokens) -> Assignment:
        if len(tokens) < 3 or tokens[0].kind not in ("word", "quoted") or tokens[1].text != "=":
            raise ProgrammingError(f"SET cannot read {self._text(tokens) or 'nothing'}; write name = value")
        return Assignment(tokens[0].name, self._keep(self._text(tokens[2:])))

    def _condition(self, tokens: Tokens, parts: tuple[str, str, str], *, alias: str) -> Condition:
        full_name = tuple(part.lower() for part in parts)
        prefixes = {(), full_name, full_name[1:], full_name[2:], (alias.lower(),)}

        def column(tokens: Tokens) -> str | None:
            name = tuple(part.lower() for part in clauses.dotted_name(tokens))
            return name[-1] if name and len(tokens) == 2 * len(name) - 1 and name[:-1] in prefixes else None

        return matching.read(tokens, column=column, keep=self._keep, text=self._statement.text)
