"""Of the files only those columns are read, and without an archive parsed, that a statement names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import stackduck
from stackduck.catalog.names import Catalog
from stackduck.engine.ingest.workbench import Workbench

from . import expected
from .conftest import FRIDAY, MONDAY, THURSDAY, Connect, asked
from .twin import Twin

DAYS = {"first": THURSDAY, "last": FRIDAY}
CASES: dict[str, tuple[str, set[str]]] = {
    "three columns": (asked("user_days", "org", columns="day, user_login, loc_added_sum", **DAYS), set()),
    "a condition": (asked("user_days", "org", columns="count(*)", **DAYS) + " AND used_chat", set()),
    "rows alone": (asked("user_days", "org", columns="count(*)", **DAYS), set()),
    "an object": (asked("user_days", "org", columns="totals_by_cli.session_count", **DAYS), {"totals_by_cli"}),
    "a child": (asked("user_day_features", "org", columns="feature, loc_added_sum", **DAYS), {"totals_by_feature"}),
    "elements alone": (asked("user_day_ides", "org", columns="count(*)", **DAYS), {"totals_by_ide"}),
    "a parent and a child": (
        f"""SELECT u.user_login, m.model FROM github.copilot_usage.user_days u
            JOIN github.copilot_usage.user_day_model_features m USING (day, user_id)
            WHERE u.org = 'octo-demo-eng' AND m.org = 'octo-demo-eng' AND u.day = '{MONDAY}' AND m.day = '{MONDAY}'""",
        {"totals_by_model_feature"},
    ),
    "a view": ("SELECT login FROM people WHERE day IN ('" + f"{MONDAY}', '{FRIDAY}')", set()),
}
NESTED = re.compile(r"\btotals_by_\w+\b|\bextra\b")


@pytest.fixture(scope="module")
def view() -> str:
    return """CREATE OR REPLACE VIEW people AS SELECT day, upper(user_login) AS login
              FROM github.copilot_usage.user_days WHERE org = 'octo-demo-eng'"""


@pytest.fixture(scope="module")
def kept(connect: Connect, tmp_path_factory: pytest.TempPathFactory, view: str) -> stackduck.Connection:
    connection = connect(tmp_path_factory.mktemp("kept"))
    connection.execute(view)
    connection.execute(asked("user_days", "org", columns="1", first=THURSDAY, last=MONDAY))
    return connection


def scans(plan: Any) -> Iterator[Any]:
    """Return what a plan tells of its scans of Parquet files."""
    if isinstance(plan, dict) and plan.get("type") == "TABLE_SCAN":
        yield plan["extra_info"]
    for child in plan.values() if isinstance(plan, dict) else plan if isinstance(plan, list) else ():
        yield from scans(child)


@pytest.mark.parametrize(("sql", "nested"), CASES.values(), ids=CASES.keys())
def test_of_the_archive_only_these_columns_are_read(kept: stackduck.Connection, sql: str, nested: set[str]) -> None:
    """As DuckDB itself tells of the plan that it ran."""
    [(_, plan)] = kept.execute(f"EXPLAIN (ANALYZE, FORMAT json) {sql}").fetchall()
    read = list(scans(json.loads(plan)))
    assert all("PARQUET" in each["Function"] for each in read)
    assert read
    assert set(NESTED.findall(str(read))) == nested


@pytest.mark.parametrize(("sql", "nested"), CASES.values(), ids=CASES.keys())
def test_without_an_archive_only_these_columns_are_parsed(
    connect: Connect, twin: Twin, view: str, sql: str, nested: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    texts: list[str] = []
    execute = Workbench._execute

    def told(bench: Workbench, text: str, parameters: Mapping[str, object] | None) -> object:
        texts.append(text)
        return execute(bench, text, parameters)

    monkeypatch.setattr(Workbench, "_execute", told)
    connection = connect(False)
    connection.execute(view)
    twin.ask(view)
    rows = connection.execute(sql).fetchall()
    assert sorted(map(str, rows)) == sorted(map(str, twin.ask(sql)))
    copies = [text for text in texts if text.startswith("COPY")]
    assert copies
    assert {name for text in copies for name in NESTED.findall(text)} - {"extra"} == nested


def test_of_an_array_only_the_fields_are_parsed_that_are_named(
    connect: Connect, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts: list[str] = []
    execute = Workbench._execute

    def told(bench: Workbench, text: str, parameters: Mapping[str, object] | None) -> object:
        texts.append(text)
        return execute(bench, text, parameters)

    monkeypatch.setattr(Workbench, "_execute", told)
    sql = asked("user_day_ides", "org", columns="ide, loc_added_sum", **DAYS)
    rows = connect(False).execute(sql).fetchall()
    assert rows
    parsed = " ".join(text for text in texts if text.startswith("COPY"))
    figures = set(expected.columns(catalog, "user_day_ides", "org"))
    assert {name for name in figures if re.search(rf"\b{name}\b", parsed)} == {"day", "user_id", "ide", "loc_added_sum"}
