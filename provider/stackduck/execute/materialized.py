"""Runs the statements about materialized views: the query is answered as any other, then its rows are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from stackduck.engine import materialized as kept
from stackduck.engine.results import Result
from stackduck.engine.session import Session, quoted
from stackduck.errors import MissingParameterError, ProgrammingError
from stackduck.sql import materialized, verbs
from stackduck.sql.materialized import Command
from stackduck.sql.statements import Statement, of_text
from stackduck.sql.variables import Bound, inlined

Run = Callable[[Bound], Result]
Check = Callable[[Statement], None]

_NOTHING = "SELECT 0::BIGINT AS Count WHERE false"


def answer(bound: Bound, *, session: Session, run: Run, check: Check) -> Result | None:
    """Run a statement about a materialized view, or explain its query; None for any other statement.

    `run` answers a statement; `check` refuses a query that may not be asked again and again. Raises ProgrammingError
    where the name is another thing's, and what the query raises; then all is as before.
    """
    head, inner = verbs.explained(bound.statement)
    command = materialized.command(inner)
    if command is None:
        return None
    if head is not None:
        query = _query_of(command, session)
        return run(replace(bound, statement=of_text(f"{head.text}{query}"))) if query else None
    if command.action == "SHOW":
        return kept.listed(session)
    if query := _query_of(command, session):
        check(of_text(query))
    return _changed(command, bound.parameters, session=session, run=run)


def _changed(command: Command, parameters: Mapping[str, object], *, session: Session, run: Run) -> Result:
    found = kept.find(session, command.name)
    is_there = found is not None and found.kind == "materialized view"
    if command.action == "CREATE":
        if command.is_tolerant and found is not None:
            return session.run(_NOTHING, is_change=True)
        if found is not None and not (command.replaces and is_there):
            raise ProgrammingError(f"{command.written} exists and is a {found.kind}; {_instead(command, found.kind)}")
        query = inlined(command.query, parameters)
        return _filled(command, query, is_temporary=command.is_temporary, session=session, run=run)
    if not is_there:
        if found is None and command.is_tolerant:
            return session.run(_NOTHING, is_change=True)
        raise _no_such_view(command, found)
    assert found is not None
    if command.action == "DROP":
        return session.run(f"DROP TABLE {command.written}", is_change=True)
    return _filled(command, found.query, is_temporary=found.is_temporary, session=session, run=run)


def _query_of(command: Command, session: Session) -> str:
    """Return the query that CREATE or REFRESH asks, for EXPLAIN; empty for any other statement."""
    if command.action != "REFRESH":
        return command.query
    found = kept.find(session, command.name)
    return found.query if found else ""


def _filled(command: Command, query: str, *, is_temporary: bool, session: Session, run: Run) -> Result:
    """Ask the query into a relation of its own, then let the view have it."""
    relation = session.new_relation_name(command.written)
    head = f"CREATE TEMP TABLE {quoted(relation)} AS "
    try:
        run(Bound(of_text(f"{head}{query}")))
        kept.replace(session, command.written, query=query, rows=relation, is_temporary=is_temporary)
    except MissingParameterError as exc:
        raise _in_users_words(exc, head, f"CREATE MATERIALIZED VIEW {command.written} AS ") from exc
    finally:
        session.discard([relation])
    return session.run(f"SELECT count(*) AS Count FROM {command.written}", is_change=True)


def _in_users_words(exc: MissingParameterError, head: str, written: str) -> MissingParameterError:
    """Let the corrected statement be one about the view, not about the relation that was to be filled."""
    corrected = exc.corrected.replace(head, written)
    return MissingParameterError(
        str(exc).replace(head, written), resource=exc.resource, missing=exc.missing, corrected=corrected
    )


def _no_such_view(command: Command, found: kept.Found | None) -> ProgrammingError:
    if found is None:
        return ProgrammingError(f"no materialized view {command.written}; SHOW MATERIALIZED VIEWS lists them")
    remedy = f"write DROP {found.kind.upper()}" if command.action == "DROP" else "it has no query to ask again"
    if command.action == "REFRESH" and found.kind == "view":
        remedy = "it is asked whenever it is read"
    return ProgrammingError(f"{command.written} is a {found.kind}, not a materialized view; {remedy}")


def _instead(command: Command, kind: str) -> str:
    if kind == "materialized view":
        return "write CREATE OR REPLACE, REFRESH it, or DROP it first"
    return f"DROP {kind.upper()} {command.written} first, or take another name"
