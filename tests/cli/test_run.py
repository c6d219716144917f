"""`stackduck run`: SQL files, their parameters as options, their places in errors, recordings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

DECLARED = """\
-- ---
-- description: Numbers from one on.
-- parameters:
--   top: {type: INTEGER, default: 2, description: How many.}
--   min_size: {type: INTEGER, default: 0, description: 100 % of nothing.}
--   output: {default: x, description: A name that an option has.}
-- output: csv
-- ---
SELECT n, $min_size AS size, $output AS name, typeof($top) AS kind
FROM (SELECT unnest(range(1, 10)) AS n)
LIMIT $top
"""
SCOPED = """\
-- ---
-- parameters: {enterprise: VARCHAR, org: VARCHAR}
-- one of: [enterprise, org]
-- ---
SELECT count(*) > 0 AS found, count(DISTINCT day) <= 4 AS few
FROM github.copilot_usage.user_days WHERE (enterprise = $enterprise OR org = $org) AND day >= current_date - 3
"""


@pytest.fixture
def numbers(tmp_path: Path) -> Path:
    path = tmp_path / "numbers.sql"
    path.write_text(DECLARED)
    return path


@pytest.fixture
def scoped(tmp_path: Path) -> Path:
    path = tmp_path / "scoped.sql"
    path.write_text(SCOPED)
    return path


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ([], 2, "no file; name a FILE"),
        (["{file}", "--tip", "3"], 2, "numbers has no parameter for --tip; did you mean '--top'?"),
        (
            ["{file}", "--var", "limit=3"],
            2,
            "has no parameter for --var limit; its parameters are --min-size, --output",
        ),
        (["{file}", "--top"], 2, "expected one argument"),
        (["{file}", "--var", "top=1", "--top", "2"], 2, "--var gives top another value than its option"),
        (["{file}", "--top", "many"], 1, "numbers.sql:4: top = 'many' is no INTEGER"),
        (["{file}", "-o", "parquet"], 2, "-o parquet needs -f FILE"),
        (["{file}", "--replay", "nowhere"], 2, "there is no recording in"),
        (["{file}", "--record", "a", "--replay", "b"], 2, "not allowed with"),
        (["{folder}/none"], 2, "there is no file or folder"),
    ],
)
def test_what_is_used_wrongly_is_told(arguments: list[str], code: int, told: str, stackduck, numbers: Path) -> None:
    given = [each.format(file=numbers, folder=numbers.parent) for each in arguments]
    done = stackduck("run", *given)
    assert (done.returncode, done.stdout) == (code, "")
    assert told in done.stderr
    assert done.stderr.startswith("error: ")


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("SELECT 1;\n\nSELECT 1,\n  foo\n", 4, 'Referenced column "foo"'),
        ("SELECT 1;\nSELECT FROM WHERE", 2, "Parser Error"),
        ("\n\nSELECT * FROM github.copilot.org_seats", 3, "needs org"),
        ("SELECT 1;\nSELECT * FROM github.copilot.org_seat WHERE org = 'a'", 2, "did you mean"),
        ("SELECT\n  $x", 2, "missing variable 'x'; add --var x=VALUE"),
        ("-- ---\n-- nam: x\n-- ---\nSELECT 1", 2, "has no key 'nam'"),
        ("-- ---\n-- name: x\n-- ---\nSELECT 1,\n $y", 5, "the variable y is not declared"),
        ("SELECT CASE WHEN range = 200000\n THEN error('late') END FROM range(300000)", 1, "late"),
    ],
    ids=[
        "second statement",
        "syntax",
        "parameter",
        "name",
        "variable",
        "front matter",
        "undeclared",
        "while rows come",
    ],
)
def test_an_error_names_the_file_and_the_line(text: str, line: int, told: str, stackduck, tmp_path: Path) -> None:
    path = tmp_path / "wrong.sql"
    path.write_text(text)
    done = stackduck("run", str(path), "--sandbox")
    assert done.returncode == 1
    assert f"error: {path}:{line}: " in done.stderr
    assert told in done.stderr


def test_nothing_runs_when_a_later_file_lacks_a_value(stackduck, numbers: Path, scoped: Path) -> None:
    done = stackduck("run", str(numbers), str(scoped))
    assert (done.returncode, done.stdout) == (1, "")
    assert "scoped needs enterprise or org; add --enterprise VALUE or --org VALUE" in done.stderr


def test_parameters_are_options_of_their_types(stackduck, numbers: Path) -> None:
    done = stackduck("run", "--top=3", str(numbers), "--min-size", "-5", "--var", "output=o")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "n,size,name,kind\n1,-5,o,INTEGER\n2,-5,o,INTEGER\n3,-5,o,INTEGER\n"


def test_an_underscore_may_be_written_too(stackduck, numbers: Path) -> None:
    assert "1,7,x," in stackduck("run", str(numbers), "--min_size", "7").stdout


def test_the_format_of_the_file_gives_way_to_the_users(stackduck, numbers: Path, tmp_path: Path) -> None:
    assert json.loads(stackduck("run", str(numbers), "-o", "json", "--top", "1").stdout)[0]["n"] == 1
    stackduck("run", str(numbers), "-f", str(tmp_path / "out.json"))
    assert len(json.loads((tmp_path / "out.json").read_text())) == 2


def test_help_tells_the_parameters(stackduck, numbers: Path, scoped: Path) -> None:
    done = stackduck("run", str(numbers), "--help", COLUMNS="100")
    assert done.returncode == 0
    for part in (
        "parameters of numbers:",
        "Numbers from one on.",
        "--top INTEGER",
        "How many (default: 2)",
        "100 % of nothing",
        "--var output=VARCHAR",
    ):
        assert part in done.stdout
    assert done.stdout.index("--top INTEGER") < done.stdout.index("--sandbox")
    assert "one of enterprise, org" in stackduck("run", "-h", str(scoped)).stdout


def test_help_without_a_file_tells_the_command(stackduck) -> None:
    done = stackduck("run", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "stackduck run [options] FILE|FOLDER|NAME" in done.stdout


def test_help_of_what_is_not_there_is_an_error(stackduck) -> None:
    done = stackduck("run", "idle_seat", "--help")
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean 'idle_seats'?" in done.stderr


def test_several_files_are_announced_and_take_their_own(stackduck, numbers: Path, tmp_path: Path) -> None:
    other = tmp_path / "plain.sql"
    other.write_text("SELECT '{{ word }}' AS word")
    done = stackduck("run", str(tmp_path), "--top", "1", "--var", "word=a; b", "--quiet", "-o", "csv")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "n,size,name,kind\n1,0,x,INTEGER\nword\na; b\n"
    told = stackduck("run", str(tmp_path), "--var", "word=a").stderr
    assert told == f"{numbers}: Numbers from one on.\n{other}: plain\n"


def test_each_file_has_a_session_of_its_own_and_a_database_may_be_shared(stackduck, tmp_path: Path) -> None:
    (tmp_path / "1.sql").write_text("CREATE TABLE t AS SELECT 1 AS a")
    (tmp_path / "2.sql").write_text("FROM t")
    done = stackduck("run", str(tmp_path))
    assert done.returncode == 1
    assert "2.sql:1: " in done.stderr
    shared = stackduck("run", str(tmp_path), "--database", str(tmp_path / "a.db"), "--quiet")
    assert json.loads(shared.stdout) == [{"a": 1}]


def test_an_unused_parameter_is_a_warning(stackduck, tmp_path: Path) -> None:
    path = tmp_path / "a.sql"
    path.write_text("-- ---\n-- parameters: {days: {default: 1}}\n-- ---\nSELECT 1 AS a")
    done = stackduck("run", str(path))
    assert done.returncode == 0
    assert f"warning: {path}:2: the parameter days is declared and not used" in done.stderr


@pytest.mark.parametrize("option", ["--enterprise=octo-demo", "--org=octo-demo-eng"])
def test_one_file_serves_an_enterprise_and_an_organization(option: str, stackduck, scoped: Path) -> None:
    done = stackduck("run", str(scoped), option, "--sandbox")
    assert json.loads(done.stdout) == [{"found": True, "few": True}]


def test_a_configuration_gives_what_is_missing(stackduck, scoped: Path, tmp_path: Path) -> None:
    (tmp_path / "stackduck.toml").write_text('[defaults]\nenterprise = "octo-demo"\n')
    assert json.loads(stackduck("run", str(scoped), "--sandbox").stdout) == [{"found": True, "few": True}]


def test_a_file_that_comes_along_runs_by_its_name(stackduck) -> None:
    done = stackduck("run", "idle_seats", "--sandbox", "--enterprise", "octo-demo", "-o", "csv", "--days", "1")
    assert done.returncode == 0
    assert done.stdout.startswith("user_login,organizations,")


def test_a_run_is_recorded_and_replayed(stackduck, scoped: Path, tmp_path: Path) -> None:
    folder = str(tmp_path / "kept")
    live = stackduck("run", str(scoped), "--sandbox", "--enterprise", "octo-demo", "--record", folder)
    kept = stackduck("run", str(scoped), "--enterprise", "octo-demo", "--replay", folder, PATH="/nowhere")
    assert (live.returncode, kept.returncode, kept.stdout) == (0, 0, live.stdout)
    other = stackduck("run", str(scoped), "--org", "octo-demo-eng", "--replay", folder)
    assert other.returncode == 1
    assert f"error: {scoped}:5: GET /orgs/octo-demo-eng/" in other.stderr
    assert "--record" in other.stderr


def test_exec_records_and_replays_too(stackduck, tmp_path: Path) -> None:
    sql, folder = (
        "SELECT count(*) AS n FROM github.copilot.org_seats WHERE org = 'octo-demo-eng'",
        str(tmp_path / "kept"),
    )
    live = stackduck("exec", sql, "--sandbox", "--record", folder)
    kept = stackduck("exec", sql, "--replay", folder)
    assert (live.returncode, kept.returncode, kept.stdout) == (0, 0, live.stdout)


def test_a_recording_is_for_reading(stackduck, numbers: Path, tmp_path: Path) -> None:
    done = stackduck("run", str(numbers), "--record", str(tmp_path / "kept"), "--allow-writes")
    assert done.returncode == 2
    assert "record is for reading" in done.stderr


def test_stats_count_all_files(stackduck, scoped: Path, tmp_path: Path) -> None:
    (tmp_path / "seats.sql").write_text("SELECT count(*) FROM github.copilot.org_seats WHERE org = '{{ org }}'")
    done = stackduck("run", str(tmp_path), "--sandbox", "--org", "octo-demo-eng", "--stats", "--quiet")
    assert done.stderr.startswith("2 rows, ")
    assert "0 calls" not in done.stderr


def test_stats_tell_what_a_configuration_gave(stackduck, scoped: Path, tmp_path: Path) -> None:
    (tmp_path / "stackduck.toml").write_text('[defaults]\nenterprise = "octo-demo"\n')
    done = stackduck("run", str(scoped), "--sandbox", "--stats", "--quiet")
    assert done.stderr.rstrip().endswith("enterprise = octo-demo by default")
