"""What stays on disk, how long it is believed, and what a connection without an archive does."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from stackduck import errors
from stackduck.execute import clock

from .conftest import SIGNATURE, TODAY, TOKEN, Connect, GitHub, ago, user

COUNTED = "SELECT count(*) FROM github.copilot_usage.user_days WHERE enterprise = 'octo' AND day = '{}'"
CLOSED, YOUNG = ago(30), ago(3)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Move the clock."""

    def move(**by: float) -> None:
        moment = datetime.now(UTC) + timedelta(**by)
        monkeypatch.setattr(clock, "now", lambda: moment)

    return move


def test_a_damaged_file_is_told_and_fetched_again(github: GitHub, connect: Connect, tmp_path: Path) -> None:
    connect().execute(COUNTED.format(CLOSED)).fetchall()
    [file] = tmp_path.glob("a/*/users/**/*.parquet")
    file.write_bytes(file.read_bytes()[:-20])
    github.calls()
    cursor = connect().execute(COUNTED.format(CLOSED))
    assert cursor.fetchall() == [(2,)]
    assert any("damaged" in warning for warning in cursor.warnings)
    assert github.calls() == [f"users-1-day {CLOSED}"]


def test_a_damaged_window_is_told_and_fetched_again(github: GitHub, connect: Connect, tmp_path: Path) -> None:
    features = [{"feature": "chat", "engaged_user_count": 4}]
    github.wrapper = {"copilot_feature_engagement": {"active_user_count": 9, "totals_by_feature": features}}
    query = "SELECT count(*) FROM github.copilot_usage.feature_engagement_windows WHERE enterprise = 'octo'"
    expected = connect().execute(query).fetchall()
    [file] = tmp_path.glob("a/*/feature_engagement_windows/**/*.parquet")
    file.write_bytes(file.read_bytes()[:-20])
    github.calls()
    cursor = connect().execute(query)
    assert cursor.fetchall() == expected
    [told] = [warning for warning in cursor.warnings if "damaged" in warning]
    assert told.endswith("it is fetched again")
    assert len(github.calls()) == 1
    assert connect().execute(query).warnings == []


def test_a_closed_day_is_never_fetched_twice(github: GitHub, connect: Connect) -> None:
    assert connect().execute(COUNTED.format(CLOSED)).fetchone() == (2,)
    github.calls()
    github.users[CLOSED].append(user(3, CLOSED))
    assert connect(fresh=True).execute(COUNTED.format(CLOSED)).fetchone() == (2,)
    assert github.calls() == []


def test_a_young_day_is_believed_for_an_hour(github: GitHub, connect: Connect, later: object) -> None:
    connect().execute(COUNTED.format(YOUNG)).fetchall()
    github.users[YOUNG].append(user(3, YOUNG))
    github.calls()
    assert connect().execute(COUNTED.format(YOUNG)).fetchone() == (2,)
    assert github.calls() == []
    later(minutes=61)  # type: ignore[operator]
    assert connect().execute(COUNTED.format(YOUNG)).fetchone() == (3,)
    assert github.calls() == [f"users-1-day {YOUNG}"]


def test_fresh_fetches_a_young_day_again(github: GitHub, connect: Connect) -> None:
    connect().execute(COUNTED.format(YOUNG)).fetchall()
    github.users[YOUNG].append(user(3, YOUNG))
    assert connect(fresh=True).execute(COUNTED.format(YOUNG)).fetchone() == (3,)


def test_no_data_is_remembered_for_a_while(github: GitHub, connect: Connect, later: object) -> None:
    held = github.users.pop(CLOSED)
    connect().execute(COUNTED.format(CLOSED)).fetchall()
    github.users[CLOSED] = held
    github.calls()
    cursor = connect().execute(COUNTED.format(CLOSED))
    assert (cursor.fetchone(), len(cursor.warnings)) == ((0,), 1)
    assert github.calls() == []
    later(hours=25)  # type: ignore[operator]
    assert connect().execute(COUNTED.format(CLOSED)).fetchone() == (2,)


def test_a_day_that_github_has_no_more_keeps_what_was_here(github: GitHub, connect: Connect) -> None:
    connect().execute(COUNTED.format(YOUNG)).fetchall()
    del github.users[YOUNG]
    assert connect(fresh=True).execute(COUNTED.format(YOUNG)).fetchone() == (2,)


def test_the_window_is_remembered_for_an_hour(github: GitHub, connect: Connect, later: object) -> None:
    sql = "SELECT count(*) FROM github.copilot_usage.user_team_days WHERE enterprise = 'octo'"
    connect().execute(sql).fetchall()
    assert github.calls().count("latest") == 1
    connect().execute(sql).fetchall()
    assert github.calls() == []
    later(minutes=61)  # type: ignore[operator]
    connect().execute(sql).fetchall()
    assert github.calls().count("latest") == 1


def test_the_second_query_over_closed_days_needs_no_network(github: GitHub, connect: Connect) -> None:
    sql = COUNTED.replace("day = '{}'", "day BETWEEN '{}' AND '{}'").format(ago(60), ago(7))
    first = connect().execute(sql).fetchone()
    github.calls()
    assert connect().execute(sql).fetchone() == first == (54 * 2,)
    assert github.calls() == []


def test_the_owners_name_has_no_case(github: GitHub, connect: Connect) -> None:
    connect().execute(COUNTED.format(CLOSED)).fetchall()
    github.calls()
    assert connect().execute(COUNTED.format(CLOSED).replace("'octo'", "'Octo'")).fetchone() == (2,)
    assert github.calls() == []


def test_without_an_archive_nothing_is_kept(github: GitHub, connect: Connect, tmp_path: Path) -> None:
    connection = connect(archive=False)
    for _ in range(2):
        assert connection.execute(COUNTED.format(CLOSED)).fetchone() == (2,)
        assert github.calls() == [f"users-1-day {CLOSED}"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("table", ["entity_days", "user_team_days", "repo_days", "user_day_features"])
def test_without_an_archive_every_report_is_answered(github: GitHub, connect: Connect, table: str) -> None:
    sql = f"SELECT * FROM github.copilot_usage.{table} WHERE enterprise = 'octo' AND day = '{CLOSED}' ORDER BY ALL"
    rows = connect(archive=False).execute(sql).fetchall()
    assert rows
    assert rows == connect().execute(sql).fetchall()


def test_an_archive_that_can_only_be_read_serves_what_it_has(github: GitHub, connect: Connect, tmp_path: Path) -> None:
    sql = COUNTED.replace("day = '{}'", "day BETWEEN '{}' AND '{}'").format(ago(20), YOUNG)
    found = connect().execute(sql).fetchone()
    shutil.rmtree(tmp_path / "a" / ".incoming")
    [latest] = tmp_path.glob("a/*/_latest")
    shutil.rmtree(latest)
    for folder in (tmp_path / "a" / ".incoming", latest):
        folder.write_text("nothing can be created here")
    github.calls()
    assert connect().execute(sql).fetchone() == found
    assert github.calls() == []
    with pytest.raises(errors.OperationalError, match="cannot be written"):
        connect().execute(COUNTED.format(ago(50)))


def test_no_temporary_file_is_left(
    github: GitHub, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    for options in ({}, {"archive": False}):
        connection = connect(**options)
        connection.execute(COUNTED.format(CLOSED)).fetchall()
        connection.close()
    assert list(temporary.iterdir()) == []
    assert list((tmp_path / "a" / ".incoming").iterdir()) == []


def test_no_secret_reaches_the_disk(github: GitHub, connect: Connect, tmp_path: Path) -> None:
    connect().execute("SELECT * FROM github.copilot_usage.user_days WHERE enterprise = 'octo'").fetchall()
    connect().execute("SELECT * FROM github.copilot_usage.feature_engagement_windows WHERE enterprise = 'octo'")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    for path in files:
        content = path.read_bytes()
        assert TOKEN.encode() not in content
        assert SIGNATURE.encode() not in content


def test_report_days_asks_nothing_and_knows_what_is_here(github: GitHub, connect: Connect) -> None:
    del github.users[ago(31)]
    connect().execute(COUNTED.format(CLOSED)).fetchall()
    connect().execute(COUNTED.format(ago(31))).fetchall()
    github.calls()
    days = f"'{CLOSED}', '{ago(31)}', '{ago(32)}', '{TODAY}', '2020-01-01'"
    sql = f"""SELECT day, status, rows, files FROM github.copilot_usage.report_days
              WHERE enterprise = 'octo' AND report = 'users' AND day IN ({days}) ORDER BY day"""
    found = connect().execute(sql).fetchall()
    assert [row[1:] for row in found] == [
        ("not available", None, None),
        ("unknown", None, None),
        ("no data", None, None),
        ("data", 2, 1),
        ("not yet", None, None),
    ]
    assert github.calls() == []


def test_explain_sends_nothing_and_says_where_days_come_from(github: GitHub, connect: Connect) -> None:
    connect().execute(COUNTED.format(CLOSED)).fetchall()
    github.calls()
    sql = "EXPLAIN " + COUNTED.replace("day = '{}'", "day >= current_date - 30")
    rows = connect().execute(sql).fetchall()
    assert [(row[2].split("/")[-1], row[4]) for row in rows] == [("archive", 0), ("latest", 1), ("users-1-day", 1)]
    assert rows[0][3] == f"day = {CLOSED}"
    assert rows[1][5] is not None
    assert rows[1][5] > 0
    assert github.calls() == []


def test_feature_engagement_is_of_the_newest_window(github: GitHub, connect: Connect) -> None:
    sql = """SELECT feature, engaged_user_count, report_end_day
             FROM github.copilot_usage.feature_engagement_windows WHERE enterprise = 'octo'"""
    assert connect().execute(sql).fetchall() == []
    features = [{"feature": "chat", "engaged_user_count": 4}]
    github.wrapper = {"copilot_feature_engagement": {"active_user_count": 9, "totals_by_feature": features}}
    for options in ({"fresh": True}, {"archive": False}, {}):
        assert connect(**options).execute(sql).fetchall() == [("chat", 4, github.last)]
    github.calls()
    connect().execute(sql).fetchall()
    assert github.calls() == []


def test_values_that_do_not_fit_are_told_whenever_they_are_read(github: GitHub, connect: Connect) -> None:
    github.users[CLOSED][0]["code_generation_activity_count"] = 1.5
    github.users[CLOSED][1]["mood"] = "fine"
    first, again = (connect().execute(COUNTED.format(CLOSED)).warnings for _ in range(2))
    misfit = "code_generation_activity_count: a fraction where BIGINT was expected"
    assert [misfit in text for text in again] == [True]
    assert "the column extra of user_days" in again[0]
    assert sorted(first) == sorted([*again, next(text for text in first if "mood" in text)])


def test_a_young_day_that_github_has_no_more_is_told(github: GitHub, connect: Connect) -> None:
    connect().execute(COUNTED.format(YOUNG)).fetchall()
    del github.users[YOUNG]
    [warning] = connect(fresh=True).execute(COUNTED.format(YOUNG)).warnings
    assert f"of {YOUNG} now; what it had before is used" in warning


@pytest.mark.parametrize("said", [b'"No report available for this enterprise"', b"null"])
def test_a_file_that_says_that_there_is_no_report_is_a_gap(
    github: GitHub, connect: Connect, said: bytes, later: object
) -> None:
    github.raw[f"users-1-day {CLOSED}"] = ({"report_day": str(CLOSED)}, [said])
    for options in ({}, {"archive": False}):
        cursor = connect(**options).execute(COUNTED.format(CLOSED))
        assert (cursor.fetchone(), len(cursor.warnings)) == ((0,), 1)
    github.raw.clear()
    later(hours=25)  # type: ignore[operator]
    assert connect().execute(COUNTED.format(CLOSED)).fetchone() == (2,)


def test_data_that_cannot_be_read_is_told_and_fetched_again(github: GitHub, connect: Connect, tmp_path: Path) -> None:
    sql = COUNTED.replace("count(*)", "sum(code_generation_activity_count), max(user_login)").format(CLOSED)
    github.users[CLOSED] = [user(number, CLOSED) for number in range(500)]
    first = connect().execute(sql).fetchall()
    [file] = tmp_path.glob("a/*/users/**/*.parquet")
    overwrite(file)
    cursor = connect().execute(sql)
    assert cursor.fetchall() == first
    assert ["damaged (its data is not what was written); it is fetched again" in w for w in cursor.warnings] == [True]


def overwrite(file: Path) -> None:
    """Fill the data of a file with zeros; its footer stays."""
    content = bytearray(file.read_bytes())
    footer = int.from_bytes(content[-8:-4], "little") + 8
    content[4:-footer] = bytes(len(content) - footer - 4)
    file.write_bytes(content)


ALL = "SELECT * FROM github.copilot_usage.user_days WHERE enterprise = 'octo' AND day = '{}'"


def test_rows_that_are_streamed_are_of_whole_files_too(github: GitHub, connect: Connect, tmp_path: Path) -> None:
    first = connect().execute(ALL.format(CLOSED)).fetchall()
    [file] = tmp_path.glob("a/*/users/**/*.parquet")
    overwrite(file)
    cursor = connect().execute(ALL.format(CLOSED))
    assert sorted(cursor.fetchall(), key=str) == sorted(first, key=str)
    assert len(cursor.warnings) == 1


def test_a_damaged_file_that_cannot_be_had_again_stays(github: GitHub, connect: Connect, tmp_path: Path) -> None:
    connect().execute(ALL.format(CLOSED)).fetchall()
    [file] = tmp_path.glob("a/*/users/**/*.parquet")
    overwrite(file)
    github.forbidden = {"/"}
    for _ in range(2):
        with pytest.raises(errors.PermissionDeniedError):
            connect().execute(ALL.format(CLOSED))
    assert [each.name for each in file.parent.iterdir()] == ["_damaged"]
    github.forbidden.clear()
    assert len(connect().execute(ALL.format(CLOSED)).fetchall()) == 2
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_a_sync_heals_what_is_damaged(github: GitHub, connect: Connect, tmp_path: Path) -> None:
    connect().sync(enterprise="octo", since=CLOSED, until=CLOSED, reports=["users"])
    [file] = tmp_path.glob("a/*/users/**/*.parquet")
    overwrite(file)
    summary = connect().sync(enterprise="octo", since=CLOSED, until=CLOSED, reports=["users"])
    assert (summary.days, [w.count("damaged") for w in summary.warnings]) == (1, [1])


def test_a_day_that_cannot_be_had_again_is_told_with_its_file(
    connect: Connect, tmp_path: Path, later: Callable[..., None]
) -> None:
    connect().execute(ALL.format(CLOSED)).fetchall()
    [file] = tmp_path.glob("a/*/users/**/*.parquet")
    file.write_bytes(file.read_bytes()[:-1])
    later(hours=24 * 400)
    cursor = connect().execute(ALL.format(CLOSED))
    assert cursor.fetchall() == []
    assert "cannot be fetched again (older than a year)" in cursor.warnings[0]
    assert file.exists()
