from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from stackduck.output.values import json_encoder, text_encoder, to_json, to_text

PAIRS = {
    "huge": (2**127 - 1, str(2**127 - 1)),
    "decimal": (Decimal("1.10"), "1.10"),
    "small decimal": (Decimal("1E-7"), "0.0000001"),
    "bool": (True, "true"),
    "instant": (datetime(2026, 2, 1, 10, tzinfo=UTC), "2026-02-01T10:00:00Z"),
    "local": (datetime(2026, 2, 1, 10, 0, 0, 500), "2026-02-01T10:00:00.000500"),
    "date": (date(2026, 2, 1), "2026-02-01"),
    "time": (time(1, 2, 3), "01:02:03"),
    "interval": (timedelta(days=2, hours=3, seconds=1.5), "P2DT3H1.5S"),
    "negative interval": (timedelta(hours=-1), "-PT1H"),
    "no interval": (timedelta(), "PT0S"),
    "bytes": (b"\x00\xff", "AP8="),
    "uuid": (UUID(int=7), "00000000-0000-0000-0000-000000000007"),
    "list": ([1, "a", None], '[1, "a", null]'),
    "struct": ({"a": {"b": None}}, '{"a": {"b": null}}'),
    "float": (0.1, "0.1"),
}


@pytest.mark.parametrize(("value", "text"), PAIRS.values(), ids=PAIRS)
def test_a_value_has_one_text(value: object, text: str) -> None:
    assert to_text(value) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), Decimal("NaN"), Decimal("-Infinity")])
def test_what_json_cannot_say_is_null(value: object) -> None:
    assert to_json([value]) == "[null]"


@pytest.mark.parametrize(("value", "text"), [(1, "1"), (Decimal("1.10"), "1.10"), (-0.5, "-0.5"), (True, "true")])
def test_numbers_and_truths_stay_bare_in_json(value: object, text: str) -> None:
    assert to_json(value) == text


def test_keys_of_a_map_become_strings() -> None:
    assert json.loads(to_json({1: "a", date(2026, 2, 1): "b", None: "c"})) == {"1": "a", "2026-02-01": "b", "null": "c"}


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("JSON", '{"a":\r\n1}', '{"a":  1}'),
        ("JSON", '[NaN, 1.10, "Infinity"]', '[null, 1.10, "Infinity"]'),
        ("JSON", '"nan"', '"nan"'),
        ("JSON", None, "null"),
        ("JSON[]", ["1", None], "[1, null]"),
        ("STRUCT(a JSON, b VARCHAR)", {"a": "1", "b": "1"}, '{"a": 1, "b": "1"}'),
        ('STRUCT("a ""q"" (" JSON[], n DATE)', {'a "q" (': ["{}"], "n": None}, '{"a \\"q\\" (": [{}], "n": null}'),
        ("MAP(VARCHAR, JSON)", {"k": "[1]"}, '{"k": [1]}'),
        ("TUPLE(JSON, INTEGER)", ("{}", 1), "[{}, 1]"),
        ("STRUCT(a STRUCT(b JSON))[2]", ({"a": {"b": "1"}}, None), '[{"a": {"b": 1}}, null]'),
        ("UNION(a JSON, b INTEGER)", "{}", '"{}"'),
        ("VARCHAR", '{"a": 1}', '"{\\"a\\": 1}"'),
        ("BIGINT", None, "null"),
    ],
)  # fmt: skip
def test_json_inside_any_type_stays_json(kind: str, value: object, text: str) -> None:
    assert json_encoder(kind)(value) == text
    json.loads(text)


def test_a_lone_json_column_is_its_own_text() -> None:
    assert text_encoder("JSON")('{"a":\n1}') == '{"a":\n1}'


def test_json_in_a_struct_is_json_in_a_text_format_too() -> None:
    assert text_encoder("STRUCT(a JSON)")({"a": "[1]"}) == '{"a": [1]}'
