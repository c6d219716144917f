from __future__ import annotations

from pathlib import Path

import pytest

from stackduck.config.places import repository_file, user_file
from stackduck.errors import ConfigurationError


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in no repository and in no home."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path


def _file(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "stackduck.toml"
    path.touch()
    return path


def test_files_with_several_configurations_are_not_run_together(outside: Path) -> None:
    one, other = _file(outside / "a"), _file(outside / "b")
    with pytest.raises(ConfigurationError, match="different configurations") as caught:
        repository_file([outside / "a" / "x.sql", outside / "b" / "y.sql"], working=outside)
    assert str(one) in str(caught.value)
    assert str(other) in str(caught.value)


def test_a_file_with_a_configuration_is_not_run_with_one_without(outside: Path) -> None:
    _file(outside / "a")
    (outside / "b").mkdir()
    with pytest.raises(ConfigurationError, match="different configurations"):
        repository_file([outside / "a" / "x.sql", outside / "b" / "y.sql"], working=outside)


def test_outside_a_repository_and_the_home_no_parent_is_looked_at(outside: Path) -> None:
    """Anybody may write in /tmp."""
    _file(outside)
    below = outside / "work"
    below.mkdir()
    assert repository_file([], working=below) is None


def test_the_search_ends_at_the_repository(outside: Path) -> None:
    _file(outside)
    (outside / "repo" / ".git").mkdir(parents=True)
    (outside / "repo" / "sql").mkdir()
    assert repository_file([], working=outside / "repo" / "sql") is None
    found = _file(outside / "repo")
    assert repository_file([], working=outside / "repo" / "sql") == found


def test_the_search_ends_at_the_home(outside: Path) -> None:
    _file(outside)
    below = outside / "home" / "a" / "b"
    below.mkdir(parents=True)
    assert repository_file([], working=below) is None
    found = _file(outside / "home")
    assert repository_file([], working=below) == found


def test_the_nearest_file_counts(outside: Path) -> None:
    (outside / "repo" / ".git").mkdir(parents=True)
    _file(outside / "repo")
    near = _file(outside / "repo" / "sql")
    assert repository_file([], working=outside / "repo" / "sql") == near


def test_the_file_beside_the_sql_goes_before_that_of_the_working_folder(outside: Path) -> None:
    _file(outside / "here")
    beside = _file(outside / "there")
    for path in (outside / "there", outside / "there" / "x.sql"):
        assert repository_file([path], working=outside / "here") == beside


def test_without_a_file_beside_the_sql_the_working_folder_s_counts(outside: Path) -> None:
    here = _file(outside / "here")
    (outside / "there").mkdir()
    assert repository_file([outside / "there" / "x.sql"], working=outside / "here") == here


def test_a_folder_of_that_name_is_no_file(outside: Path) -> None:
    (outside / "stackduck.toml").mkdir()
    assert repository_file([], working=outside) is None


def test_the_user_s_file_is_in_the_configuration_folder(outside: Path) -> None:
    assert user_file({"XDG_CONFIG_HOME": "/etc/ann"}) == Path("/etc/ann/stackduck/config.toml")


@pytest.mark.parametrize("environ", [{}, {"XDG_CONFIG_HOME": ""}, {"XDG_CONFIG_HOME": "relative"}])
def test_a_relative_configuration_folder_is_ignored(outside: Path, environ: dict[str, str]) -> None:
    assert user_file(environ) == outside / "home" / ".config" / "stackduck" / "config.toml"


def test_a_working_folder_that_is_gone_has_no_file(outside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = outside / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert repository_file([], working=Path()) is None
