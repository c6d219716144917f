"""FILE, FOLDER and NAME."""

from __future__ import annotations

from pathlib import Path

import pytest

from stackduck.errors import ProgrammingError
from stackduck.files import finding


@pytest.mark.parametrize(
    ("name", "told"),
    [("idle_seat", "did you mean 'idle_seats'"), ("no/such.sql", "there is no file or folder no/such.sql")],
)
def test_what_is_not_there_is_an_error(name: str, told: str) -> None:
    with pytest.raises(ProgrammingError, match=told):
        finding.find(name)


def test_a_folder_without_sql_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ProgrammingError, match=r"no file \*\.sql in"):
        finding.find(str(tmp_path))


def test_a_folder_stands_for_its_files_in_order_and_not_for_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.sql", "a/z.sql", ".git/c.sql", "a/.d.sql", "e.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert finding.find(str(tmp_path)) == (tmp_path / "a/z.sql", tmp_path / "b.sql")


def test_a_hidden_folder_above_hides_nothing(tmp_path: Path) -> None:
    (tmp_path / ".work").mkdir()
    (tmp_path / ".work/a.sql").touch()
    assert finding.find(str(tmp_path / ".work")) == (tmp_path / ".work/a.sql",)


@pytest.mark.parametrize("name", ["idle_seats", "idle_seats.sql"])
def test_a_name_stands_for_a_file_that_comes_along(name: str) -> None:
    (path,) = finding.find(name)
    assert path.parent == finding.queries_folder()


@pytest.mark.parametrize("is_folder", [False, True], ids=["file", "folder"])
def test_nothing_here_takes_the_place_of_what_comes_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_folder: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    file = Path("idle_seats/a.sql") if is_folder else Path("idle_seats")
    file.parent.mkdir(exist_ok=True)
    file.touch()
    with pytest.raises(ProgrammingError, match=r"write \./idle_seats for what is here"):
        finding.find("idle_seats")
    assert finding.find("./idle_seats") == (file,)


def test_a_file_with_its_ending_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("idle_seats.sql").touch()
    assert finding.find("idle_seats.sql") == (Path("idle_seats.sql"),)


def test_each_file_is_found_once(tmp_path: Path) -> None:
    (tmp_path / "a.sql").touch()
    assert len(finding.find_all([str(tmp_path), str(tmp_path / "a.sql")])) == 1
