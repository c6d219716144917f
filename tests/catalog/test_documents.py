"""YAML text as plain values, and pointers within it."""

from __future__ import annotations

import gc

import pytest

from stackduck.catalog.documents import Document, parse
from stackduck.errors import ProgrammingError


def read(text: str) -> object:
    return parse(f"x: {text}".encode(), "a.yaml").root["x"]


def test_broken_yaml_is_an_error_with_file_and_line() -> None:
    with pytest.raises(ProgrammingError, match=r"github/a\.yaml: not readable as YAML: .*line 2"):
        parse(b"a: 1\nb: [1, 2\n", "github/a.yaml")


@pytest.mark.parametrize("text", [b"- 1\n", b"", b"text"], ids=["list", "empty", "scalar"])
def test_a_document_that_is_no_mapping_is_an_error(text: bytes) -> None:
    with pytest.raises(ProgrammingError, match=r"a\.yaml: must be a mapping"):
        parse(text, "a.yaml")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a: 1\nx: " + "[" * 30_000, id="lists that are not closed"),
        pytest.param("a: 1\nx: " + "{a: " * 30_000 + "}" * 30_000, id="mappings"),
        pytest.param("a: 1\nx:\n  " + "- " * 30_000, id="lists of dashes"),
        pytest.param("a: 1\nx:\n  " + "? " * 30_000, id="keys that are mappings"),
    ],
)
@pytest.mark.parametrize("has_libyaml", [True, False])
def test_endless_nesting_is_an_error_and_no_crash(
    text: str, has_libyaml: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_libyaml:
        monkeypatch.delattr("yaml.CSafeLoader")
    with pytest.raises(
        ProgrammingError, match=r"^a\.yaml: not readable as YAML: nested too deeply to be read, on line [23]$"
    ):
        parse(text.encode(), "a.yaml")


def test_what_is_nested_as_deeply_as_a_schema_may_be_is_read() -> None:
    assert str(read("[" * 150 + "]" * 150)).count("[") == 150


def test_aliases_that_make_very_much_of_very_little_are_an_error() -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(ProgrammingError, match=r"^a\.yaml: its aliases make more than 3,000,000 values of it$"):
        parse("\n".join(lines).encode(), "a.yaml")


def test_an_alias_of_what_holds_it_is_not_followed_for_ever() -> None:
    root = parse(b"x: &x {y: *x}", "a.yaml").root
    assert root["x"]["y"] is root["x"]


def test_bytes_that_are_no_text_are_an_error() -> None:
    with pytest.raises(ProgrammingError, match=r"a\.yaml: not readable as YAML"):
        parse(b"x: \xff\xfe\x00", "a.yaml")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-01-31", "2026-01-31"),
        ("2026-01-31T10:00:00Z", "2026-01-31T10:00:00Z"),
        ("!!timestamp 2026-01-31", "2026-01-31"),
        ("!js/undefined ''", ""),
        ("!unknown {a: 1}", {"a": 1}),
        ("!unknown [1]", [1]),
        ("on", "on"),
        ("yes", "yes"),
        ("true", True),
        ("'true'", "true"),
        ("12", 12),
        ("'12'", "12"),
        ("-1.5", -1.5),
        ("1e3", 1000.0),
        ("007", "007"),
        ("12:30:45", "12:30:45"),
        ("~", None),
        ("", None),
        ("1.1.4", "1.1.4"),
    ],
)
def test_scalars_are_typed_as_yaml_1_2_does_and_dates_stay_text(text: str, value: object) -> None:
    assert read(text) == value
    assert type(read(text)) is type(value)


def test_keys_are_always_text() -> None:
    assert parse(b"200: a\non: b\n+1: c\n-1: d\n? [x, y]\n: dropped\n", "a.yaml").root == {
        "200": "a",
        "on": "b",
        "+1": "c",
        "-1": "d",
    }


def test_anchors_are_shared_and_merged_below_own_keys() -> None:
    root = parse(b"a: &a {x: 1, y: 1}\nb: {<<: *a, y: 2}\nc: *a\nd: {<<: [*a, {z: 3}]}\n", "a.yaml").root
    assert root["b"] == {"x": 1, "y": 2}
    assert root["c"] is root["a"]
    assert root["d"] == {"x": 1, "y": 1, "z": 3}


def test_reading_leaves_garbage_collection_as_it_was() -> None:
    read("1")
    assert gc.isenabled()
    gc.disable()
    try:
        read("1")
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("#/paths/~1orgs~1{org}/get", "list"),
        ("#/paths/~1orgs~1%7Borg%7D/get", "list"),
        ("#/tags/1", "b"),
        ("#/tags/9", None),
        ("#/nowhere/at/all", None),
    ],
)
def test_pointers_are_followed(pointer: str, value: object) -> None:
    document = Document("a.yaml", {"paths": {"/orgs/{org}": {"get": "list"}}, "tags": ["a", "b"]})
    assert document.find(pointer) == value


def test_a_pointer_to_nothing_is_an_error_that_names_the_key() -> None:
    with pytest.raises(ProgrammingError, match=r"a\.yaml: paths\.x\.\$ref: no such key '#/components/y'"):
        Document("a.yaml", {}).resolve({"$ref": "#/components/y"}, where="paths.x")


def test_pointers_in_a_circle_and_into_other_files_end_in_nothing() -> None:
    document = Document("a.yaml", {"a": {"$ref": "#/b"}, "b": {"$ref": "#/a"}})
    assert document.resolve({"$ref": "#/a"}, where="x") == {}
    assert document.resolve({"$ref": "other.yaml#/a"}, where="x") == {}


def test_without_libyaml_the_same_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    yaml = pytest.importorskip("yaml")
    text = b"a: &a {x: 1, on: 2026-01-31, '1': '2'}\nb: {<<: *a}\nc: !js/undefined ''\nd: |\n  1\ne:\n"
    fast = parse(text, "a.yaml").root
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert parse(text, "a.yaml").root == fast
