from __future__ import annotations

import pytest

from stackduck.config.lines import entries


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("# only\n\n  # comments\n", []),
        ("a = 1\nb = 2", [(("a",), 1), (("b",), 2)]),
        ("\n\n[t]\n\na = 1 # [x]\n", [(("t",), 3), (("t", "a"), 5)]),
        ("[t.u]\na.b = 1", [(("t", "u"), 1), (("t", "u", "a", "b"), 2)]),
        ('a = """\n[not a table]\nb = 1\n"""\nc = 2', [(("a",), 1), (("c",), 5)]),
        ("a = [\n 1,\n # two\n 2\n]\nb = 2", [(("a",), 1), (("b",), 6)]),
        ("a = {b = 1, c = 2}", [(("a", "b"), 1), (("a", "c"), 1)]),
        ("[t]\r\na = 1\r\n", [(("t",), 1), (("t", "a"), 2)]),
        ("a = '\u2028'\nb = 1", [(("a",), 1), (("b",), 2)]),
        ('"a.b" = 1', [(("a.b",), 1)]),
        ("[[t]]\na = 1", [(("t",), 1), (("t", "a"), 2)]),
    ],
    ids=[
        *("empty", "comments", "plain", "table", "dotted", "text over lines", "list over lines", "inline table"),
        *("carriage returns", "no line end of TOML", "quoted", "array of tables"),
    ],
)
def test_each_value_has_the_line_on_which_its_statement_begins(text: str, found: list[object]) -> None:
    assert [(entry.path, entry.line) for entry in entries(text)] == found
