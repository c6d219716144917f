from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

SEED = """\
SELECT download_links, report_end_day, report_start_day
FROM github.copilot.copilot_user_usage_metrics
WHERE enterprise = '{{ enterprise }}' -- required
;
"""
LINKS = "SELECT unnest(download_links) AS link FROM github.copilot.copilot_user_usage_metrics WHERE enterprise = "


def error_of(done) -> str:
    """Give the error of a command that failed without writing data."""
    assert done.stdout == ""
    return done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["SELECT 1", "-i", "x.sql"], "error: give SQL as arguments or by -i, not both"),
        (["-i", "missing.sql"], "error: cannot read missing.sql: No such file or directory"),
        (["SELECT 1", "--var", "enterprise"], "error: argument --var: 'enterprise' is not NAME=VALUE"),
        (["SELECT 1", "--var", "=x"], "error: argument --var: '=x' is not NAME=VALUE"),
        (["SELECT 1", "-o", "parquet"], "error: -o parquet needs -f FILE"),
        (["SELECT 1", "-o", "xml"], "error: argument -o/--output: invalid choice: 'xml'"),
        (["SELECT 1", "--max-calls", "-1"], "error: argument --max-calls: -1 is less than 0"),
        (["SELECT 1", "--concurrency", "many"], "error: argument --concurrency: invalid number value: 'many'"),
        (["SELECT 1", "--nonsense"], "error: unrecognized arguments: --nonsense"),
        (["SELECT 1", "-f", "missing/x.csv"], "error: cannot write"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_use_is_told_and_ends_with_2(arguments, message, stackduck, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = stackduck("exec", *arguments)
    assert error_of(done).startswith(message)
    assert done.returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_sql_that_is_not_utf8_is_wrong_use(stackduck) -> None:
    done = stackduck("exec", stdin=b"SELECT '\xff'")
    assert (done.returncode, error_of(done)) == (2, "error: standard input is not UTF-8, at byte 8\n")


def test_no_sql_on_a_terminal_is_wrong_use(terminal) -> None:
    assert terminal("exec") == (2, "error: no SQL; give a statement, -i FILE, or standard input\n")


@pytest.mark.parametrize(
    ("sql", "part"),
    [
        ("SELEC 1", "SELEC"),
        ("SELECT nothing FROM range(1)", "nothing"),
        ("SELECT * FROM github.copilot.copilot_user_usage_metrics", "WHERE enterprise ="),
        ("SELECT * FROM github.copilot.org_seat WHERE org = 'x'", "did you mean 'org_seats'?"),
        ("SELECT '{{ enterprise }}'", "enterprise"),
    ],
    ids=["syntax", "column", "parameter", "resource", "variable"],
)
def test_a_wrong_statement_ends_with_1(sql: str, part: str, stackduck) -> None:
    done = stackduck("exec", sql)
    assert part in error_of(done)
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("slug", "code"),
    [("octo-forbidden", 5), ("octo-policy-off", 5), ("no-such-enterprise", 5), ("octo-limited", 6)],
)
def test_what_github_refuses_has_its_exit_code(slug: str, code: int, stackduck, sandbox) -> None:
    done = stackduck("exec", f"{LINKS}'{slug}'", GITHUB_API_URL=sandbox.api_url, GH_TOKEN=sandbox.token)
    assert done.returncode == code
    assert error_of(done).startswith("error: ")
    assert sandbox.token not in done.stderr


def test_no_token_names_the_variables(stackduck, sandbox) -> None:
    done = stackduck("exec", f"{LINKS}'octo-demo'", GITHUB_API_URL=sandbox.api_url)
    assert done.returncode == 5
    assert "GH_TOKEN" in error_of(done)


def test_a_wrong_token_ends_with_5(stackduck, sandbox) -> None:
    done = stackduck("exec", f"{LINKS}'octo-demo'", "--api-url", sandbox.api_url, GH_TOKEN="wrong-token")
    assert done.returncode == 5
    assert "wrong-token" not in error_of(done)


def test_the_token_can_come_from_another_variable(stackduck, sandbox) -> None:
    arguments = ["--api-url", sandbox.api_url, "--token-env", "MINE"]
    done = stackduck("exec", f"{LINKS}'octo-demo'", *arguments, GH_TOKEN="wrong", MINE=sandbox.token)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_plan_of_too_many_calls_is_refused(stackduck) -> None:
    done = stackduck("exec", "--sandbox", "--max-calls", "1", "SELECT * FROM github.copilot.copilot_user_usage_metrics "
                     "WHERE enterprise IN ('a', 'b')")  # fmt: skip
    assert done.returncode == 1
    assert "2" in error_of(done)


def test_what_was_printed_before_an_error_stays(stackduck) -> None:
    done = stackduck("exec", "SELECT 1 AS n", "SELEC", "SELECT 3 AS n", "-o", "ndjson")
    assert (done.returncode, done.stdout) == (1, '{"n": 1}\n')
    assert done.stderr.startswith("error: ")


@pytest.mark.parametrize("source", ["argument", "file", "standard input", "dash"])
def test_the_seed_statement_comes_from_anywhere(source: str, stackduck, tmp_path: Path) -> None:
    file = tmp_path / "seed.sql"
    file.write_bytes(b"\xef\xbb\xbf" + SEED.encode())
    arguments, stdin = {
        "argument": ([SEED], ""),
        "file": (["-i", str(file)], ""),
        "standard input": ([], SEED),
        "dash": (["-i", "-"], SEED),
    }[source]
    done = stackduck("exec", "--sandbox", "--var", "enterprise=octo-demo", *arguments, stdin=stdin)
    assert (done.returncode, done.stderr) == (0, "")
    [row] = json.loads(done.stdout)
    assert list(row) == ["download_links", "report_end_day", "report_start_day"]
    assert row["download_links"][0].startswith("http://127.0.0.1:")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", row["report_end_day"])


def test_several_arguments_run_in_order_in_one_session(stackduck) -> None:
    done = stackduck(
        "exec",
        "CREATE TABLE t AS SELECT 42 AS n -- kept",
        "-o",
        "ndjson",
        "SELECT n FROM t",
        "SELECT n + 1 AS m FROM t",
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, '{"n": 42}\n{"m": 43}\n', "")


@pytest.mark.parametrize("value", ["x' OR 1=1 --", "a=b,c=d", "", "日本 $x ?"])
def test_a_variable_stays_one_value(value: str, stackduck) -> None:
    done = stackduck("exec", "SELECT '{{ v }}' AS v", "--var", f"v={value}")
    assert json.loads(done.stdout) == [{"v": value}]


def test_every_statement_is_a_document(stackduck) -> None:
    done = stackduck("exec", "SELECT 1 AS n; BEGIN; COMMIT; SELECT 'a' AS s")
    assert done.stdout == '[\n{"n": 1}\n]\n[\n{"s": "a"}\n]\n'


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("table", "┌───┐\n│ n │\n├───┤\n│ 1 │\n└───┘\n"),
        ("json", '[\n{"n": 1}\n]\n'),
        ("ndjson", '{"n": 1}\n'),
        ("jsonl", '{"n": 1}\n'),
        ("csv", "n\n1\n"),
        ("tsv", "n\n1\n"),
        ("markdown", "| n |\n| ---: |\n| 1 |\n"),
        ("vertical", "-- row 1 --\nn  1\n"),
    ],
)
def test_the_format_can_be_chosen(form: str, text: str, stackduck) -> None:
    done = stackduck("exec", "SELECT 1 AS n", "-o", form)
    assert (done.stdout, done.stderr) == (text, "")


def test_a_header_can_be_left_out(stackduck) -> None:
    assert stackduck("exec", "SELECT 1 AS n", "-H", "-o", "csv").stdout == "1\n"


def test_a_file_takes_its_format_from_its_name(stackduck, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    assert stackduck("exec", "SELECT 1 AS n", "-f", str(file)).stdout == ""
    assert file.read_text() == "n\n1\n"


def test_a_file_stays_as_it_was_when_a_statement_fails(stackduck, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("old")
    assert stackduck("exec", "SELECT 1 AS n; SELEC", "-f", str(file)).returncode == 1
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_is_replaced_keeps_its_mode(stackduck, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.touch(0o600)
    stackduck("exec", "SELECT 1 AS n", "-f", str(file))
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_device_is_written_and_not_replaced(stackduck) -> None:
    assert stackduck("exec", "SELECT 1 AS n", "-f", "/dev/stdout", "-o", "csv").stdout == "n\n1\n"
    assert Path("/dev/null").is_char_device()


def test_parquet_goes_to_a_file_with_its_types(stackduck, tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    done = stackduck("exec", "SELECT 1::TINYINT AS n, ['a'] AS l", "-f", str(file), "--stats")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("1 row, ")
    read = stackduck("exec", f"SELECT typeof(n) AS n, typeof(l) AS l FROM '{file}'")
    assert json.loads(read.stdout) == [{"n": "TINYINT", "l": "VARCHAR[]"}]


def test_a_parquet_file_holds_one_result(stackduck, tmp_path: Path) -> None:
    done = stackduck("exec", "SELECT 1; SELECT 2", "-f", str(tmp_path / "rows.parquet"))
    assert (done.returncode, done.stderr) == (
        2, "error: a Parquet file holds one result; run the statements one by one\n"
    )  # fmt: skip
    assert list(tmp_path.iterdir()) == []


def test_tables_persist_in_a_database_file(stackduck, tmp_path: Path) -> None:
    file = str(tmp_path / "local.duckdb")
    stackduck("exec", "CREATE TABLE t AS SELECT 7 AS n", "--database", file)
    assert json.loads(stackduck("exec", "SELECT n FROM t", "--database", file).stdout) == [{"n": 7}]


def test_statistics_are_one_line_on_stderr(stackduck) -> None:
    done = stackduck("exec", "--sandbox", f"{LINKS}'octo-demo'", "--stats", "-o", "csv", "-H")
    assert re.fullmatch(r"\d+ rows?, 1 call, [\d.]+ (bytes|kB), \d+\.\d\d s, rate limit \d+ of \d+ left\n", done.stderr)


def test_no_data_is_no_row_and_a_warning(stackduck, sandbox) -> None:
    environ = {"GITHUB_API_URL": sandbox.api_url, "GH_TOKEN": sandbox.token}
    done = stackduck("exec", f"{LINKS}'octo-nodata'", **environ)
    assert (done.returncode, done.stdout) == (0, "[]\n")
    assert done.stderr.startswith("warning: ")
    assert stackduck("exec", f"{LINKS}'octo-nodata'", "--quiet", **environ).stderr == ""


def test_rows_on_a_terminal_are_a_table_that_fits(terminal) -> None:
    code, shown = terminal("exec", "SELECT repeat('x', 300) AS text, NULL AS n", COLUMNS="60")
    assert code == 0
    assert "…" in shown
    assert "\x1b[2mNULL" in shown
    assert "(1 row, long values cut; -o vertical shows all)" in shown


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_colors_can_be_refused(environ: dict[str, str], terminal) -> None:
    assert "\x1b" not in terminal("exec", "SELECT NULL AS n", **environ)[1]


@pytest.mark.parametrize("form", ["table", "json", "csv", "tsv", "markdown", "vertical"])
def test_data_cannot_drive_the_terminal(form: str, terminal) -> None:
    shown = terminal("exec", "SELECT chr(27) || '[2J' || chr(155) || chr(7) AS s", "-o", form, NO_COLOR="1")[1]
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", shown)


def test_a_pipe_gets_the_data_as_it_is(stackduck) -> None:
    assert stackduck("exec", "SELECT chr(27) AS s", "-o", "csv", "-H").stdout == "\x1b\n"


IQL = """\
<<<json
{"values": {"org": "octo-demo-eng", "least": 3}, "name": "it's; DROP TABLE t"}
>>>
SELECT count(*) AS seats, '{{ .name }}' AS name FROM github.copilot.org_seats
WHERE org = '{{ .values.org }}' HAVING count(*) > {{ .values.least }};
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("'{{ .name }}'", "'my {{ .name }}'", "write 'my ' || '{{ .name }}'"),
        (".values.least", ".values.last", "the data has no .values.last; .values has org, least"),
        ("<<<json", "<<<json 1", "the <<<json block is no JSON"),
    ],
)
def test_a_template_that_cannot_be_bound_is_an_error(stackduck, tmp_path, old: str, new: str, message: str) -> None:
    (tmp_path / "seats.iql").write_text(IQL.replace(old, new))
    done = stackduck("exec", "--sandbox", "-i", str(tmp_path / "seats.iql"))
    assert message in error_of(done)
    assert done.returncode != 0


def test_an_iql_file_runs_with_its_values_bound(stackduck, tmp_path) -> None:
    (tmp_path / "seats.iql").write_text(IQL)
    done = stackduck("exec", "--sandbox", "-i", str(tmp_path / "seats.iql"))
    assert json.loads(done.stdout) == [{"seats": 17, "name": "it's; DROP TABLE t"}]


def test_iqldata_gives_the_values_of_a_file_without_a_block(stackduck, tmp_path) -> None:
    (tmp_path / "data.json").write_text('{"values": {"n": 41}}')
    done = stackduck("exec", "--iqldata", str(tmp_path / "data.json"), "SELECT {{ .values.n }} + 1 AS n")
    assert json.loads(done.stdout) == [{"n": 42}]


def test_jsonnet_takes_the_variables_of_the_command(stackduck, tmp_path) -> None:
    pytest.importorskip("_jsonnet")
    script = "<<<jsonnet { values: { x: std.extVar('who') + '!' } } >>> SELECT '{{ .values.x }}' AS x, $n AS n"
    done = stackduck("exec", script, "--var", "who=ann", "--var", "n=1")
    assert json.loads(done.stdout) == [{"x": "ann!", "n": "1"}]
