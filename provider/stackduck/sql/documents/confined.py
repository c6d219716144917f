"""What the SQL of a document may do: read its own provider's tables with functions that reach nothing else.

A document comes from a stranger, and its SQL runs in the user's session: no local table, no file, no setting and no
other provider may be read by it, or be fed into its calls.
"""

from __future__ import annotations

from sqlglot import exp

from stackduck.errors import NotSupportedError
from stackduck.sql.parsing import parse
from stackduck.sql.scopes import provider_parts

_READERS = ("READ", "COPY", "LOAD", "EXPORT")
_TABLE_FUNCTIONS = frozenset(
    ("json_each", "json_tree", "unnest", "generate_series", "range", "json_array_elements_text")
)
_FUNCTIONS = frozenset(
    {
        *("json_array", "json_array_length", "json_contains", "json_equal", "json_exists", "json_extract"),
        *("json_extract_path", "json_extract_path_text", "json_extract_string", "json_group_array"),
        *("json_group_object", "length", "list_extract", "array_to_string", "string_to_array", "to_timestamp"),
        *("json_insert", "json_keys", "json_object", "json_patch", "json_quote", "json_remove", "json_replace"),
        *("json_set", "json_structure", "json_type", "json_valid", "json_value", "to_json", "json", "aws_policy_equal"),
        *("abs", "char", "concat", "concat_ws", "date", "datetime", "format", "glob", "group_concat", "hex", "ifnull"),
        *("iif", "instr", "julianday", "likely", "log", "lower", "ltrim", "max", "min", "mod", "printf", "quote"),
        *("regexp", "regexp_like", "regexp_replace", "regexp_substr", "replace", "round", "rtrim", "sign"),
        *("split_part", "strftime", "string_agg", "substr", "substring", "time", "total", "trim", "trunc", "typeof"),
        *("unixepoch", "upper"),
    }
)


def check(sql: str, *, name: str, provider: str) -> None:
    """Raise NotSupportedError for a text of a document that is no query, or reads more than its provider's tables."""
    root = parse(sql)
    if not isinstance(root, exp.Query):
        raise NotSupportedError(f"the view {name} of its document is no query that stackduck reads")
    for node in root.walk():
        if problem := _problem(node, provider=provider.lower()):
            raise NotSupportedError(
                f"the view {name} of its document reads {problem}; a document's view may read {provider}'s tables alone"
            )


def _problem(node: exp.Expr, *, provider: str) -> str:
    """Return what a part of a document's SQL must not read; empty where it is allowed."""
    if isinstance(node, exp.Table):
        return _table_problem(node, provider=provider)
    if isinstance(node, exp.Anonymous):
        is_known = node.name.lower() in _FUNCTIONS | _TABLE_FUNCTIONS
        return "" if is_known else f"by the function {node.name}"
    kind = type(node).__name__.upper()
    return f"by {kind}" if isinstance(node, exp.Func | exp.Copy | exp.Command) and kind.startswith(_READERS) else ""


def _table_problem(table: exp.Table, *, provider: str) -> str:
    if isinstance(table.this, exp.Identifier):
        return "" if provider_parts(table, {provider}) or _is_cte(table) else f"from {table.name}"
    function = table.this.name if isinstance(table.this, exp.Anonymous) else type(table.this).__name__
    return "" if function.lower() in _TABLE_FUNCTIONS else f"from {function}"


def _is_cte(table: exp.Table) -> bool:
    """Tell whether a name is that of a CTE where it stands: one of a query around it, or before the CTE around it."""
    node: exp.Expr = table
    while not table.args.get("db") and (parent := node.parent) is not None:
        listed = parent.args.get("with_") if not isinstance(parent, exp.With) else None
        visible = listed.expressions if listed is not None and listed is not node else []
        if isinstance(parent, exp.With):
            own = next(at for at, cte in enumerate(parent.expressions) if cte is node)
            visible = parent.expressions[: own + bool(parent.args.get("recursive"))]
        if any(cte.alias.lower() == table.name.lower() for cte in visible):
            return True
        node = parent
    return False
