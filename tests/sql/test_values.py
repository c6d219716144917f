"""Sets of values: lists and ranges."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from stackduck.sql.values import (
    Between,
    Days,
    Excluded,
    Listed,
    Values,
    bounded,
    canonical,
    contains,
    enumerate_all,
    intersect,
    is_empty,
    unite,
)


def days(low: str | None, high: str | None) -> Between:
    first, last = (date.fromisoformat(end).toordinal() if end else None for end in (low, high))
    return Between(first, last, is_day=True)


def calendar(*days: str) -> Days:
    return Days(frozenset(map(date.fromisoformat, days)))


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("nope", "DATE"),
        ("2026-1-5", "DATE"),
        ("2026-02-30", "DATE"),
        ("2026-01-05 10:00:00", "DATE"),
        (datetime(2026, 1, 5, tzinfo=UTC), "DATE"),
        (5, "DATE"),
        ("two", "BIGINT"),
        ("2.0", "BIGINT"),
        ("9" * 19, "BIGINT"),
        (True, "BIGINT"),
        (2.0, "BIGINT"),
        (Decimal(2), "BIGINT"),
        ("yes", "BOOLEAN"),
        (2, "BOOLEAN"),
        ("yesterday", "TIMESTAMPTZ"),
        (b"x", "VARCHAR"),
        (1.5, "VARCHAR"),
        ("1.5", "DOUBLE"),
    ],
)
def test_a_constant_that_is_plainly_no_value_of_the_type_is_none(value: object, kind: str) -> None:
    assert canonical(value, kind) is None


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ("Octo", "VARCHAR", "Octo"),
        ("", "VARCHAR", ""),
        (7, "VARCHAR", "7"),
        (True, "VARCHAR", "true"),
        (date(2026, 1, 5), "VARCHAR", "2026-01-05"),
        ("2026-01-05", "DATE", "2026-01-05"),
        (date(2026, 1, 5), "DATE", "2026-01-05"),
        (7, "BIGINT", "7"),
        ("007", "BIGINT", "7"),
        ("-1", "BIGINT", "-1"),
        ("TRUE", "BOOLEAN", "true"),
        (0, "BOOLEAN", "false"),
        (datetime(2026, 1, 5, 12, tzinfo=timezone(timedelta(hours=2))), "TIMESTAMPTZ", "2026-01-05T10:00:00Z"),
        ("2026-01-05T12:00:00", "TIMESTAMPTZ", "2026-01-05T12:00:00Z"),
    ],
)
def test_a_constant_is_the_text_that_a_request_carries(value: object, kind: str, text: str) -> None:
    assert canonical(value, kind) == text


@pytest.mark.parametrize(
    ("text", "operator", "kind", "values"),
    [
        ("2026-01-05", ">=", "DATE", days("2026-01-05", None)),
        ("2026-01-05", ">", "DATE", days("2026-01-06", None)),
        ("2026-01-05", "<=", "DATE", days(None, "2026-01-05")),
        ("2026-01-05", "<", "DATE", days(None, "2026-01-04")),
        ("5", ">", "BIGINT", Between(6, None, is_day=False)),
        ("5", "<", "BIGINT", Between(None, 4, is_day=False)),
        ("a", ">", "VARCHAR", None),
        ("x", ">", "DATE", None),
    ],
)
def test_a_comparison_leaves_a_range_of_days_or_numbers(
    text: str, operator: str, kind: str, values: Values | None
) -> None:
    assert bounded(text, operator, kind=kind) == values


@pytest.mark.parametrize(
    ("a", "b", "both"),
    [
        (Listed(("a", "b", "c")), Listed(("c", "a")), Listed(("a", "c"))),
        (Listed(("2026-01-01", "2026-01-05")), days("2026-01-02", None), Listed(("2026-01-05",))),
        (days(None, "2026-01-03"), Listed(("2026-01-03", "x")), Listed(("2026-01-03",))),
        (days("2026-01-01", None), days(None, "2026-01-03"), days("2026-01-01", "2026-01-03")),
        (Between(1, 5, is_day=False), Between(3, 9, is_day=False), Between(3, 5, is_day=False)),
        (Between(1, 5, is_day=False), Listed(("5", "6")), Listed(("5",))),
        (calendar("2026-01-01", "2026-01-02"), calendar("2026-01-02"), calendar("2026-01-02")),
        (calendar("2026-01-01", "2026-01-02"), days("2026-01-02", None), calendar("2026-01-02")),
        (calendar("2026-01-01", "2026-01-02"), Listed(("2026-01-02", "x")), calendar("2026-01-02")),
        (calendar("2026-01-01", "2026-01-02"), Excluded(frozenset({"2026-01-01"})), calendar("2026-01-02")),
    ],
)
def test_what_two_conditions_leave_is_in_both_sets(a: Values, b: Values, both: Values) -> None:
    assert intersect(a, b) == both
    assert intersect(b, a) in (both, Listed(tuple(reversed(both.values))) if isinstance(both, Listed) else both)


def test_sets_are_united_into_a_list_without_doubles() -> None:
    assert unite([Listed(("b", "a")), Listed(("a", "c"))]) == Listed(("b", "a", "c"))
    assert unite([days("2026-02-27", "2026-03-01"), Listed(("2026-03-01", "2026-03-05"))]) == Listed(
        ("2026-02-27", "2026-02-28", "2026-03-01", "2026-03-05")
    )
    assert unite([]) == Listed(())
    assert unite([calendar("2026-01-01"), calendar("2026-01-02")]) == calendar("2026-01-01", "2026-01-02")
    assert unite([calendar("2026-01-02", "2026-01-01"), Listed(("2026-01-03",))]) == Listed(
        ("2026-01-01", "2026-01-02", "2026-01-03")
    )


def test_days_of_the_calendar_are_compared_as_text() -> None:
    assert contains(calendar("2026-01-01"), "2026-01-01")
    assert not contains(calendar("2026-01-01"), "2026-01-02")


def test_an_open_or_endless_range_is_no_list() -> None:
    assert unite([Listed(("a",)), days("2026-01-01", None)]) is None
    assert enumerate_all(Between(0, 10**9, is_day=False)) is None


@pytest.mark.parametrize(
    ("values", "empty"),
    [
        (Listed(()), True),
        (Listed(("",)), False),
        (days("2026-01-02", "2026-01-01"), True),
        (days("2026-01-01", "2026-01-01"), False),
        (days(None, "2026-01-01"), False),
        # That no day is meant is said to the user, and not taken for a contradiction.
        (calendar(), False),
    ],
)
def test_it_is_known_whether_a_value_is_left(values: Values, empty: bool) -> None:
    assert is_empty(values) is empty
