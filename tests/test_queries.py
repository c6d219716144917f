"""Every file in queries/ answers on the sandbox."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import stackduck

QUERIES = sorted((Path(__file__).parents[1] / "queries").glob("*.sql"))
VALUES = {"enterprise": "octo-demo", "org": "octo-demo-eng"}


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_query_gives_rows(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    variables = {name: VALUES[name] for name in re.findall(r"'\{\{ *(\w+) *\}\}'", text)}
    with stackduck.connect(sandbox=True) as connection:
        results = [cursor.fetchall() for cursor in connection.script(text, variables)]
    assert results
    assert all(results)
