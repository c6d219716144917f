"""The statements of plans/*.sql make the calls, have the columns, or raise the error that the file says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from made_up import Universe

from stackduck import errors
from stackduck.sql.plan import Plan, Scan, Selection

FILES = sorted((Path(__file__).parent / "plans").glob("*.sql"))
VALUES = {"'<YYYY-MM-DD>'": "'2026-01-01'", "'<number>'": "1"}


class Case(NamedTuple):
    sql: str
    expected: list[str]


def cases() -> Iterator[object]:
    for path in FILES:
        lines = path.read_text(encoding="utf-8").split("\n")
        block: list[str] = []
        for number, line in enumerate([*lines, ""], start=1):
            if line.strip():
                block.append(line)
                continue
            expected = [text[4:] for text in block if text.startswith("-->")]
            sql = "\n".join(text for text in block if not text.startswith("--"))
            if expected:
                yield pytest.param(Case(sql, expected), id=f"{path.stem}:{number - len(block)}")
            block = []


@pytest.mark.parametrize("case", list(cases()))
def test_a_statement_is_planned_as_its_file_says(case: Case, universe: Universe) -> None:
    kind, _, words = case.expected[0].partition(": ")
    if kind.endswith("Error"):
        with pytest.raises(errors.Error) as caught:
            bound(universe, case.sql)
        assert kind in [c.__name__ for c in type(caught.value).__mro__], caught.value
        assert [w for w in words.split("; ") if w not in str(caught.value)] == [], caught.value
        if isinstance(caught.value, errors.MissingParameterError) and "does not take" not in str(caught.value):
            if not caught.value.corrected:
                assert case.sql.startswith("SUMMARIZE")
                return
            assert_corrected(universe, caught.value)
        return
    plan, columns = bound(universe, case.sql)
    listed = [line for line in case.expected if not line.startswith("columns: ")]
    assert described(plan) == ([] if listed == ["nothing"] else [with_days(line) for line in listed])
    if len(listed) < len(case.expected):
        assert ", ".join(columns) == case.expected[-1].removeprefix("columns: ")


def assert_corrected(universe: Universe, error: errors.MissingParameterError) -> None:
    """The corrected statement is planned once its placeholders have values."""
    fixed = re.sub(r"'<[^<>]+>'", lambda m: VALUES.get(m.group(), "'a'"), error.corrected)
    assert fixed != error.corrected
    bound(universe, fixed)


def bound(universe: Universe, sql: str) -> tuple[Plan, list[str]]:
    """Plan a statement and let DuckDB bind it over its empty relations."""
    plan = universe.plan(sql)
    for scan in plan.scans:
        universe.session.create(scan.relation, scan.types)
    try:
        universe.session.check(plan.sql, plan.parameters)
        is_query = re.match(r"\s*(SELECT|WITH|FROM|\()", plan.sql, re.IGNORECASE)
        return plan, [name for name, _ in universe.session.describe(plan.sql, {})] if is_query else []
    finally:
        universe.session.discard(plan.relations)


def described(plan: Plan) -> list[str]:
    return [call for scans in plan.stages for scan in scans for call in (*calls_of(scan), *fed_calls_of(scan))]


def fed_calls_of(scan: Scan) -> list[str]:
    """Write what data gives: things(org from loc.org)."""
    found = []
    for fed in scan.fed:
        parts = [f"{name}={'|'.join(values)}" for name, values in fed.listed]
        parts += [f"{n} from {o}" for feed in fed.feeds for n, o in zip(feed.names, feed.origins, strict=True)]
        found.append(f"{scan.resource.name}({', '.join(parts)})")
    return found


def calls_of(scan: Scan) -> list[str]:
    if scan.is_report:
        assert scan.requests == ()
        return [f"{scan.resource.name}({s.scope}={s.name}, day={days_of(s)})" for s in scan.selections]
    return [f"{scan.resource.name}({', '.join(f'{n}={v}' for n, v in call)})" for call in scan.calls]


def days_of(selection: Selection) -> str:
    """Write days as runs; * is an end of the calendar."""
    if not selection.days:
        return "latest" if selection.days is None else "none"
    runs: list[list[date]] = []
    for day in sorted(selection.days):
        if runs and day - runs[-1][1] == timedelta(days=1):
            runs[-1][1] = day
        else:
            runs.append([day, day])
    return " and ".join(str(a) if a == b else f"{end_of(a)} to {end_of(b)}" for a, b in runs)


def end_of(day: date) -> str:
    return str(day) if 2016 < day.year < 2031 else "*"


def with_days(line: str) -> str:
    today = datetime.now(UTC).date()
    return re.sub(r"<today - (\d+)>", lambda m: (today - timedelta(days=int(m[1]))).isoformat(), line)
