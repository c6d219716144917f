"""Keys that no document has are kept, whatever they are and however they are written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stackduck.engine.ingest import clashes
from stackduck.engine.ingest.trees import ReportShape

from .conftest import Keep

USERS = ReportShape(
    "users",
    (
        ("day", "DATE"),
        ("user_id", "BIGINT"),
        ("count", "BIGINT"),
        ("cli", 'STRUCT("sessions" BIGINT, "tokens" STRUCT("sum" BIGINT))'),
        ("by_ide", 'STRUCT("ide" VARCHAR)[]'),
    ),
    ("day", "user_id"),
)
HEAD = '{"day":"2026-01-31","user_id":1,'

WRITTEN = {
    "an ampersand of Go": (r'"R\u0026D":6', {"R&D": 6}),
    "a slash of PHP": (r'"A\/B":5', {"A/B": 5}),
    "a letter that differs by case": ('"\\u00c9":1,"é":2', {"É": 1, "é": 2}),
    "the same name both ways": (r'"Foo":1,"news":{"F\u006fo":2}', {"Foo": 1, "news": {"Foo": 2}}),
    "an empty name": ('"":1', {"": 1}),
    "an empty name within": ('"cli":{"":1}', {"cli.": 1}),
    "an empty name in an array": ('"by_ide":[{"ide":"vim","":1},{}]', {"by_ide.": [1, None]}),
    "an empty name beside text that looks so": (r'"":1,"news":"{\"\":2,","b\"":3', {"": 1, "news": '{"":2,', 'b"': 3}),
    "a quote": (r'"A\"b":1,"b":2,"x\"Foo":3,"Foo":4', {'A"b': 1, "b": 2, 'x"Foo': 3, "Foo": 4}),
    "a backslash": (r'"A\\":1,"B\\\\c":"\\"', {"A\\": 1, "B\\\\c": "\\"}),
    "a name like text between strings": ('",A,":1,"list":["x",",A,",":x"]', {",A,": 1, "list": ["x", ",A,", ":x"]}),
    "a space before the colon": (r'"Foo" :1,"R\u0026D" : 2', {"Foo": 1, "R&D": 2}),
    "a name that looks renamed": ('"x #78":1,"x":2', {"x #78": 1, "x": 2}),
    "within another unknown field": ('"Foo":1,"news":[{"Foo":"Foo"}]', {"Foo": 1, "news": [{"Foo": "Foo"}]}),
    "a dot, beside a nested field": ('"cli.new":1,"cli":{"new":2}', {'"cli.new"': 1, "cli.new": 2}),
    "a dot, beside a declared field": ('"cli.sessions":1,"cli":{"sessions":2}', {'"cli.sessions"': 1}),
    "dots within": ('"cli":{"tokens.a":1,"tokens":{"a":2}}', {'cli."tokens.a"': 1, "cli.tokens.a": 2}),
    "a dot and quotes": (r'"\"cli.new\"":1,"cli.new":2', {r'"\"cli.new\""': 1, '"cli.new"': 2}),
    "a case of a declared field": ('"Count":1,"count":2', {"Count": 1}),
}


@pytest.mark.parametrize(("fields", "extra"), WRITTEN.values(), ids=WRITTEN.keys())
def test_an_odd_key_is_kept_and_named(kept: Keep, fields: str, extra: dict[str, Any]) -> None:
    text = f"{HEAD}{fields}}}\n".encode()
    rows, unknown = kept(USERS, text)
    assert rows[1]["extra"] == extra
    assert sorted(unknown) == sorted(name or '""' for name in extra)
    assert rows[1]["count"] == (2 if '"count":2' in fields else None)


def test_a_field_is_not_named_after_another_with_dots(kept: Keep) -> None:
    rows, unknown = kept(USERS, f'{HEAD}"cli.sessions":1,"cli":{{"sessions":0.5}}}}'.encode())
    assert rows[1]["extra"] == {'"cli.sessions"': 1, "cli.sessions": 0.5}
    assert sorted(unknown) == ['"cli.sessions"', "cli.sessions: a fraction where BIGINT was expected"]


@pytest.mark.parametrize("name", ["R&D", "", 'a"B', "A\\", ",A", "É", "x\ny"])
@pytest.mark.parametrize("is_ascii", [False, True], ids=["as it is", "escaped"])
def test_keys_alone_are_rewritten(tmp_path: Path, name: str, is_ascii: bool) -> None:
    record = {name: name, "list": [name, {name: [f'"{name}":', ":", "", ","]}], f'x"{name}': 1, "": {name: None}}
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_text(json.dumps(record, ensure_ascii=is_ascii) + "\n", encoding="utf-8")
    clashes.rewrite(source, target, [name])

    def renamed(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return {clashes.renamed(key) if key == name else key: value for key, value in pairs}

    expected = json.loads(source.read_text(encoding="utf-8"), object_pairs_hook=renamed)
    assert json.loads(target.read_text(encoding="utf-8")) == expected
