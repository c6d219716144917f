"""Which values are known, from where, and which must never be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

import stackduck
from stackduck.engine.archive.days import Archive
from stackduck.shell.completion.values import Values, used_in

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)


def values(
    *entries: str, archive: Archive | None = None, known: Sequence[str] = (), defaults: Mapping[str, str] | None = None
) -> Values:
    return Values(
        archive=lambda: archive,
        typed=lambda: entries,
        known=lambda name: known,
        scopes=dict,
        defaults=defaults or {},
        now=lambda: NOW,
    )


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param("SELECT 1 WHERE org = 'x' AND token = 'abc'", id="beside a secret"),
        pytest.param("SELECT 1 WHERE org = '<slug>'", id="a placeholder"),
        pytest.param("SELECT 1 WHERE org = ''", id="empty"),
        pytest.param("SELECT 1 WHERE org = 'x", id="open"),
        pytest.param("SELECT 1 WHERE org <> 'x' AND org > 'x'", id="not equal"),
        pytest.param(f"SELECT 1 WHERE org = '{'x' * 200}'", id="too long"),
        pytest.param("SELECT 1 WHERE organization = 'x'", id="another name"),
    ],
)
def test_what_is_no_value_of_the_name_is_not_known(entry: str) -> None:
    assert list(used_in([entry], "org")) == []


def test_values_used_before_are_known_the_latest_first_and_once() -> None:
    entries = ["org = 'a'", "u.ORG IN ('b', 'c')", "EXEC x @org='d', @y='z'", "WHERE org == 'a' AND x = 1"]
    assert list(used_in(entries, "org")) == ["a", "d", "b", "c"]


def test_the_first_place_that_knows_a_value_tells_where_from() -> None:
    found = values("org = 'b'", "org = 'c'", known=("b",), defaults={"org": "a"})
    found.see(["ORG"], [("c",), ("d",)])
    told = [("z", "allowed"), ("a", "default"), ("b", ""), ("c", "used before"), ("d", "seen")]
    assert list(found.of("Org", allowed=("z",))) == told


def test_a_column_with_too_many_values_is_no_list_to_choose_from() -> None:
    found = values()
    found.see(["name"], [(str(number),) for number in range(1_000)])
    assert len(list(found.of("name"))) == 200


def test_days_are_estimated_where_nothing_is_kept() -> None:
    days = list(values().days())
    assert days[0] == ("2026-03-03", "Tuesday, latest processed")
    assert (len(days), days[-1]) == (28, ("2026-02-04", "Wednesday"))


def test_the_archive_tells_names_days_and_what_reports_name(tmp_path: Path) -> None:
    with stackduck.connect(sandbox=True, archive=tmp_path) as connection:
        connection.execute("SELECT 1 FROM github.copilot_usage.user_days WHERE enterprise = 'Octo-Demo'").fetchall()
        latest = connection.execute(
            "SELECT DISTINCT unnest(totals_by_ide).ide AS ide FROM github.copilot_usage.user_days "
            "WHERE enterprise = 'Octo-Demo' QUALIFY dense_rank() OVER (ORDER BY day DESC) <= 7 ORDER BY ide"
        ).fetchall()
        found = values(archive=connection.archive)
        found.learn()
    assert list(found.of("enterprise")) == [("octo-demo", "in the archive")]
    assert [value for value, _ in found.of("ide")] == [ide for (ide,) in latest]
    assert len(latest) > 2


@pytest.mark.parametrize("content", [b"", b"PAR1 is no more than this PAR1"], ids=["empty", "no Parquet"])
def test_a_damaged_archive_tells_its_names_at_least(tmp_path: Path, content: bytes) -> None:
    archive = Archive(tmp_path, host="api.github.com")
    path = archive.path("users", "enterprise", "octo", NOW.date())
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    found = values(archive=archive)
    found.learn()
    assert list(found.of("enterprise")) == [("octo", "in the archive")]
    assert list(found.of("language")) == []
