"""Commands that tell what there is to ask, what a statement would ask, and what was asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackduck.cli.exits import UsageError
from stackduck.shell.commands.model import Definition

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck.shell.session import Session

_TABLES = r"""
SELECT name, kind, needs, about FROM (
    SELECT table_name AS name, 'table' AS kind, '' AS needs, coalesce(comment, '') AS about
    FROM duckdb_tables() WHERE NOT internal AND NOT (temporary AND regexp_matches(table_name, ' #\d+$'))
    UNION ALL
    SELECT view_name, 'view', '', coalesce(comment, '') FROM duckdb_views()
    WHERE NOT internal AND NOT (temporary AND regexp_matches(view_name, ' #\d+$'))
    UNION ALL
    SELECT id, 'resource', needs, description FROM stackduck.resources WHERE list_contains(verbs, 'SELECT')
) WHERE lower(name) GLOB $pattern OR lower(split_part(name, '.', -1)) GLOB $pattern ORDER BY kind = 'resource', name"""
_COLUMNS = """
SELECT column_name AS name, data_type AS type, is_nullable AS "null", coalesce(comment, '') AS about
FROM duckdb_columns() WHERE NOT internal AND lower(table_name) = lower($name) ORDER BY column_index"""
_CALLS = """
SELECT * FROM (SELECT time, method, path_template, status, bytes, round(seconds, 3) AS seconds, cached
FROM stackduck.calls ORDER BY time DESC LIMIT $amount) ORDER BY time"""
_LATEST, _ALL = 20, 10**9
_WIDEST = 140


def show_tables(session: Session, argument: str, statement: str) -> None:
    """Tell the local tables and the resources, or those with a part in their name."""
    wanted = argument.rstrip(";").lower()
    pattern = wanted if any(mark in wanted for mark in "*?[") else f"*{wanted}*"
    session.ask(_TABLES, {"pattern": pattern})


def inspect(session: Session, argument: str, statement: str) -> None:
    """Tell all there is to know of a name."""
    name = argument.rstrip("; ")
    if not name:
        session.display.tell(_page(session, ""))
    elif _is_local(session, name):
        session.ask(_COLUMNS, {"name": name.strip('"')})
    else:
        session.display.tell(_page(session, name))


def describe(session: Session, argument: str, statement: str) -> None:
    """Tell about a name, or list the tables without one, as psql does."""
    (inspect if argument else show_tables)(session, argument, statement)


def explain(session: Session, argument: str, statement: str) -> None:
    """Tell what a statement would ask of GitHub, and ask nothing."""
    text = statement or argument.rstrip("; ") or session.statement
    if not text:
        raise UsageError("no statement yet; write .explain STATEMENT")
    session.ask(f"EXPLAIN {text}")


def show_calls(session: Session, argument: str, statement: str) -> None:
    """Tell the latest calls of this session."""
    if argument and argument != "all" and not argument.isdigit():
        raise UsageError(f"'{argument}' is no number; write .calls [NUMBER|all]")
    session.ask(_CALLS, {"amount": _ALL if argument == "all" else int(argument or _LATEST)})


def _is_local(session: Session, name: str) -> bool:
    sql = "SELECT 1 FROM duckdb_columns() WHERE NOT internal AND lower(table_name) = lower($name) LIMIT 1"
    return "." not in name and session.connection.execute(sql, {"name": name.strip('"')}).fetchone() is not None


def _page(session: Session, name: str) -> Iterator[str]:
    from stackduck.catalog.finding import find
    from stackduck.cli.inspect import page

    catalog = session.catalog
    found = find(catalog, name) if name else ()
    return page(catalog, found, width=min(session.display.width, _WIDEST))


def resources(session: Session) -> Sequence[str]:
    """Return the names of all resources, for completion."""
    catalog = session.catalog
    return [
        f"{provider}.{service.name}.{resource}"
        for provider in catalog.provider_names()
        for service in catalog.services(provider)
        for resource in catalog.resources(provider, service.name)
    ]


COMMANDS = (
    Definition("tables", "list tables, views and resources", show_tables, "[PATTERN]", ("dt",)),
    Definition("inspect", "tell columns, parameters, scope and an example", inspect, "[NAME]", values=resources),
    Definition(
        "describe", "tell about a name; without one, list the tables", describe, "[NAME]", ("d",), values=resources
    ),
    Definition(
        "explain",
        "tell the calls of a statement, and make none",
        explain,
        "[STATEMENT]",
        takes_statement=True,
        follows_statement=True,
    ),
    Definition("calls", "tell the latest calls and what they took", show_calls, "[NUMBER|all]"),
)
