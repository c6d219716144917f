"""No fraction is rounded and no truth value counted, whatever else in the file counts the same."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from stackduck.engine.ingest import plain
from stackduck.engine.ingest.extract import Extract
from stackduck.engine.ingest.trees import ReportShape

from .conftest import Keep

USERS = ReportShape(
    "users",
    (
        ("day", "DATE"),
        ("user_id", "BIGINT"),
        ("count", "BIGINT"),
        ("credits", "DOUBLE"),
        ("used", "BOOLEAN"),
        ("login", "VARCHAR"),
        ("by_ide", 'STRUCT("ide" VARCHAR, "added" BIGINT, "share" DOUBLE, "used" BOOLEAN)[]'),
        ("cli", 'STRUCT("sessions" BIGINT, "avg" DOUBLE)'),
    ),
    ("day", "user_id"),
)
NARROW = USERS.narrowed([("count",), ("credits",), ("used",), ("by_ide", "added")])
ODD = 7001


@pytest.fixture(autouse=True)
def nothing_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let DuckDB read files of a few records as it reads large ones."""
    monkeypatch.setattr(plain, "LARGEST", 0)


def line(user: int, **fields: str) -> str:
    """Return a record whose fields are JSON texts."""
    texts = {"day": '"2026-01-31"', "user_id": str(user), **fields}
    return "{" + ",".join(f"{json.dumps(name)}:{value}" for name, value in texts.items()) + "}"


def file(*lines: str, is_large: bool = False) -> bytes:
    """Return the lines, in the middle of a file of which only parts are looked at closely where it is large."""
    usual = [line(user, count="3", credits="1.5", used="true", login=f'"{"x" * 600}"') for user in range(1, 3000)]
    return "\n".join([*usual[:1234], *lines, *usual[1234:]] if is_large else lines).encode()


CANCELLING = {
    "a small number in extra": {"news": "0.00000015"},
    "a small number in extra, with an exponent": {"news": "1.5e-7"},
    "a large number in extra": {"news": "150000000000000000000.0"},
    "a text in extra that looks like a number": {"news": r'"\u002e5,"'},
    "a text in extra with a quote": {"news": r'"a\\\".5,\u002e5, "'},
    "a key in extra": {"news": r'{"\u002e5,":1}'},
    "a fraction as text": {"credits": '"1.5"'},
    "a fraction as text with an exponent": {"credits": '"15e-1"'},
    "a fraction as text in an array": {"by_ide": '[{"share":"1.5"}]'},
    "a fraction as text in an object": {"cli": '{"avg":"2.5"}'},
    "a number beyond the type": {"credits": "1e400"},
    "not a number": {"credits": '"NaN"'},
    "a truth value as number": {"credits": "true"},
    "a number as truth value": {"used": "7"},
    "a fraction as truth value": {"used": "0.5"},
    "a text as truth value": {"used": '"true"'},
}


@pytest.mark.parametrize("is_large", [False, True], ids=["small", "large"])
@pytest.mark.parametrize("beside", CANCELLING.values(), ids=CANCELLING.keys())
@pytest.mark.parametrize("odd", ["2.5", "true", "5e-1"])
def test_what_counts_the_same_elsewhere_hides_nothing(
    kept: Keep, odd: str, beside: dict[str, str], is_large: bool
) -> None:
    rows, unknown = kept(USERS, file(line(ODD, count=odd), line(ODD + 1, **beside), is_large=is_large))
    assert rows[ODD]["count"] is None
    assert rows[ODD]["extra"] == {"count": json.loads(odd)}
    kind = "true or false" if odd == "true" else "a fraction"
    assert f"count: {kind} where BIGINT was expected" in unknown


@pytest.mark.parametrize("odd", ["2.5", "true", "5e-1", '"2.5"'])
@pytest.mark.parametrize("place", ["count", "added"])
def test_a_part_of_the_fields_is_read_as_truly(kept: Keep, odd: str, place: str) -> None:
    fields = {"count": odd} if place == "count" else {"by_ide": f'[{{"added":1}},{{"added":{odd}}}]'}
    rows, unknown = kept(NARROW, file(line(ODD, **fields), is_large=True), how=Extract)
    assert rows[ODD]["count"] is None
    assert rows[ODD]["by_ide"] in (None, [{"added": 1}, {"added": None}])
    assert len(unknown) == 1
    assert (rows[1]["count"], rows[1]["credits"], rows[1]["used"]) == (3, 1.5, True)


@pytest.mark.parametrize(("field", "value"), [("credits", "true"), ("credits", '"NaN"'), ("used", "7")])
def test_other_kinds_are_none_where_a_part_of_the_fields_is_read(kept: Keep, field: str, value: str) -> None:
    rows, unknown = kept(NARROW, file(line(ODD, **{field: value}), is_large=True), how=Extract)
    assert rows[ODD][field] is None
    assert len(unknown) == 1


@pytest.mark.parametrize("value", ["2.0", "20e-1", "0.2e1", '"2"', "2.000"])
@pytest.mark.parametrize("is_large", [False, True], ids=["small", "large"])
def test_what_is_whole_stays_whole(kept: Keep, value: str, is_large: bool) -> None:
    rows, unknown = kept(USERS, file(line(ODD, count=value, news="0.5"), is_large=is_large))
    assert (rows[ODD]["count"], rows[ODD]["extra"], unknown) == (2, {"news": 0.5}, ("news",))


@pytest.mark.parametrize("value", ["1e400", "-1e400", '"NaN"', '"1e400"', '"inf"'])
def test_what_is_no_finite_number_is_kept_beside(kept: Keep, value: str) -> None:
    rows, _ = kept(USERS, file(line(ODD, credits=value), line(1, credits="0.1")))
    assert (rows[ODD]["credits"], rows[1]["credits"]) == (None, 0.1)
    assert rows[ODD]["extra"] == {"credits": json.loads(value)}


@pytest.mark.parametrize("value", ['"1"', '"0"', '"TRUE"', '"yes"'])
def test_a_text_in_the_place_of_a_truth_value_loses_no_row(kept: Keep, value: str) -> None:
    rows, _ = kept(USERS, file(line(ODD, used=value), line(1, used="true")))
    assert rows[1]["used"] is True
    assert rows[ODD]["used"] is {'"1"': True, '"0"': False, '"TRUE"': True}.get(value) or rows[ODD]["extra"]


VALUES = ["null", "0", "2", "-3", "2.5", "-0.5", "0.00000015", "15e-1", "2.0", "30e-1", "1e3", "1e400", "true", "false",
          '"2"', '"2.5"', '"1.5e-7"', '"NaN"', '"true"', '"false"', '"v.5,"', r'"\u002e5,"', "[0.5,true]"]  # fmt: skip


def whole(value: Any) -> bool:
    """Tell whether a value stands in a column of whole numbers as it is."""
    if isinstance(value, str):
        return re.fullmatch(r"-?\d+", value) is not None
    return type(value) is int or (type(value) is float and value.is_integer())


def finite(value: Any) -> bool:
    """Tell whether a value stands in a column of numbers as it is."""
    if isinstance(value, str):
        return re.fullmatch(r"-?\d+(\.\d+)?(e-\d+)?", value) is not None
    return type(value) is int or (type(value) is float and abs(value) < 1e300)


def truth(value: Any) -> bool:
    """Tell whether a value stands in a column of truth values as it is."""
    return str(value).lower() in ("true", "false", "0", "1")


READ: dict[str, tuple[Callable[[Any], bool], Callable[[Any], Any]]] = {
    "count": (whole, lambda value: int(float(value))),
    "credits": (finite, float),
    "used": (truth, lambda value: str(value).lower() in ("true", "1")),
}


@pytest.mark.parametrize("seed", range(25))
def test_rows_are_what_python_makes_of_them(kept: Keep, seed: int) -> None:
    random = Random(seed)
    # Few odd values in a file of usual ones, so that counts can be the same by chance.
    usual = {"count": "1", "credits": "0.5", "used": "true", "news": "0.25"}
    texts = {user: dict(usual) for user in range(1, 200)}
    for fields in random.sample(list(texts.values()), 6):
        fields[random.choice(list(fields))] = random.choice(VALUES)
    rows, _ = kept(USERS, *(file(*(line(user, **texts[user]) for user in texts if user % 3 == n)) for n in range(3)))
    for user, fields in texts.items():
        row, extra = rows[user], dict(rows[user]["extra"])
        for name, (fits, read) in READ.items():
            value = json.loads(fields[name])
            expected = read(value) if value is not None and fits(value) else None
            left = value if value is not None and not fits(value) else None
            assert (row[name], extra.pop(name, None)) == (expected, left), (user, name, fields)
        assert extra.pop("news", None) == json.loads(fields["news"])
        assert not extra
