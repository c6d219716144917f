"""What SHOW and DESCRIBE show, with StackQL's columns in StackQL's order, as SELECTs over the tables of facts.

EXTENDED adds, after StackQL's own columns, what a statement must give, what it may give, and an example to copy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stackduck.catalog.facts import VIEW
from stackduck.frozen import frozen
from stackduck.sql.inspecting.looking import Describe, Listed, Show
from stackduck.sql.rewrite import quote
from stackduck.sql.statements import of_text
from stackduck.sql.tokens import Token

_VERBS = "['SELECT', 'INSERT', 'DELETE', 'UPDATE', 'REPLACE', 'EXEC']"


@frozen
class _Form:
    """A list: its columns, and what they are made of."""

    columns: Mapping[str, str]
    """Name → expression over the table of facts."""
    more: Mapping[str, str]
    """Those that EXTENDED adds."""
    order: tuple[str, ...]
    liked: tuple[str, ...]
    """The columns that LIKE looks at."""
    rows: str = "true"
    """The condition of a row that is shown."""


_FORMS: Mapping[Listed, _Form] = {
    "providers": _Form({"name": "name", "version": "version"}, {"services": "services"}, ("name",), ("name",)),
    "services": _Form(
        {"id": "id", "name": "name", "title": "title"},
        {"description": "description", "version": "version", "preferred": "preferred"},
        ("name",),
        ("id", "name"),
        rows="is_here",
    ),
    "resources": _Form(
        {"name": "name", "id": "id"},
        {
            "description": "coalesce(nullif(description, ''), title)",
            "verbs": "array_to_string(verbs, ', ')",
            "needs": "needs",
            "example": "example",
        },
        ("name",),
        ("id", "name"),
    ),
    "methods": _Form(
        {"MethodName": "name", "RequiredParams": "array_to_string(required, ', ')", "SQLVerb": "verb"},
        {
            "description": "description",
            "OptionalParams": "array_to_string(optional, ', ')",
            "Scopes": "scopes",
            "Limitation": "limitation",
            "Example": "example",
        },
        (f"CASE name WHEN '{VIEW}' THEN 0 ELSE list_position({_VERBS}, verb) END", "name"),
        ("MethodName",),
    ),
}


@frozen
class Shown:
    """A SELECT over tables of facts, each of which holds the rows of one place alone."""

    tables: tuple[str, ...]
    place: tuple[str, ...]
    query: str
    """With {providers} and the like where the tables' names go."""
    tail: str = ""
    columns: tuple[str, ...] = ()
    """What a condition may name."""

    def text(self, relations: Mapping[str, str]) -> str:
        """Return the SELECT over relations that stand for the tables."""
        return self.query.format_map({table: quote(name) for table, name in relations.items()}) + self.tail


def of_list(show: Show) -> Shown:
    """Return what SHOW PROVIDERS, SERVICES, RESOURCES or METHODS shows."""
    form = _FORMS[show.listed]
    every = {**form.columns, **form.more}
    shown = ", ".join(map(quote, every if show.is_extended else form.columns))
    made = ", ".join(f"{expression} AS {quote(name)}" for name, expression in every.items())
    keys = [f"sort_{i}" for i in range(len(form.order))]
    order = ", ".join(f"{expression} AS {key}" for key, expression in zip(keys, form.order, strict=True))
    query = f"SELECT {shown} FROM (SELECT {made}, {order} FROM {{{show.listed}}} WHERE {form.rows}) AS {show.listed}"
    return Shown((show.listed,), show.place, query, _tail(show, form, keys), tuple(every))


def _tail(show: Show, form: _Form, keys: Sequence[str]) -> str:
    """Return the clauses that LIKE and the statement's own end stand for, in the list's order where it has no other."""
    tokens = of_text(show.tail).tokens
    at = _end_of_where(tokens)
    conditions = [_liked(show.like, form.liked)] if show.like else []
    if at > 1:
        conditions.append(f"({show.tail[tokens[0].end : tokens[at - 1].end]})")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    rest = show.tail[tokens[at].start :] if at < len(tokens) else ""
    order = "" if rest and tokens[at].is_word("ORDER") else f" ORDER BY {', '.join(keys)}"
    return f"{where}{order} {rest}".rstrip()


def _liked(like: str, columns: Sequence[str]) -> str:
    """Return the condition that a LIKE stands for."""
    negated, pattern = ("NOT ", like[3:]) if like[:3].upper() == "NOT" else ("", like)
    return f"{negated}({' OR '.join(f'{quote(column)} {pattern.strip()}' for column in columns)})"


def _end_of_where(tokens: Sequence[Token]) -> int:
    """Return the first token of ORDER BY, LIMIT or OFFSET outside parentheses."""
    depth = 0
    for at, token in enumerate(tokens):
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.is_word("ORDER", "LIMIT", "OFFSET"):
            return at
    return len(tokens)


_FIRST = "CASE name WHEN 'id' THEN 1 WHEN 'name' THEN 2 WHEN 'description' THEN 3 ELSE 4 END"
_FIRST_METHOD = "(SELECT name FROM {methods} WHERE verb = 'SELECT' ORDER BY position LIMIT 1)"
_OUTPUTS = f"FROM {{outputs}} WHERE verb = 'SELECT' AND method = {_FIRST_METHOD}"
_INPUT = "CASE WHEN is_required THEN 'input_required' ELSE 'input_optional' END"
_RESOURCE = f"SELECT name, schema_type AS type {_OUTPUTS} ORDER BY {_FIRST}, name"
_EXTENDED_RESOURCE = f"""
    SELECT name, type, description, sql_type, param_type, methods FROM (
        SELECT name, schema_type AS type, description, type AS sql_type, 'output' AS param_type, method AS methods,
            0 AS part, {_FIRST} AS place {_OUTPUTS}
        UNION ALL
        SELECT name, any_value(schema_type), any_value(description), any_value(type), {_INPUT},
            string_agg(method, ', ' ORDER BY rowid), 2 - is_required::INTEGER, 0
        FROM {{parameters}} WHERE verb = 'SELECT' GROUP BY name, is_required
    ) AS described ORDER BY part, place, name
"""
_METHOD = f"""
    SELECT name, type, param_type, shape, description, sql_type, default_value, allowed FROM (
        SELECT DISTINCT name, schema_type AS type, {_INPUT} AS param_type, shape, description, type AS sql_type,
            default_value, allowed, 2 - is_required::INTEGER AS part FROM {{parameters}}
        UNION ALL
        SELECT DISTINCT name, schema_type, 'output', shape, description, type, NULL, NULL, 3 FROM {{outputs}}
    ) AS described ORDER BY part, name
"""


def of_description(describe: Describe) -> Shown:
    """Return what DESCRIBE shows of a resource or a method."""
    if describe.is_method:
        query = _METHOD if describe.is_extended else f"SELECT name, type, param_type, shape FROM ({_METHOD})"
        return Shown(("parameters", "outputs"), describe.place, query)
    if describe.is_extended:
        return Shown(("methods", "outputs", "parameters"), describe.place, _EXTENDED_RESOURCE)
    return Shown(("methods", "outputs"), describe.place, _RESOURCE)


def of(look: Show | Describe) -> Shown:
    """Return what a SHOW of a list, or a DESCRIBE, shows."""
    return of_list(look) if isinstance(look, Show) else of_description(look)
