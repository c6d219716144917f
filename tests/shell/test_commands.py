"""The commands, each by its function: what it does to the session, and what it says."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from stackduck.cli.exits import UsageError
from stackduck.errors import Error, MissingParameterError, ProgrammingError
from stackduck.shell.commands import COMMANDS, find
from stackduck.shell.interruption import Interrupted
from stackduck.shell.reading import Command, Query, items
from stackduck.shell.session import Leave, Session

ENTERPRISE = "octo-demo"
DOTTED = (
    *("tables", "inspect", "mode", "once", "output", "timer", "param", "read", "explain", "calls", "chart"),
    *("edit", "watch", "saved", "help", "exit", "last"),
)
PSQL = ("d", "dt", "x", "timing", "e", "g", "i", "o", "?", "q", "quit")
PSQL_MEANS = (*("describe", "tables", "vertical", "timer", "edit", "go", "read", "output", "help", "exit", "exit"),)


class Said:
    """Runs what one would type, and reads what it says."""

    def __init__(self, session: Session, capture: pytest.CaptureFixture[str]) -> None:
        self.session = session
        self._capture = capture

    def __call__(self, text: str) -> str:
        for item in items(text.splitlines()):
            self.session.perform(item)
        return self._capture.readouterr().out

    def rows(self, text: str) -> list[list[str]]:
        return list(csv.reader(io.StringIO(self(text))))[1:]


@pytest.fixture
def said(session: Session, capsys: pytest.CaptureFixture[str]) -> Said:
    return Said(session, capsys)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (".nope", "no command '.nope'; .help lists them"),
        (".tabels", "no command '.tabels'; did you mean '.tables'?"),
        (".he", "'.he' may be .header or .help"),
        (".", "no command '.'; .help lists them"),
        ("\\!", "no command '.!'"),
        ("SELECT 1 \\x", "\\x stands on a line of its own"),
        (".once", "write .once FILE"),
        (".read", "write .read FILE"),
        (".mode xml", "no format 'xml'; .mode lists them"),
        (".mode jsn", "did you mean 'json'?"),
        (".mode parquet", "Parquet is for files"),
        (".output x.parquet", "holds one answer; use .once"),
        (".timer maybe", "'maybe' is neither on nor off"),
        (".param 1 2", "write .param NAME VALUE"),
        (".param clear x", "no parameter 'x'"),
        (".explain", "no statement yet"),
        ("\\g", "no statement yet"),
        (".watch", "no statement yet"),
        (".watch 0.5", "no pause of a second or more"),
        (".watch soon", "no pause of a second or more"),
        (".calls few", "'few' is no number"),
        (".edit", ".edit needs a terminal"),
        (".exit now", "'now' is no exit code"),
        (".exit 256", "'256' is no exit code"),
        (".help nothing", "no command has 'nothing'"),
        (".read no-such-file.sql", "cannot read no-such-file.sql: No such file or directory"),
        (".saved idle_seat", "did you mean 'idle_seats'?"),
        (".saved idle_seats octo", "'octo' is not NAME=VALUE"),
        (".saved 'idle_seats", "a quote in ''idle_seats' is open"),
        (".save a/b", "'a/b' is no name"),
        (".save mine", "no statement yet"),
    ],
)
def test_wrong_use_is_told(said: Said, text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        said(text)
    assert message in str(caught.value)


def test_no_two_commands_share_a_name() -> None:
    names = [name for each in COMMANDS for name in (each.name, *each.aliases)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        *((name, name) for name in DOTTED),
        *zip(PSQL, PSQL_MEANS, strict=True),
        *(("TABLES", "tables"), ("tab", "tables"), ("ins", "inspect"), ("save", "save")),
    ],
)
def test_a_command_is_found_by_name_alias_or_beginning(typed: str, name: str) -> None:
    assert find(typed).name == name


def test_help_tells_every_command_and_the_keys(said: Said) -> None:
    told = said(".help")
    assert all(f".{each.name}" in told and each.summary in told for each in COMMANDS)
    assert "Ctrl-C" in told


def test_help_of_a_word(said: Said) -> None:
    assert said(".help \\dt").splitlines()[0].startswith(".tables [PATTERN]")
    assert len(said(".help file").splitlines()) > 2


def test_leaving_has_an_exit_code(said: Said) -> None:
    for text, code in ((".exit", 0), ("\\q", 0), ("quit", 0), (".exit 3", 3)):
        with pytest.raises(Leave) as caught:
            said(text)
        assert caught.value.code == code


def test_tables_are_local_ones_views_and_resources(said: Said) -> None:
    said("CREATE TABLE budget (n INTEGER); CREATE VIEW spent AS SELECT 1 AS n;")
    told = said.rows(".tables")
    assert [row[:3] for row in told[:2]] == [["budget", "table", ""], ["spent", "view", ""]]
    assert ["github.copilot_usage.user_days", "resource", "enterprise or org"] in [row[:3] for row in told]
    assert not any("#" in row[0] for row in told)


def test_tables_of_a_pattern(said: Said) -> None:
    assert [row[0] for row in said.rows(".tables user_days")] == ["github.copilot_usage.user_days"]
    assert {row[0].rpartition(".")[2] for row in said.rows("\\dt *_seats")} >= {"org_seats", "enterprise_seats"}
    assert said.rows(".tables no_such_thing") == []
    assert [row[0].rpartition(".")[2] for row in said.rows("\\dt User_t*")] == ["user_team_days"]


def test_inspect_tells_columns_parameters_scope_and_an_example(said: Said) -> None:
    told = said(".inspect github.copilot.org_seats")
    assert "  last_activity_at           TIMESTAMPTZ" in told
    assert "  needs\n    org  VARCHAR" in told
    assert "  takes\n    page" in told
    assert "token: " in told and "manage_billing:copilot" in told
    assert "example\n  SELECT * FROM github.copilot.org_seats WHERE org = '<slug>'" in told


def test_inspect_of_a_local_table_and_of_nothing(said: Said) -> None:
    said("CREATE TABLE budget (n INTEGER NOT NULL, name VARCHAR);")
    assert said.rows(".inspect budget") == [["n", "INTEGER", "false", ""], ["name", "VARCHAR", "true", ""]]
    assert said("\\d budget").startswith("name,type,null")
    assert said(".inspect").startswith("provider github")
    with pytest.raises(ProgrammingError, match="nothing is called 'no_such_thing'"):
        said(".inspect no_such_thing")


def test_explain_tells_the_calls_and_makes_none(said: Said) -> None:
    statement = f"SELECT * FROM github.copilot.enterprise_seats WHERE enterprise = '{ENTERPRISE}'"
    rows = said.rows(f".explain {statement}")
    assert rows[0][2] == f"GET /enterprises/{ENTERPRISE}/copilot/billing/seats"
    assert said.session.connection.stats.calls == 0
    assert said.rows(f"{statement} \\explain") == rows


def test_a_plan_of_duckdb_is_drawn_as_it_is(said: Said) -> None:
    drawn = said(".mode table\nEXPLAIN SELECT 6 * 7 AS answer;").splitlines()
    assert drawn[0].startswith("╭─ ")
    assert not any("explain_" in line or "\\n" in line for line in drawn)


def test_explain_takes_the_latest_statement(said: Said) -> None:
    said("SELECT 42;")
    assert "physical_plan" in said(".explain")


def test_calls_tells_the_latest_of_the_session(said: Said) -> None:
    assert said.rows(".calls") == []
    said(f"SELECT * FROM github.copilot.enterprise_seats WHERE enterprise = '{ENTERPRISE}';")
    made = said.session.connection.stats.calls
    rows = said.rows(".calls all")
    assert len(rows) == made == 1
    assert rows[0][1:4] == ["GET", "/enterprises/{enterprise}/copilot/billing/seats", "200"]
    assert len(said.rows(".calls 1")) == 1


def test_modes_are_formats(said: Said) -> None:
    assert json.loads(said(".mode json\nSELECT 1 AS n;")) == [{"n": 1}]
    assert said(".mode vert\nSELECT 1 AS n;") == "\n-- row 1 --\nn  1\n"
    assert said("\\x\nSELECT 1 AS n;").startswith("\n┌")
    assert said("\\x\n.header off\nSELECT 1 AS n;") == "\nn  1\n"


def test_last_shows_the_rows_again_in_any_format(said: Said) -> None:
    said("SELECT 1 AS n;")
    assert said(".last") == "n\n1\n"
    assert json.loads(said(".last json")) == [{"n": 1}]
    assert said.session.settings.mode == "csv"


def test_last_without_rows_says_so(said: Said, capsys: pytest.CaptureFixture[str]) -> None:
    said.session.perform(Command("last"))
    assert capsys.readouterr() == ("", "no rows yet; run a statement first\n")


def test_once_takes_one_answer(said: Said, tmp_path: Path) -> None:
    assert said(f".once {tmp_path}/rows.json\nSELECT 1 AS n;") == ""
    assert said("SELECT 2 AS n;") == "n\n2\n"
    assert json.loads((tmp_path / "rows.json").read_text()) == [{"n": 1}]


def test_once_writes_the_latest_rows_too(said: Said, tmp_path: Path) -> None:
    said("SELECT 1 AS n;")
    said(f".once '{tmp_path}/my rows.md'\n.last")
    assert "| n |" in (tmp_path / "my rows.md").read_text()


def test_once_writes_parquet(said: Said, tmp_path: Path) -> None:
    said(f".once {tmp_path}/rows.parquet\nSELECT 1 AS n;")
    assert said(f"FROM '{tmp_path}/rows.parquet';") == "n\n1\n"


def test_a_statement_that_fails_leaves_no_file(said: Said, tmp_path: Path) -> None:
    with pytest.raises(Error):
        said(f".once {tmp_path}/rows.csv\nSELECT CAST(range AS TINYINT) FROM range(100000);")
    assert list(tmp_path.glob("rows*")) == []


def test_output_takes_answers_until_it_ends(said: Said, tmp_path: Path) -> None:
    target = tmp_path / "rows.csv"
    assert said(f".output {target}\nSELECT 1 AS n;\nSELECT 2 AS n;") == ""
    assert not target.exists()
    assert said("\\o\nSELECT 3 AS n;") == "n\n3\n"
    assert target.read_text() == "n\n1\nn\n2\n"


def test_go_runs_the_latest_statement_again_to_a_file(said: Said, tmp_path: Path) -> None:
    assert said("SELECT 1 AS n;\n\\g") == "n\n1\nn\n1\n"
    assert said(f"SELECT 2 AS n \\g {tmp_path}/rows.csv") == ""
    assert (tmp_path / "rows.csv").read_text() == "n\n2\n"
    assert said("SELECT 3 AS n \\gx") == "\n-- row 1 --\nn  3\n"
    assert said.session.settings.mode == "csv"


def test_parameters_are_bound(said: Said) -> None:
    assert said(".param days 30\n.param name = O'Hara\nSELECT $days + 1 AS a, :name AS b, '{{ name }}' AS c;") == (
        "a,b,c\n31,O'Hara,O'Hara\n"
    )
    assert said(".param") == "$days = 30\n$name = 'O''Hara'\n"
    said(".param clear days")
    with pytest.raises(ProgrammingError, match=r"missing variable 'days'; give it a value: \.param days VALUE"):
        said("SELECT $days;")
    assert said("SELECT 1 AS n;") == "n\n1\n"
    said(".param clear")
    assert "no parameters" in said(".param")


def test_duckdbs_own_variables_need_no_parameter(said: Said) -> None:
    assert said("SET VARIABLE days = 7;\nSELECT $days AS n;") == "n\n7\n"


def test_the_timer_tells_rows_calls_and_seconds(said: Said, capsys: pytest.CaptureFixture[str]) -> None:
    for item in items([".timer on", "FROM range(3);"]):
        said.session.perform(item)
    assert capsys.readouterr().err.startswith("3 rows, 0 calls, 0 bytes, ")
    said("\\timing")
    assert not said.session.settings.timer


def test_warnings_and_what_it_took_are_told_after_the_rows(said: Said, capsys: pytest.CaptureFixture[str]) -> None:
    statement = f"SELECT count(*) FROM github.copilot_usage.user_days WHERE enterprise = '{ENTERPRISE}';"
    for item in items([".timer on", statement]):
        said.session.perform(item)
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith("warning: no condition on day")
    assert told[-1].startswith("1 row, 1 call, ")
    said.session.settings.quiet = True
    said.session.perform(Query(statement))
    assert "warning" not in capsys.readouterr().err


def test_a_file_holds_statements_and_commands(said: Said, tmp_path: Path) -> None:
    file = tmp_path / "script.sql"
    file.write_text(".mode json\nSELECT 1 AS n;\n-- a remark\nSELECT 2 AS n")
    assert said(f".read {file}") == '[\n{"n": 1}\n]\n[\n{"n": 2}\n]\n'


def test_a_file_ends_with_its_first_error(said: Said, tmp_path: Path) -> None:
    (tmp_path / "script.sql").write_text("SELECT 1 AS n; SELEC 2; SELECT 3;")
    with pytest.raises(ProgrammingError):
        said(f"\\i {tmp_path}/script.sql")
    assert said.session.files == []


def test_a_file_that_reads_itself_is_refused(said: Said, tmp_path: Path) -> None:
    file = tmp_path / "script.sql"
    file.write_text(f".read {file}")
    with pytest.raises(UsageError, match="is being read already"):
        said(f".read {file}")


def test_a_file_that_is_no_text_is_refused(said: Said, tmp_path: Path) -> None:
    (tmp_path / "script.sql").write_bytes(b"SELECT '\xff'")
    with pytest.raises(UsageError, match="is not UTF-8, at byte 8"):
        said(f".read {tmp_path}/script.sql")


def test_watch_runs_the_statement_until_ctrl_c(said: Said, capsys: pytest.CaptureFixture[str]) -> None:
    said("CREATE SEQUENCE round;")
    wait = said.session.supervisor.wait

    def no_wait(seconds: float) -> None:
        assert seconds == 3600
        if said.session.connection.execute("SELECT currval('round')").fetchall() == [(3,)]:
            os.kill(os.getpid(), signal.SIGINT)
            wait(3600)

    said.session.supervisor.wait = no_wait  # type: ignore[method-assign]
    with pytest.raises(Interrupted):
        said("SELECT nextval('round') AS n \\watch 1h")
    assert capsys.readouterr().out == "n\n1\nn\n2\nn\n3\n"


def needs_of(rows: Sequence[Sequence[str]], name: str) -> str:
    return next(row[1] for row in rows if row[0] == name)


def test_saved_lists_the_installed_queries_and_the_users_own(said: Said, clean_environment: Path) -> None:
    said("SELECT 1 AS n;\n.save mine")
    assert (clean_environment / "config/stackduck/queries/mine.sql").read_text() == "SELECT 1 AS n;\n"
    rows = said.rows(".saved")
    assert needs_of(rows, "idle_seats") == "enterprise or org"
    assert needs_of(rows, "mine") == ""
    assert said(".saved mine") == "n\n1\n"
    assert said(".saved show mine") == "SELECT 1 AS n;\n"
    with pytest.raises(UsageError, match="is there already"):
        said(".save mine")


def test_an_own_query_takes_parameters(said: Said) -> None:
    said(".param days 1\nSELECT $days + 1 AS n;\n.save mine")
    assert said(".saved mine") == "n\n2\n"
    assert said(".saved mine days=41") == "n\n42\n"


def test_a_saved_query_takes_its_parameters_from_the_line_or_the_session(said: Said) -> None:
    by_line = said(f".saved idle_seats enterprise={ENTERPRISE} days=1")
    assert by_line.startswith("user_login,")
    assert said(f".param enterprise {ENTERPRISE}\n.param days 1\n.saved idle_seats") == by_line
    assert said(".saved idle_seats org=octo-demo-eng").startswith("user_login,")


def test_a_saved_query_without_its_parameter_is_completed(said: Said) -> None:
    with pytest.raises(MissingParameterError) as caught:
        said(".saved idle_seats days=1")
    assert str(caught.value).startswith("idle_seats needs enterprise or org; write .saved idle_seats days=1 ")
    assert caught.value.corrected == ".saved idle_seats days=1 enterprise=<enterprise>"
