"""A file's text in pieces: statements with their places, and what keeps the rest from being read."""

from __future__ import annotations

from pathlib import Path

import pytest

from stackduck.files.checking.scripts import Flaw, Piece, pieces


def told(text: str) -> list[str]:
    found = list(pieces(text))
    return [text[each.start :][:8] if isinstance(each, Piece) else f"! {each.problem}" for each in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (";; -- nothing", []),
        ("SELECT 1;\n\n SELECT 1", ["SELECT 1", "SELECT 1"]),
        ("SELECT 1; SELECT 'x", ["SELECT 1", "! this text is not closed; close it with '"]),
        (
            'SELECT 1; SELECT "x',
            ["SELECT 1", "! this quoted name is not closed; close it with the quote that opens it"],
        ),
        ("SELECT 1; SELECT 2 /* x", ["SELECT 1", "! this comment is not closed; close it with */"]),
        ("SELECT 1; SELECT $$x", ["SELECT 1", "! this text is not closed; close it with '"]),
        ("<<<json nonsense>>> SELECT 1", ["! the <<<json block is no JSON; write <<<json {…} >>>"]),
    ],
)
def test_what_can_be_read_is_read(text: str, expected: list[str]) -> None:
    assert told(text) == expected


def test_templates_without_data_get_samples() -> None:
    [piece] = pieces("SELECT '{{ .a.b[1].c }}', {{ .n }}, '{{ own }}'")
    assert isinstance(piece, Piece)
    assert piece.filled.text == "SELECT $iql_1, $iql_2, '{{ own }}'"
    assert dict(piece.values) == {"iql_1": "x", "iql_2": 7}


def test_places_behind_templates_are_those_of_the_file() -> None:
    text = '<<<json {"a": 1} >>>\nSELECT {{ .a }}, nope'
    [piece] = pieces(text)
    assert isinstance(piece, Piece)
    start, end = piece.span(piece.filled.text.index("nope"), len(piece.filled.text), text=piece.filled)
    assert text[start:end] == "nope"


def test_jsonnet_that_would_read_a_file_is_not_evaluated(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    [flaw] = pieces(f"<<<jsonnet {{a: importstr '{secret}'}} >>>\nSELECT '{{{{ .a }}}}'::DATE")
    assert isinstance(flaw, Flaw)
    assert "hidden" not in str(flaw.problem)
