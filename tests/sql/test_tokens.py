"""DuckDB's tokens, with their places."""

from __future__ import annotations

import duckdb
import pytest

from stackduck.errors import ProgrammingError
from stackduck.sql.tokens import scan, string_value, tokenize


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("SELECT 'open", "unterminated quote at line 1, column 8; close it with '"),
        ('SELECT\n  "open', 'unterminated quote at line 2, column 3; close it with "'),
        ("SELECT /* open /* */", "unterminated comment at line 1, column 8; close it with */"),
        ("SELECT $a$ open $b$", "unterminated $a$ quote at line 1, column 8"),
    ],
    ids=["string", "name", "comment", "dollar"],
)
def test_what_is_not_closed_is_an_error_with_its_place(text: str, words: str) -> None:
    with pytest.raises(ProgrammingError) as caught:
        tokenize(text)
    assert str(caught.value) == words


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("a -- b; c\n, d", ["a", ",", "d"]),
        ("a /* ; /* nested */ ' */ b", ["a", "b"]),
        ("'it''s; --' x", ["'it''s; --'", "x"]),
        (r"E'it\'s; \\' x", [r"E'it\'s; \\'", "x"]),
        (r"'back\' x", [r"'back\'", "x"]),
        ('"a "" ; b".c', ['"a "" ; b"', ".", "c"]),
        ("$$ ; ' -- $$ x", ["$$ ; ' -- $$", "x"]),
        ("$tag$ ; $$ $other$ $tag$ x", ["$tag$ ; $$ $other$ $tag$", "x"]),
        ("$1 + $name", ["$1", "+", "$name"]),
        ("a$b", ["a$b"]),
        ("x::INT[1:2]", ["x", "::", "INT", "[", "1", ":", "2", "]"]),
        ("1.5e-3 .5 1_000 2.", ["1.5e-3", ".5", "1_000", "2."]),
        ("a->>'b' ->'c' := =>", ["a", "->>", "'b'", "->", "'c'", ":=", "=>"]),
        ("größe = '{{ x }}'", ["größe", "=", "'{{ x }}'"]),
        ("{{ x }} {'a': 1}", ["{{ x }}", "{", "'a'", ":", "1", "}"]),
        ("", []),
        ("-- only a comment", []),
    ],
)
def test_a_text_is_cut_into_tokens(text: str, tokens: list[str]) -> None:
    found = tokenize(text)
    assert [t.text for t in found] == tokens
    assert [text[t.start : t.end] for t in found] == tokens


@pytest.mark.parametrize("text", ["'a''b'", "''", "$$a'b$$", "$q$a$$b$q$", r"'a\b'"])
def test_a_string_is_what_duckdb_takes_it_for(text: str) -> None:
    assert [(string_value(tokenize(text)[0]),)] == duckdb.execute(f"SELECT {text}").fetchall()


@pytest.mark.parametrize("text", [r"E'a\n'", "x'61'"])
def test_a_string_with_escapes_is_left_to_duckdb(text: str) -> None:
    assert string_value(tokenize(text)[0]) is None


def test_a_quoted_name_stands_for_itself_in_any_case() -> None:
    quoted, plain = tokenize('"Git""Hub" Select')
    assert quoted.name == 'Git"Hub'
    assert plain.is_word("SELECT")
    assert not quoted.is_word("GIT")


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("SELECT 'a;", ["word SELECT", "open string 'a;"]),
        ('FROM "a ; b', ["word FROM", 'open quoted "a ; b']),
        ("FROM `a", ["word FROM", "open quoted `a"]),
        ("1 /* a /* b */ '", ["number 1", "open comment /* a /* b */ '"]),
        ("$a$ b $b$", ["open string $a$ b $b$"]),
        ("a -- b'\nc", ["word a", "comment -- b'", "word c"]),
        ("/* a */ 'b'", ["comment /* a */", "string 'b'"]),
        ("", []),
    ],
    ids=["string", "name", "back-tick", "comment", "dollar", "line comment", "closed", "nothing"],
)
def test_a_text_that_is_still_written_is_scanned_to_its_end(text: str, kinds: list[str]) -> None:
    assert [f"{token.kind} {token.text}" for token in scan(text)] == kinds


@pytest.mark.parametrize(
    "text", ["SELECT 'a''b', \"c\" FROM x.y WHERE $z = 1.5e3 AND a->>'b' = $$q$$", "E'a\\'b' {{ x }} ?"]
)
def test_whole_text_is_scanned_as_it_is_tokenized(text: str) -> None:
    assert list(scan(text)) == tokenize(text)
