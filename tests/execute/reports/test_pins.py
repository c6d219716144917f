"""A file that is replaced while a statement reads it stays what it was for that statement."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from stackduck.engine.archive.days import Archive
from stackduck.execute.reports.pins import Pins


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path, host="https://api.github.com")


def kept(archive: Archive, content: str) -> Path:
    path = archive.folder / "users/scope=org/name=octo/day=2026-01-31/report.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(content)
    new.replace(path)
    return path


def test_a_pinned_file_stays_what_it_was(archive: Archive) -> None:
    path = kept(archive, "before")
    with ExitStack() as lent:
        pinned = Pins(archive, lent).pinned(path)
        kept(archive, "after")
        assert pinned.read_text() == "before"
        assert pinned.parts[-4:] == path.parts[-4:]
    assert not pinned.exists()
    assert path.read_text() == "after"


def test_a_file_that_went_away_keeps_its_name(archive: Archive) -> None:
    path = kept(archive, "before")
    path.unlink()
    with ExitStack() as lent:
        assert Pins(archive, lent).pinned(path) == path
