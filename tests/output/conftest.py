"""A real DuckDB result, written in any format."""

from __future__ import annotations

import io
from collections.abc import Callable

import duckdb
import pytest

from stackduck.output import write
from stackduck.output.results import Style

Render = Callable[..., str]


@pytest.fixture
def render() -> Render:
    """Run SQL in DuckDB and give what a format makes of the rows."""

    def run(sql: str, form: str, *, style: Style | None = None) -> str:
        stream = io.StringIO()
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            write(connection.execute(sql), stream, form=form, style=style or Style())
        return stream.getvalue()

    return run
