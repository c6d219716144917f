"""A real DuckDB session, and pages loaded into a relation of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from stackduck.catalog.model import Column
from stackduck.engine.relations import Loader
from stackduck.engine.session import Session
from stackduck.engine.shapes import Shape

Rows = list[tuple[Any, ...]]
Load = Callable[..., Rows]


@pytest.fixture(scope="module")
def shared() -> Iterator[Session]:
    """Open a session for loads alone, which leave nothing that another would see."""
    session = Session()
    yield session
    session.close()


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session()
    yield session
    session.close()


@pytest.fixture
def load(shared: Session) -> Load:
    """Return a function that loads pages, bytes or what becomes JSON, and reads the rows."""

    def run(
        columns: Mapping[str, str],
        *pages: object,
        read: Sequence[str] = (),
        parameters: Sequence[tuple[str, str]] = (),
        values: Sequence[Mapping[str, str]] = (),
        calls: Sequence[int] = (),
        complete: Mapping[int, str] | None = None,
        is_array: bool = True,
        **shape: Any,
    ) -> Rows:
        relation = shared.new_relation_name("github.made.up")
        shared.create(relation, [*columns.items(), *parameters])
        fields = [Column(name, kind) for name, kind in columns.items() if not read or name in read]
        told = Shape(relation, "github.made.up", fields, parameters, is_array=is_array, **shape)
        loader = Loader(shared, told)
        for at, page in enumerate(pages):
            body = page if isinstance(page, bytes) else json.dumps(page).encode()
            loader.add(calls[at] if calls else 0, body, values=values[at] if values else {})
        loader.finish(complete or {})
        return shared.rows(f'SELECT * FROM "{relation}"')

    return run
