"""The answers to changes become the rows of a relation, which RETURNING and the query around EXEC read.

An answer without a body is one row too, as StackQL has it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from stackduck.catalog.model import Column, Method, Parameter
from stackduck.catalog.responses import NO_CONTENT
from stackduck.engine.relations import Loader
from stackduck.engine.session import Session, quoted
from stackduck.engine.shapes import Shape
from stackduck.errors import ProgrammingError
from stackduck.execute.wording import in_users_words

if TYPE_CHECKING:
    from stackduck.sql.changing.changes import Change, Row

_DONE = "The Operation Completed Successfully"


class Answers:
    """The relation of one change: the documented fields of an answer, then the values that were sent."""

    def __init__(self, session: Session, change: Change) -> None:
        self._session = session
        self._change = change
        self.fields = change.method.columns or (NO_CONTENT,)
        fields = {column.name.lower() for column in self.fields}
        self.sent = [p for p in change.method.parameters if p.name.lower() not in fields]
        """The parameters and body attributes that are columns beside the fields."""
        self.relation = session.new_relation_name(change.resource.full_name)
        types = [(column.name, column.type) for column in self.fields]
        session.create(self.relation, [*types, *((p.name, p.type) for p in self.sent)])

    @property
    def source(self) -> str:
        """A query of the fields."""
        return f"SELECT {', '.join(quoted(c.name) for c in self.fields)} FROM {quoted(self.relation)}"

    def check(self, sql: str, parameters: Mapping[str, object]) -> None:
        """Let DuckDB bind what reads the answers, before anything is sent."""
        try:
            self._session.check(sql, parameters)
        except ProgrammingError as exc:
            known = [*(column.name for column in self.fields), *(parameter.name for parameter in self.sent)]
            raise in_users_words(exc, {self._change.resource.full_name: known}) from exc

    def load(self, bodies: Sequence[bytes], rows: Sequence[Row]) -> None:
        """Load the answers to changes; raises DataError for one that does not fit its document."""
        loader = self.loader()
        for call, (body, row) in enumerate(zip(bodies, rows, strict=True)):
            known = _known(body, self._change.method, self.fields)
            if known is not None:
                loader.add(call, known, values={p.name: _text(p, row[p.name]) for p in self.sent if p.name in row})
        loader.finish({})

    def loader(self) -> Loader:
        """Return what loads pages into the relation."""
        method = self._change.method
        shape = Shape(
            relation=self.relation,
            resource=self._change.resource.full_name,
            fields=self.fields,
            parameters=[(p.name, p.type) for p in self.sent],
            object_key=method.object_key,
            total_key=method.total_key if method.is_read else "",
            is_array=method.is_array,
            rows_are_values=method.rows_are_values,
            names=tuple(column.name for column in self.fields),
        )
        return Loader(self._session, shape)

    def discard(self) -> None:
        """Let the relation go once nobody reads it."""
        self._session.discard([self.relation])


def _known(body: bytes, method: Method, fields: Sequence[Column]) -> bytes | None:
    """Return a body with the documented fields; None where there is no row."""
    if tuple(fields) == (NO_CONTENT,):
        return json.dumps({NO_CONTENT.name: _DONE}).encode()
    if body.strip() != b"null":
        return body
    return None if method.is_array or method.object_key else json.dumps({fields[0].name: None}).encode()


def _text(parameter: Parameter, value: Any) -> Any:
    """Return a value as the text that its column is cast from."""
    if value is None or (isinstance(value, str) and parameter.type != "JSON"):
        return value
    return json.dumps(value, ensure_ascii=False)
