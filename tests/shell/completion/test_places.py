"""Where the cursor is, told by the text alone; any text has a place."""

from __future__ import annotations

import random

import pytest

from stackduck.shell.completion.places import Kind, Place, place_at

WORDS = (
    *("SELECT", "FROM", "WHERE", "JOIN", "ON", "USING", "AS", "WITH", "(", ")", "[", "]", "{", "}", ",", ".", "'", '"'),
    *("a", "b", "pets", "github", "org", "=", "IN", "BETWEEN", "AND", "'x'", "DATE", ";", "--", "/*", "*/", "$$", "$x"),
    *("INSERT", "INTO", "VALUES", "EXEC", "@", "UPDATE", "SET", "SHOW", "EXTENDED", "UNION", "GROUP", "BY", "*", "::"),
    *("CASE", "WHEN", "END", "CAST", "LEFT", "CROSS", "ORDER", "NOT", "IS", "NULL", "EXISTS", "\n", "{{ x }}", "`"),
)


def place(marked: str) -> Place:
    before, _, after = marked.partition("|")
    return place_at(before + after, len(before))


@pytest.mark.parametrize("seed", range(20))
def test_any_text_has_a_place(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(150):
        text = " ".join(chance.choices(WORDS, k=chance.randrange(25)))
        for cursor in range(0, len(text) + 1, 3):
            assert isinstance(place_at(text, cursor), Place)


def test_deep_and_unbalanced_parentheses_have_a_place() -> None:
    assert place("SELECT " + "(" * 3_000 + "|").kind is Kind.COLUMN
    assert place("SELECT a" + ")" * 3_000 + " FROM |").kind is Kind.TABLE


@pytest.mark.parametrize(
    ("marked", "prefix", "quote", "qualifier"),
    [
        pytest.param("SELECT u.lo|", "lo", "", ("u",), id="a name after a dot"),
        pytest.param("SELECT github.copilot.org_seats.|", "", "", ("github", "copilot", "org_seats"), id="three parts"),
        pytest.param('SELECT "My Table"."lo|', "lo", '"', ("My Table",), id="quoted names"),
        pytest.param("SELECT `lo|", "lo", "`", (), id="a name in back-ticks"),
        pytest.param('SELECT "a""b|', 'a"b', '"', (), id="a doubled quotation mark"),
        pytest.param("FROM t WHERE a = 'it''s o''c|", "it's o'c", "'", (), id="doubled marks"),
        pytest.param("SELECT lo|gin FROM t", "lo", "", (), id="in the middle of a word"),
        pytest.param("SELECT grün|", "grün", "", (), id="letters beyond ASCII"),
        pytest.param("SELECT $da|", "$da", "", (), id="a parameter"),
    ],
)
def test_what_is_typed_is_told(marked: str, prefix: str, quote: str, qualifier: tuple[str, ...]) -> None:
    found = place(marked)
    assert (found.prefix, found.quote, found.qualifier) == (prefix, quote, qualifier)


@pytest.mark.parametrize(
    ("marked", "tables"),
    [
        pytest.param("SELECT | FROM a, b AS x, c.d y", ["a a", "b x", "c.d y"], id="commas"),
        pytest.param(
            "SELECT * FROM a JOIN b ON a.x = b.x LEFT JOIN c USING (x) WHERE |", ["a a", "b b", "c c"], id="joins"
        ),
        pytest.param("SELECT * FROM (SELECT 1 FROM hidden) s WHERE |", [" s"], id="a subquery hides its own"),
        pytest.param("SELECT * FROM read_csv('x') r, unnest([1]) WHERE |", [" r", " unnest"], id="functions"),
        pytest.param("SELECT * FROM (a JOIN b ON true) WHERE |", ["a a", "b b"], id="a join in parentheses"),
        pytest.param("SELECT a UNION SELECT | FROM b EXCEPT SELECT c FROM d", ["b b"], id="one part of a union"),
        pytest.param("SELECT | WHERE a IS DISTINCT FROM b", [], id="FROM that starts no clause"),
        pytest.param("SELECT | FROM a. WHERE x", [], id="a name that is still written"),
        pytest.param("UPDATE a SET x = 1 WHERE |", ["a a"], id="a change"),
        pytest.param("CREATE TABLE t AS SELECT | FROM a", ["a a"], id="a definition"),
        pytest.param("SELECT 1 FROM a; SELECT | FROM b; SELECT 1 FROM c", ["b b"], id="one statement of several"),
        pytest.param("SELECT | -- FROM a\nFROM /* b */ c", ["c c"], id="comments"),
        pytest.param("SELECT * FROM a WHERE x = '| AND y = 'z' GROUP BY 1", ["a a"], id="a string that is open"),
    ],
)
def test_the_tables_at_the_cursor_are_told(marked: str, tables: list[str]) -> None:
    assert [f"{'.'.join(each.parts)} {each.alias}" for each in place(marked).tables] == tables


@pytest.mark.parametrize(
    ("condition", "compared"),
    [
        pytest.param("u.org = |", ("u", "org"), id="equal"),
        pytest.param("org IN ('a', |", ("org",), id="in a list"),
        pytest.param("org NOT IN (|", ("org",), id="not in a list"),
        pytest.param("org IN (SELECT |", (), id="a query in place of a list"),
        pytest.param("org IN (SELECT a, |", (), id="the next column of such a query"),
        pytest.param("org NOT LIKE '|", ("org",), id="like"),
        pytest.param("day BETWEEN |", ("day",), id="between"),
        pytest.param("day BETWEEN DATE '2026-01-01' AND |", ("day",), id="between, the end"),
        pytest.param("day >= TIMESTAMP '|", ("day",), id="a typed literal"),
        pytest.param("a = 1 AND |", (), id="a new condition"),
        pytest.param("f(a, |", (), id="an argument"),
        pytest.param("a = b + |", (), id="a part of an operand"),
    ],
)
def test_what_stands_on_the_other_side_is_told(condition: str, compared: tuple[str, ...]) -> None:
    assert place(f"SELECT * FROM t WHERE {condition}").compared == compared


@pytest.mark.parametrize(
    ("text", "given"),
    [
        pytest.param("FROM t WHERE a = 1 AND t.b IN (1) AND |", {("a",), ("t", "b")}, id="equal and in"),
        pytest.param("FROM t WHERE (a = 1 OR a = 2) AND |", {("a",)}, id="in parentheses"),
        pytest.param("FROM t JOIN u ON t.a = u.b WHERE |", {("t", "a"), ("u", "b")}, id="both sides of a join"),
        pytest.param("FROM t JOIN u USING (a) WHERE |", {("a",)}, id="USING"),
        pytest.param("FROM t WHERE a > 1 AND b LIKE 'x' AND |", set(), id="what gives no value"),
        pytest.param("FROM t WHERE x IN (SELECT 1 FROM u WHERE c = 1) AND |", {("x",)}, id="not those of a subquery"),
    ],
)
def test_what_conditions_give_is_told(text: str, given: set[tuple[str, ...]]) -> None:
    assert set(place(text).given) == given
