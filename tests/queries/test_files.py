"""The files of queries/ as files: what they declare is complete, and they keep the rules that make them right."""

from __future__ import annotations

import re

import pytest

import stackduck
from stackduck.files.finding import installed

from .asking import FILES, QUERIES, ask

SEED = "copilot_user_usage_metrics"
OURS = [name for name in FILES if name != SEED]
SCOPE = "(enterprise = $enterprise OR org = $org)"
RULE = """
    user_initiated_interaction_count > 0 OR code_generation_activity_count > 0
    OR used_agent OR used_chat OR used_cli OR used_copilot_app OR used_vscode_agent
    OR used_copilot_coding_agent OR used_copilot_cloud_agent OR used_copilot_code_review_active
"""
"""What active means."""

UNITLESS = {"rate", "ratio", "share", "cost", "amount", "time", "count", "sum"}
"""Words that leave open what a number counts."""


def statement(name: str) -> str:
    """Return a file's statement with its comments, in one line's spacing."""
    return " ".join(FILES[name].text.split("-- ---\n")[2].split())


def bare(name: str) -> str:
    """Return a file's statement without comments."""
    lines = FILES[name].text.split("-- ---\n")[2].splitlines()
    return " ".join(" ".join(re.sub(r"--.*", "", line) for line in lines).split())


def test_these_are_the_queries_that_are_installed() -> None:
    assert installed() == {name: QUERIES / f"{name}.sql" for name in FILES}
    assert len(OURS) >= 20


@pytest.mark.parametrize("name", FILES)
def test_the_front_matter_is_complete(name: str) -> None:
    file = FILES[name]
    assert file.is_declared
    assert file.name == name
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name)
    assert re.fullmatch(r"[A-Z].*[^.]\.", file.description)
    assert file.output
    for parameter in file.parameters:
        assert re.fullmatch(r"[A-Z].*[^.]\.", parameter.description), parameter.name
        assert parameter.has_default or parameter.name in ("enterprise", "org")
    assert file.one_of == (() if name == SEED else ("enterprise", "org"))


@pytest.mark.parametrize("name", FILES)
def test_the_expectations_are_complete(name: str) -> None:
    expect = FILES[name].expect
    assert expect is not None
    columns = [column.name for column in expect.columns]
    assert columns
    assert len(columns) == len(set(columns))
    assert expect.rows is not None or expect.values
    assert {values.column for values in expect.values} <= set(columns)
    assert {column for column in columns if re.search(r"_percent$", column)} <= {
        *(values.column for values in expect.values),
        *("active_users_change_percent", "days_without_features_percent", "daily_users_percent_of_seats"),
    }


@pytest.mark.parametrize("name", FILES)
def test_a_column_says_its_unit(name: str) -> None:
    expect = FILES[name].expect
    assert expect is not None
    for column in expect.columns:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", column.name)
        assert not UNITLESS & set(column.name.split("_")), column.name


@pytest.mark.parametrize("name", OURS)
def test_each_table_is_of_one_enterprise_or_organization(name: str) -> None:
    assert bare(name).count("github.copilot_usage.") == bare(name).count(SCOPE) > 0


@pytest.mark.parametrize("name", OURS)
def test_active_means_the_same_everywhere(name: str) -> None:
    if "used_chat OR" in bare(name) and name != "active_user_rules":
        assert " ".join(RULE.split()) in bare(name)


@pytest.mark.parametrize("name", OURS)
def test_rows_are_in_an_order(name: str) -> None:
    expect = FILES[name].expect
    assert expect is not None
    is_one_row = expect.rows is not None and expect.rows.max == 1
    assert is_one_row or re.search(r" ORDER BY [^()]*;$", bare(name))


@pytest.mark.parametrize("name", OURS)
def test_acceptance_is_of_completions_alone(name: str) -> None:
    if "acceptance_percent" in bare(name):
        assert "feature = 'code_completion'" in bare(name) or "feature WHEN 'code_completion'" in bare(name)


@pytest.mark.parametrize("name", FILES)
def test_a_file_reads_well(name: str) -> None:
    lines = FILES[name].text.splitlines()
    assert len(lines) <= 70
    assert max(map(len, lines)) <= 120
    assert statement(name).startswith("-- "), "a query says why it is as it is"
    assert FILES[name].text.endswith(";\n")
    assert not [line for line in lines if line != line.rstrip() or "\t" in line]


def test_the_links_of_the_latest_report() -> None:
    with stackduck.connect(sandbox=True, archive=False) as connection:
        [row] = ask(connection, SEED, enterprise="octo-demo")
    assert row["download_links"]
    assert (row["report_end_day"] - row["report_start_day"]).days == 27
