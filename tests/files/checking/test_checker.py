"""A file for each mistake, found at its place; what is right, and what others define, is not found."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from checked import CATALOG, check, place, seen, words

from stackduck.files.checking.checker import Checker
from stackduck.files.checking.rules import RULES

U = "github.copilot_usage"
QUERIES = Path(__file__).parents[3] / "queries"

MISTAKES: dict[str, tuple[str, str, int, int, str]] = {
    "a word of SQL": ("SELECT user_id\nFORM t", "syntax-error", 2, 6, "t"),
    "an open text": ("SELECT 1;\nSELECT 'abc", "syntax-error", 2, 8, "'"),
    "an open comment": ("SELECT 1; /* so", "syntax-error", 1, 11, "/"),
    "front matter that is no YAML": ("-- ---\n-- name: [x\n-- ---\nSELECT 1", "front-matter", 3, 1, "-- ---"),
    "front matter with an unknown key": ("-- ---\n-- nam: x\n-- ---\nSELECT 1", "front-matter", 2, 1, "-- nam: x"),
    "a type that there is not": (
        "-- ---\n-- parameters:\n--   n: VARCHR\n-- ---\nSELECT $n",
        "front-matter",
        3,
        1,
        "--   n: VARCHR",
    ),
    "a default of another type": (
        "-- ---\n-- parameters:\n--   n: {type: INTEGER, default: many}\n-- ---\nSELECT $n",
        "front-matter",
        3,
        1,
        "--   n: {type: INTEGER, default: many}",
    ),
    "a resource": (f"SELECT *\n  FROM {U}.user_dayz\n WHERE org = 'x'", "unknown-table", 2, 29, "user_dayz"),
    "a service": ("SELECT * FROM github.copilott.x", "unknown-table", 1, 22, "copilott"),
    "a column of a provider table": (
        f"SELECT user_id,\n       user_logn\n  FROM {U}.user_days WHERE org = 'x'",
        "unknown-column",
        2,
        8,
        "user_logn",
    ),
    "a column of a local table": (
        "CREATE TABLE t (a INTEGER);\nSELECT a, a + b FROM t",
        "unknown-column",
        2,
        15,
        "b",
    ),
    "a function": ("SELECT 1,\n  uper('x')", "unknown-function", 2, 3, "uper('x')"),
    "no value for a parameter": (f"SELECT user_id\n  FROM {U}.user_days", "missing-parameter", 2, 8, f"{U}.user_days"),
    "LIKE": (
        f"SELECT user_id FROM {U}.user_days\n WHERE enterprise LIKE 'x%'",
        "condition-gives-no-value",
        2,
        8,
        "enterprise",
    ),
    "a condition on a day beside another column": (
        f"SELECT user_id FROM {U}.user_days\n WHERE org = 'x' AND day > DATE '2026-01-01' + user_id",
        "type-error",
        2,
        46,
        "+",
    ),
    "a comparison of types": (
        f"SELECT user_id\n  FROM {U}.user_days WHERE org = 'x'\n   AND user_id > DATE '2026-01-01'",
        "type-error",
        3,
        8,
        "user_id > DATE '2026-01-01'",
    ),
    "a text that is no day": (
        f"SELECT user_id FROM {U}.user_days\n WHERE org = 'x' AND day > 'yesterday'",
        "type-error",
        2,
        28,
        "'yesterday'",
    ),
    "a text that is no number": (
        "CREATE TABLE t (a INTEGER);\nSELECT * FROM t WHERE a = 'x'",
        "type-error",
        2,
        27,
        "'x'",
    ),
    "a function of another type": (
        f"SELECT sum(user_login)\n  FROM {U}.user_days WHERE org = 'x'",
        "type-error",
        1,
        8,
        "sum(user_login)",
    ),
    "a variable that is not declared": (
        f"-- ---\n-- parameters: {{org: VARCHAR}}\n-- ---\nSELECT user_id FROM {U}.user_days\n"
        " WHERE org = $org AND day >= $since",
        "undeclared-variable",
        5,
        30,
        "$since",
    ),
    "a question mark": (
        f"-- ---\n-- name: q\n-- ---\nSELECT user_id FROM {U}.user_days WHERE org = ?",
        "undeclared-variable",
        4,
        64,
        "?",
    ),
    "a parameter that is not used": (
        "-- ---\n-- parameters:\n--   days: INTEGER\n-- ---\nSELECT 1",
        "unused-parameter",
        3,
        1,
        "--   days: INTEGER",
    ),
    "a table that nobody makes": (
        "SELECT *\n  FROM people p WHERE p.name = 'x'",
        "unknown-local-table",
        2,
        8,
        "people",
    ),
    "a table of another database": ("SELECT * FROM hr.main.people", "unknown-local-table", 1, 15, "hr.main.people"),
    "a file": ("SELECT *\n  FROM read_csv('/etc/passwd')", "local-file", 2, 8, "read_csv('/etc/passwd')"),
    "a trap": (
        f"SELECT month(day),\n  sum(daily_active_users)\n  FROM {U}.entity_days WHERE org = 'x' GROUP BY 1",
        "summed-users",
        2,
        3,
        "sum(daily_active_users)",
    ),
    "a rule that there is not": ("-- stackduck: ignore nonsense\nSELECT 1", "unknown-rule", 1, 22, "nonsense"),
    "a change without a value": (
        "INSERT INTO github.copilot.org_copilot_seats_users (org) SELECT 'x'",
        "missing-parameter",
        1,
        13,
        "github.copilot.org_copilot_seats_users",
    ),
    "a change of a report": (f"DELETE FROM {U}.user_days WHERE org = 'x'", "not-supported", 1, 13, f"{U}.user_days"),
}


@pytest.mark.parametrize(
    ("text", "rule", "line", "column", "marked"), [pytest.param(*case, id=name) for name, case in MISTAKES.items()]
)
def test_a_mistake_is_found_at_its_place(
    text: str, rule: str, line: int, column: int, marked: str, tmp_path: Path
) -> None:
    report = check(tmp_path, file=text)
    assert seen(report) == [(rule, line, column)]
    assert words(report.findings[0]) == marked
    assert report.findings[0].message and report.findings[0].instead


def test_a_folder_with_all_mistakes_has_each_in_its_own_file(tmp_path: Path) -> None:
    report = check(tmp_path, **{f"f{at}": case[0] for at, case in enumerate(MISTAKES.values())})
    found = {finding.path.stem: place(finding) for finding in report.findings}
    assert found == {f"f{at}": case[1:4] for at, case in enumerate(MISTAKES.values())}
    assert report.errors == sum(RULES[case[1]].severity == "error" for case in MISTAKES.values())


def test_a_file_that_is_no_text_is_said_and_the_others_are_checked(tmp_path: Path) -> None:
    bad, good = tmp_path / "a.sql", tmp_path / "b.sql"
    bad.write_bytes(b"\xff\xfe")
    good.write_text("SELECT nope")
    report = Checker(CATALOG).check([bad, tmp_path / "none.sql", good])
    assert seen(report) == [("unreadable-file", 1, 1), ("unreadable-file", 1, 1), ("unknown-column", 1, 8)]


def test_errors_of_one_statement_do_not_hide_those_of_the_next(tmp_path: Path) -> None:
    report = check(tmp_path, file=f"SELEC 1;\nSELECT nope;\nSELECT * FROM {U}.user_days;\nSELECT 'x")
    assert [(name, line) for name, line, _ in seen(report)] == [
        ("syntax-error", 1),
        ("unknown-column", 2),
        ("missing-parameter", 3),
        ("syntax-error", 4),
    ]


def test_an_error_and_a_trap_of_one_statement_are_both_found(tmp_path: Path) -> None:
    report = check(tmp_path, file=f"SELECT sum(daily_active_users) FROM {U}.entity_days")
    assert seen(report) == [("summed-users", 1, 8), ("missing-parameter", 1, 37)]


def test_statements_see_what_is_defined_before_them(tmp_path: Path) -> None:
    text = f"""
        CREATE TABLE mine AS SELECT user_id, day FROM {U}.user_days WHERE org = 'x';
        CREATE VIEW seen AS SELECT *, org FROM {U}.user_days;
        CREATE MACRO twice(n) AS 2 * n;
        SET VARIABLE least = 3;
        SELECT twice(user_id) FROM mine JOIN seen USING (user_id, day) WHERE org = 'x' AND user_id > $least;
        SELECT nope FROM mine;"""
    report = check(tmp_path, file=text)
    assert [(name, line) for name, line, _ in seen(report)] == [("unknown-column", 7)]


def test_a_definition_that_fails_is_said_once_and_not_where_it_is_read(tmp_path: Path) -> None:
    report = check(tmp_path, file=f"CREATE VIEW v AS SELECT nope FROM {U}.user_days;\nSELECT x FROM v;")
    assert seen(report) == [("unknown-column", 1, 25)]


def test_files_see_the_views_and_tables_of_one_another_whatever_their_order(tmp_path: Path) -> None:
    report = check(
        tmp_path,
        a="SELECT user_login, doubled FROM named WHERE org = 'x'; SELECT nope FROM named WHERE org = 'x'",
        b="CREATE VIEW named AS SELECT user_login, 2 * user_id AS doubled, org FROM base",
        c=f"CREATE VIEW base AS SELECT *, org FROM {U}.user_days",
    )
    assert [(f.path.stem, *place(f)) for f in report.findings] == [("a", "unknown-column", 1, 63)]


def test_a_view_of_another_file_still_needs_its_parameter(tmp_path: Path) -> None:
    report = check(tmp_path, a="SELECT user_id FROM v", b=f"CREATE VIEW v AS SELECT *, org FROM {U}.user_days")
    assert [(f.path.stem, f.rule.name) for f in report.findings] == [("a", "missing-parameter")]


def test_two_files_may_define_the_same_name(tmp_path: Path) -> None:
    report = check(
        tmp_path,
        a="CREATE TABLE t AS SELECT 1 AS a; SELECT a FROM t",
        b="CREATE TABLE t AS SELECT 1 AS b; SELECT b FROM t; SELECT a FROM t",
    )
    assert [(f.path.stem, f.rule.name) for f in report.findings] == [("b", "unknown-column")]


def test_views_that_read_each_other_are_said_and_end(tmp_path: Path) -> None:
    report = check(tmp_path, a="CREATE VIEW x AS FROM y", b="CREATE VIEW y AS FROM x")
    assert all(finding.rule.name in ("unknown-local-table", "invalid-statement") for finding in report.findings)


def test_an_unknown_table_is_said_once_and_the_rest_of_the_statement_is_checked(tmp_path: Path) -> None:
    text = f"""SELECT s.login, upper(p.city), p.since + 1 FROM {U}.seats s JOIN people p USING (login);
SELECT date_trunc('day', since) FROM people WHERE since > current_date"""
    report = check(tmp_path, file=text)
    assert [name for name, *_ in seen(report)] == ["missing-parameter", "unknown-local-table"]


def test_a_statement_may_make_a_table_that_was_not_known_before(tmp_path: Path) -> None:
    report = check(
        tmp_path, file="SELECT * FROM t;\nCREATE TABLE t AS SELECT 1 AS a;\nSELECT a FROM t;\nSELECT b FROM t"
    )
    assert [(name, line) for name, line, _ in seen(report)] == [("unknown-local-table", 1), ("unknown-column", 4)]


def test_the_target_of_copy_is_no_file_to_be_read(tmp_path: Path) -> None:
    report = check(tmp_path, file=f"COPY (SELECT user_id FROM {U}.user_days WHERE org = 'x') TO 'out.parquet'")
    assert seen(report) == []
    assert not (tmp_path / "out.parquet").exists()


@pytest.mark.parametrize(
    "text",
    [
        "COPY t FROM '/etc/passwd'",
        "SELECT content FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd.csv'",
        "CREATE TABLE t AS SELECT * FROM glob('/etc/*')",
        f"SELECT * FROM {U}.user_days, read_csv('/etc/passwd') WHERE org = 'x'",
        "SET VARIABLE x = (SELECT content FROM read_text('/etc/passwd'))",
        "PIVOT (SELECT * FROM read_csv('/etc/passwd')) ON column0",
    ],
)
def test_no_statement_reads_a_file(text: str, tmp_path: Path) -> None:
    report = check(tmp_path, file=f"CREATE TABLE IF NOT EXISTS t (a VARCHAR);\n{text}")
    assert not report.errors
    assert [finding.rule.name for finding in report.findings] == ["local-file"]
    assert "root:" not in "".join(finding.message for finding in report.findings)


@pytest.mark.parametrize(
    "text",
    [
        "ATTACH 'x.db' AS other; INSTALL httpfs; LOAD httpfs; SET threads = 1; BEGIN; COMMIT; CHECKPOINT;",
        "SHOW PROVIDERS; DESCRIBE github.copilot.org_seats; SHOW AUTH github; PURGE; REGISTRY PULL github;",
        "PIVOT (SELECT 1 AS a, 2 AS b) ON a USING sum(b); CREATE TABLE t (a INT, b INT); PIVOT t ON a USING sum(b);",
        f"EXPLAIN SELECT * FROM {U}.user_days WHERE org = 'x'; SUMMARIZE SELECT 1;",
        f"CREATE MATERIALIZED VIEW m AS FROM {U}.user_days WHERE org = 'x'; REFRESH MATERIALIZED VIEW m; FROM m;",
        "INSERT INTO github.copilot.org_copilot_seats_users (org, selected_usernames) SELECT 'x', ['ann'];",
        "SELECT name FROM stackduck.resources WHERE provider = 'github' LIMIT 3;",
        "INSERT INTO t VALUES (1); DELETE FROM t; UPDATE t SET a = 2; DROP TABLE t;".join(
            ["CREATE TABLE t (a INT);", ""]
        ),
        "",
        "-- nothing\n;;",
    ],
)
def test_what_can_run_is_clean_and_is_not_run(text: str, tmp_path: Path) -> None:
    assert seen(check(tmp_path, file=text)) == []


def test_what_an_extension_brings_cannot_be_checked(tmp_path: Path) -> None:
    assert [name for name, *_ in seen(check(tmp_path, file="SELECT st_point(1, 2)"))] == ["not-checked"]


def test_a_file_without_front_matter_declares_nothing_and_its_variables_may_be_anything(tmp_path: Path) -> None:
    text = (
        f"SELECT user_id FROM {U}.user_days WHERE org = '{{{{ org }}}}' AND day >= $since AND user_id > CAST(:n AS INT)"
    )
    assert seen(check(tmp_path, file=text)) == []


def test_templates_of_a_script_are_filled_from_its_data_or_from_samples(tmp_path: Path) -> None:
    query = f"SELECT user_id FROM {U}.user_days WHERE org = '{{{{ .values.org }}}}' LIMIT {{{{ .values.n }}}}"
    data = '<<<json {"values": {"org": "octo"}} >>>\n'
    report = check(tmp_path, **{"a.iql": query, "b.iql": data + query})
    assert [(f.path.name, f.rule.name, f.start.line) for f in report.findings] == [("b.iql", "invalid-statement", 2)]


def test_each_of_the_parameters_of_which_one_is_given_is_tried(tmp_path: Path) -> None:
    head = "-- ---\n-- parameters: {enterprise: VARCHAR, org: VARCHAR}\n-- one of: [enterprise, org]\n-- ---\n"
    query = f"SELECT user_id FROM {U}.user_days WHERE "
    report = check(
        tmp_path,
        both=f"{head}{query}(enterprise = $enterprise OR org = $org)",
        typed=f"{head}{query}(enterprise = $enterprise OR org = $org) AND day > DATE '2026-01-01' + ($org IS NULL)",
        seats=f"{head}SELECT plan_type FROM github.copilot.org_seats WHERE (enterprise = $enterprise OR org = $org)",
    )
    assert sorted({(finding.path.stem, finding.rule.name) for finding in report.findings}) == [
        ("seats", "unknown-column"),
        ("typed", "type-error"),
    ]


def test_a_default_of_a_configuration_gives_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "q.sql"
    path.write_text(f"SELECT user_id FROM {U}.user_days")
    assert seen(Checker(CATALOG).check([path])) == [("missing-parameter", 1, 21)]
    assert seen(Checker(CATALOG, defaults={"enterprise": "octo"}).check([path])) == []


def test_the_queries_that_come_along_are_clean() -> None:
    report = Checker(CATALOG).check(sorted(QUERIES.glob("*.sql")))
    assert report.files > 20
    assert [(finding.path.name, *place(finding)) for finding in report.findings] == []


def test_lines_end_as_on_windows_and_columns_count_characters(tmp_path: Path) -> None:
    path = tmp_path / "w.sql"
    path.write_bytes("\ufeffSELECT 'ä😀', nope\r\nFROM (SELECT 1 AS a);\r\nSELECT nope".encode())
    assert seen(Checker(CATALOG).check([path])) == [("unknown-column", 1, 14), ("unknown-column", 3, 8)]


def test_front_matter_that_cannot_be_read_hides_no_error_of_a_statement_and_makes_none(tmp_path: Path) -> None:
    query = f"SELECT user_id FROM {U}.user_days WHERE org = $org AND day >= current_date - $days;\nSELECT nope"
    report = check(tmp_path, file=f"-- ---\n-- parameters: [x\n-- ---\n{query}")
    assert [(name, line) for name, line, _ in seen(report)] == [("front-matter", 3), ("unknown-column", 5)]


def test_a_table_that_could_not_be_made_is_not_said_to_be_unknown(tmp_path: Path) -> None:
    report = check(tmp_path, file="CREATE TABLE t (a VARCHR);\nSELECT a FROM t;\nINSERT INTO t VALUES (1)")
    assert [line for _, line, _ in seen(report)] == [1]


@pytest.mark.parametrize(
    "conditions",
    [
        "org IN (SELECT org FROM people)",
        "org IN (SELECT name FROM people WHERE active)",
        "org = 'x' AND day IN (SELECT day FROM people)",
        "org = (SELECT max(org) FROM people)",
    ],
)
def test_values_from_a_table_that_is_not_known_are_believed(conditions: str, tmp_path: Path) -> None:
    report = check(tmp_path, file=f"SELECT user_id FROM {U}.user_days WHERE {conditions}")
    assert [name for name, *_ in seen(report)] == ["unknown-local-table"]
