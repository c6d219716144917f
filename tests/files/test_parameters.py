"""A file's parameters get their values: given, by default, by configuration; of their type, or an error says which."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from stackduck import errors
from stackduck.files import front_matter
from stackduck.files.model import SqlFile
from stackduck.files.parameters import Bound, Caster, bind

SCOPES = ["parameters: {enterprise: VARCHAR, org: VARCHAR}", "one of: [enterprise, org]"]
SCOPED = "SELECT $enterprise, $org"


@pytest.fixture
def caster() -> Iterator[Caster]:
    made = Caster()
    yield made
    made.close()


def declared(sql: str, *lines: str) -> SqlFile:
    text = "\n".join(["-- ---", *(f"-- {line}" for line in lines), "-- ---", sql])
    return front_matter.parse(text, path=Path("q.sql"))


@pytest.mark.parametrize(
    ("file", "given", "told"),
    [
        pytest.param(declared("SELECT $a", "parameters: {a: TEXT}"), {}, "q.sql: q needs a; add --a VALUE", id="lacks"),
        pytest.param(
            declared(SCOPED, *SCOPES), {}, "q needs enterprise or org; add --enterprise VALUE or --org", id="one of"
        ),
        pytest.param(
            declared(SCOPED, *SCOPES), {"enterprise": "a", "org": "b"}, "enterprise and org exclude", id="both of"
        ),
        pytest.param(
            declared("SELECT 1,\n  $dayz", "parameters: {days: {default: 1}}"),
            {},
            "q.sql:5: the variable dayz is not declared; did you mean 'days'?",
            id="undeclared variable",
        ),
        pytest.param(
            declared("SELECT '{{ x }}'", "name: q"), {}, "the variable x is not declared; declare it", id="template"
        ),
        pytest.param(
            declared("SELECT $days", "parameters: {days: {default: 1}}"),
            {"dayz": "2"},
            "there is no parameter 'dayz'; did you mean 'days'?",
            id="given and not declared",
        ),
        pytest.param(
            declared("SELECT $n", "parameters: {n: INTEGER}"),
            {"n": "abc"},
            "q.sql:2: n = 'abc' is no INTEGER",
            id="cast",
        ),
        pytest.param(
            declared("SELECT $n", "parameters: {n: INTEGR}"),
            {"n": "1"},
            "q.sql:2: the parameter n has no DuckDB type",
            id="type",
        ),
        pytest.param(
            declared("SELECT $n", 'parameters: {n: "INTEGER) AS value, (SELECT 2"}'),
            {"n": "1"},
            "has no DuckDB type",
            id="a type that is more",
        ),
        pytest.param(
            declared("SELECT $n", "parameters: {n: {type: DATE, default: soon}}"),
            {},
            "n = 'soon' is no DATE",
            id="default",
        ),
        pytest.param(
            front_matter.parse("SELECT\n $x", path=Path("q.sql")),
            {},
            "q.sql:2: missing variable 'x'",
            id="plain, missing",
        ),
        pytest.param(
            front_matter.parse("SELECT $x", path=Path("q.sql")),
            {"x": "1", "y": "2"},
            "unused variable 'y'",
            id="plain, unused",
        ),
        pytest.param(
            front_matter.parse("SELECT 1;\nSELECT 'a {{ x }}'", path=Path("q.sql")),
            {"x": "1"},
            "q.sql:2: the variable",
            id="in a literal",
        ),
        pytest.param(
            front_matter.parse("SELECT 1;\nSELECT ?", path=Path("q.sql")),
            {},
            "q.sql:2: missing value for",
            id="nameless",
        ),
        pytest.param(front_matter.parse("SELECT 'a", path=Path("q.sql")), {}, "q.sql: ", id="open literal"),
    ],
)
def test_what_cannot_be_bound_is_told(file: SqlFile, given: dict[str, str], told: str, caster: Caster) -> None:
    with pytest.raises(errors.ProgrammingError) as refused:
        bind(file, given, caster=caster)
    assert told in str(refused.value)


def test_a_missing_parameter_is_named_for_programs_too(caster: Caster) -> None:
    with pytest.raises(errors.MissingParameterError) as refused:
        bind(declared(SCOPED, *SCOPES), {}, caster=caster)
    assert (refused.value.resource, refused.value.missing) == ("q", ("enterprise", "org"))


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("INTEGER", "30", 30),
        ("DATE", "2026-02-01", date(2026, 2, 1)),
        ("DECIMAL(9, 2)", "1.10", Decimal("1.10")),
        ("BOOLEAN", "true", True),
        ("VARCHAR", "1 OR 1=1; DROP TABLE t", "1 OR 1=1; DROP TABLE t"),
        ("VARCHAR[]", "[a, b]", ["a", "b"]),
    ],
)
def test_a_value_has_the_declared_type(kind: str, text: str, value: object, caster: Caster) -> None:
    file = declared("SELECT $v", "parameters:", f"  v: {{type: '{kind}'}}")
    assert bind(file, {"v": text}, caster=caster).values == {"v": value}


def test_a_default_is_cast_as_a_given_value_is(caster: Caster) -> None:
    file = declared("SELECT $a, $b, $c", "parameters:", "  a: {type: INTEGER, default: 30}",
                    "  b: {type: 'VARCHAR[]', default: [x, y]}", "  c: {type: DATE, default: null}")  # fmt: skip
    assert bind(file, {"a": "7"}, caster=caster).values == {"a": 7, "b": ["x", "y"], "c": None}


def test_of_one_of_several_the_others_are_null(caster: Caster) -> None:
    assert bind(declared(SCOPED, *SCOPES), {"org": "o"}, caster=caster).values == {"enterprise": None, "org": "o"}


def test_a_configuration_gives_what_is_missing_and_is_told(caster: Caster) -> None:
    bound = bind(declared(SCOPED, *SCOPES), {}, caster=caster, defaults={"Enterprise": "octo", "org": "o"})
    assert bound == Bound({"enterprise": "octo", "org": None}, {"enterprise": "octo"})


def test_what_is_given_goes_before_a_configuration(caster: Caster) -> None:
    bound = bind(declared(SCOPED, *SCOPES), {"org": "o"}, caster=caster, defaults={"enterprise": "octo"})
    assert bound == Bound({"enterprise": None, "org": "o"}, {})


def test_a_default_of_the_file_goes_before_a_configuration(caster: Caster) -> None:
    file = declared("SELECT $days", "parameters: {days: {type: INTEGER, default: 30}}")
    assert bind(file, {}, caster=caster, defaults={"days": "7"}).values == {"days": 30}


def test_an_unused_parameter_is_a_warning_with_its_line(caster: Caster) -> None:
    bound = bind(declared("SELECT 1", "parameters:", "  days: {default: 1}"), {}, caster=caster)
    assert bound == Bound({}, {}, ("q.sql:3: the parameter days is declared and not used",))


def test_variables_that_a_file_sets_need_no_declaration(caster: Caster) -> None:
    file = declared("SET VARIABLE top = 3; SELECT $top", "name: q")
    assert bind(file, {}, caster=caster).values == {}


def test_a_file_without_front_matter_gets_texts(caster: Caster) -> None:
    file = front_matter.parse("SELECT $a, :b, '{{ c }}'", path=Path("q.sql"))
    assert bind(file, {"a": "1", "b": "2"}, caster=caster, defaults={"c": "3"}).values == {"a": "1", "b": "2", "c": "3"}


def test_casting_reaches_no_file(caster: Caster, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    file = declared("SELECT $v", "parameters:", f"  v: {{type: \"VARCHAR) FROM read_csv('{tmp_path}/a.csv'); --\"}}")
    with pytest.raises(errors.ProgrammingError, match="has no DuckDB type"):
        bind(file, {"v": "1"}, caster=caster)
