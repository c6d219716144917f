"""Run a statement that changes something at a provider: compute its values, send its calls in order, give its answers.

Nothing is sent unless the user allowed it, and nothing before all of it is known to be sendable. Calls go out one after
the other; the first that fails ends the batch, and the error says which rows were applied.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from stackduck.engine.results import Result
from stackduck.engine.session import Session
from stackduck.errors import DataError, Error, MissingParameterError, NotSupportedError, ProgrammingError
from stackduck.execute import batches, previews
from stackduck.execute.answers import Answers
from stackduck.execute.permission import Permission
from stackduck.sql import statements, verbs
from stackduck.sql.changing import changes, executions, mutations, returning
from stackduck.sql.changing.changes import Change, Row
from stackduck.sql.changing.mutations import Mutation
from stackduck.sql.rewrite import Edit, splice
from stackduck.sql.statements import Statement
from stackduck.sql.variables import Bound

if TYPE_CHECKING:
    from stackduck.api.client import Client
    from stackduck.catalog.model import Request
    from stackduck.catalog.names import Catalog

Warn = Callable[[str], None]
Ask = Callable[[Bound], Result]

_ACCEPTED = 202
_EXPLAINED = ("SELECT", "WITH", "FROM", "INSERT", "CREATE")


class Writer:
    """Runs the changes of one connection.

    `ask` runs a statement that computes values; `reads` tells whether one would call a provider.
    """

    def __init__(
        self,
        session: Session,
        catalog: Catalog,
        client: Callable[[], Client],
        *,
        ask: Ask,
        reads: Callable[[Statement], bool],
        max_calls: int,
        permission: Permission,
    ) -> None:
        self._session = session
        self._catalog = catalog
        self._client = client
        self._ask = ask
        self._reads = reads
        self._max_calls = max_calls
        self._permission = permission

    def run(self, bound: Bound, *, warn: Warn) -> Result | None:
        """Run a statement that may change something; None for one that is none of a provider's."""
        head, statement = verbs.explained(statements.plainly_quoted(bound.statement))
        span = executions.within(statement)
        mutation = mutations.read(executions.inner(statement, span) if span else statement, self._providers)
        if mutation is None:
            return None
        change = changes.plan(mutation, self._catalog)
        if span:
            executions.refuse_around(statement, is_change=not change.method.is_read)
        if head and head.is_run:
            raise NotSupportedError("EXPLAIN ANALYZE would carry the change out; write EXPLAIN, which sends nothing")
        if head and self._reads(statements.of_text(mutation.question)):
            warn("the changes are made of what these calls give; a dry run makes them and shows the changes")
            return self._ask(_bound(f"EXPLAIN {mutation.question}", bound.parameters))
        if head or (self._permission.dry_run and not change.method.is_read):
            return self._previewed(change, bound, warn=warn)
        if not change.method.is_read:
            self._refuse_unallowed(change)
        if span is None:
            return self._answered(change, bound, warn=warn)
        return self._selected(change, bound, outer=statement, span=span, warn=warn)

    def refuse_to_repeat(self, query: Statement) -> None:
        """Refuse a query to be asked again and again that would change something each time."""
        query = statements.plainly_quoted(query)
        while span := executions.within(query):
            mutation = mutations.read(executions.inner(query, span), self._providers)
            if mutation and not changes.plan(mutation, self._catalog).method.is_read:
                raise NotSupportedError(
                    f"a materialized view cannot hold EXEC of {'.'.join(mutation.parts)}: every REFRESH would carry "
                    "the change out again; write CREATE TABLE … AS SELECT … FROM (EXEC …)"
                )
            query = statements.of_text(splice(query.text, [Edit(*span, "(SELECT 1)")]))

    @property
    def _providers(self) -> tuple[str, ...]:
        return self._catalog.provider_names()

    def _previewed(self, change: Change, bound: Bound, *, warn: Warn) -> Result:
        requests = [change.request(row) for row in self._rows(change, bound, warn=warn)]
        return previews.result(self._session, change, requests, url_of=self._client().url_of)

    def _answered(self, change: Change, bound: Bound, *, warn: Warn) -> Result:
        """Carry a change out; give the rows that it asks for, and the number of calls that were made."""
        mutation = change.mutation
        if not (mutation.returning or mutation.shows_rows or change.method.is_read):
            return self._counted(len(self._carried_out(change, bound, warn=warn)))
        answers = Answers(self._session, change)
        try:
            sql = returning.query(mutation, answers.relation, hidden=[p.name for p in answers.sent]) or answers.source
            parameters = _named_in(sql, bound.parameters)
            answers.check(sql, parameters)
            applied = self._filled(answers, change, bound, warn=warn)
            with batches.after_the_fact(applied):
                result = _at_hand(self._session.run(sql, parameters, is_query=True))
            result.changed = applied
            return result
        finally:
            answers.discard()

    def _selected(self, change: Change, bound: Bound, *, outer: Statement, span: tuple[int, int], warn: Warn) -> Result:
        """Run the query around EXEC over the answer; it is bound before anything is sent."""
        answers = Answers(self._session, change)
        try:
            text = splice(outer.text, [Edit(*span, f"({answers.source})")])
            if outer.keyword in _EXPLAINED:
                self._ask(_bound(f"EXPLAIN {text}", bound.parameters)).close()
            applied = self._filled(answers, change, bound, warn=warn)
            with batches.after_the_fact(applied):
                return _at_hand(self._ask(_bound(text, bound.parameters)))
        finally:
            answers.discard()

    def _filled(self, answers: Answers, change: Change, bound: Bound, *, warn: Warn) -> int:
        """Make the calls and load their answers; returns how many changes were applied, -1 for a call that reads."""
        if change.method.is_read:
            self._read(answers, change, bound, warn=warn)
            return -1
        done = self._carried_out(change, bound, warn=warn)
        with batches.after_the_fact(len(done)):
            answers.load([body for _, body in done], [row for row, _ in done])
        return len(done)

    def _read(self, answers: Answers, change: Change, bound: Bound, *, warn: Warn) -> None:
        """Ask for all pages of EXEC over a method that reads."""
        [row] = self._rows(change, bound, warn=warn)
        request = change.request(row)
        if not change.method.columns:
            list(self._client().fetch([request], max_calls=self._max_calls))
            answers.load([b"null"], [{}])
            return
        loader = answers.loader()
        for _, page in self._client().fetch([request], max_calls=self._max_calls, warn=warn):
            loader.add(0, page.body, values={})
        loader.finish({0: request.path_template} if request.is_complete else {})

    def _carried_out(self, change: Change, bound: Bound, *, warn: Warn) -> list[tuple[Row, bytes]]:
        """Send the calls of a change, one after the other; returns each row with its answer's body."""
        rows = self._rows(change, bound, warn=warn)
        requests = [change.request(row) for row in rows]
        return list(zip(rows, self._sent(change, rows, requests, warn=warn), strict=True))

    def _sent(self, change: Change, rows: Sequence[Row], requests: Sequence[Request], *, warn: Warn) -> list[bytes]:
        bodies: list[bytes] = []
        if not requests:
            return bodies
        try:
            for _, page in self._client().fetch(requests, max_calls=self._max_calls, warn=warn):
                bodies.append(page.body)
                if page.status == _ACCEPTED:
                    warn(f"{change.resource.full_name}: accepted (202), and carried out in the background")
        except Error as exc:
            raise batches.failed(exc, change, rows, applied=len(bodies)) from exc
        return bodies

    def _refuse_unallowed(self, change: Change) -> None:
        """Refuse a change on a connection that only reads, and one inside a transaction."""
        what = f"{change.mutation.verb.upper()} of {change.resource.full_name}"
        if not self._permission.allow_writes:
            raise NotSupportedError(
                f"{what} would change something at {change.resource.provider}, and this connection only reads; "
                "allow it by --allow-writes or connect(allow_writes=True), or see its requests first by --dry-run"
            )
        if self._session.in_transaction():
            raise NotSupportedError(
                f"{what} cannot be part of a transaction: changes at a provider happen at once and ROLLBACK does not "
                "undo them; COMMIT or ROLLBACK first"
            )

    def _rows(self, change: Change, bound: Bound, *, warn: Warn) -> list[Row]:
        """Let DuckDB compute the values, and return those of every call."""
        rows = changes.rows(change, self._values(change, bound), max_calls=self._max_calls)
        if not rows:
            warn(f"{change.resource.full_name}: nothing to {change.mutation.verb}; the values come to no row")
        return rows

    def _values(self, change: Change, bound: Bound) -> list[Mapping[str, Any]]:
        question = change.mutation.question
        if not question:
            return []
        try:
            rows = self._ask(_bound(question, bound.parameters)).take(None)
        except MissingParameterError as exc:
            raise _about_the_statement(exc, change.mutation) from exc
        except (ProgrammingError, DataError) as exc:
            # DuckDB's excerpt shows a text that the user did not write.
            problem, _, excerpt = str(exc).partition("\n\nLINE ")
            if not excerpt:
                raise
            remedy = "a value may name no column of what is changed, and a text stands in single quotes"
            raise type(exc)(f"{problem}; {remedy}" if "eferenced column" in problem else problem) from exc
        return [json.loads(row[0]) for row in rows]

    def _counted(self, changed: int) -> Result:
        return self._session.run(f"SELECT {changed}::BIGINT AS Count", is_change=True)


def _at_hand(result: Result) -> Result:
    """Take the rows from DuckDB at once, so that what is wrong with a later one is known before any is given."""
    result.detach()
    result.kept()
    return result


def _about_the_statement(exc: MissingParameterError, mutation: Mutation) -> MissingParameterError:
    """Return the error of a source that lacks a parameter, with the user's own statement corrected."""
    text = str(exc).partition("\ntry: ")[0]
    corrected = mutation.with_question(exc.corrected) if exc.corrected else ""
    text += f"\ntry: {corrected}" if corrected else ""
    return MissingParameterError(text, resource=exc.resource, missing=exc.missing, corrected=corrected)


def _bound(text: str, parameters: Mapping[str, object]) -> Bound:
    """Return a text as a statement, with those of the bound values that it names."""
    return Bound(statements.of_text(text), _named_in(text, parameters))


def _named_in(text: str, parameters: Mapping[str, object]) -> Mapping[str, object]:
    """Return the values that a text names: DuckDB takes no others."""
    named = {token.text[1:] for token in statements.of_text(text).tokens if token.kind == "named"}
    return {name: value for name, value in parameters.items() if name in named}
