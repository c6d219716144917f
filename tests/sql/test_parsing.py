"""What sqlglot makes of a statement, and where in the text its nodes stand."""

from __future__ import annotations

import pytest
from sqlglot import exp

from stackduck.sql.parsing import parse


@pytest.mark.parametrize("text", ["SELECT 1; SELECT 2", "FROM", "LOAD x", "SELECT $a FROM (", "SELECT '$1,$2"])
def test_what_cannot_be_read_has_no_tree(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "placeholders"),
    [
        ("SELECT x FROM t WHERE x IN ($1,$2,$3) AND y = $4", 4),
        ("SELECT $a||$b||x", 2),
        ("SELECT x FROM (VALUES ($1),($2)) v(x)", 2),
        ("SELECT f($1,$$text$$), '$5,$6', x, $2", 2),
        ("SELECT $q$a $1$q$,$1,$2, x", 2),
        ("SELECT x, $1, $2", 2),
        ("SELECT x\n,$1\n,$2/$3", 3),
    ],
)
def test_placeholders_may_stand_close_together(text: str, placeholders: int) -> None:
    tree = parse(text)
    assert tree is not None
    assert len(list(tree.find_all(exp.Parameter, exp.Placeholder))) == placeholders
    for node in tree.find_all(exp.Identifier):
        assert text[node.meta["start"] : node.meta["end"] + 1] == node.name


def test_texts_stay_as_they_are() -> None:
    tree = parse("SELECT '$5,$6', f($1,$2)")
    assert tree is not None
    assert [node.this for node in tree.find_all(exp.Literal) if node.is_string] == ["$5,$6"]
