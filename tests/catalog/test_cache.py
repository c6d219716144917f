"""The parsed form on disk: what is believed, and what happens when it cannot be read or written."""

from __future__ import annotations

import multiprocessing
import os
import sys
from pathlib import Path

import pytest

from stackduck.catalog import cache

RECORDS = {"a": {"text": "é\n"}, "b": [1, 2]}
KEY = cache.key_of([b"x: 1"], "service", "github", "copilot")


def written() -> bytes:
    return cache.encode(KEY, {"title": "t"}, RECORDS)


def test_what_is_written_is_read_record_by_record() -> None:
    records = cache.decode(written(), KEY)
    assert records is not None
    assert records.head == {"title": "t"}
    assert records.names == ("a", "b")
    assert {name: records.read(name) for name in records.names} == RECORDS


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: b"not ours",
        lambda data: data[:10],
        lambda data: data.replace(b'"t"', b'"u"'),
        lambda data: data.replace(b"stackduck-document", b"stackduck-somethin"),
        lambda data: b"\x00" * len(data),
    ],
    ids=["empty", "foreign", "cut", "other head", "other mark", "zeros"],
)
def test_a_damaged_or_foreign_file_is_as_if_it_were_not_there(damage: object, tmp_path: Path) -> None:
    (tmp_path / f"{KEY}.json").write_bytes(damage(written()))  # type: ignore[operator]
    assert cache.load(str(tmp_path), KEY) is None


@pytest.mark.parametrize("cut", [1, 5], ids=["flipped", "cut"])
def test_a_damaged_record_is_told_when_it_is_read(cut: int) -> None:
    data = written()
    records = cache.decode(data[:-cut] if cut > 1 else data.replace(b"[1,2]", b"[1,3]"), KEY)
    assert records is not None
    assert records.read("a") == RECORDS["a"]
    with pytest.raises(cache.DamagedError):
        records.read("b")


def test_another_documents_file_is_not_believed(tmp_path: Path) -> None:
    cache.keep(str(tmp_path), "0" * 64, written())
    assert cache.load(str(tmp_path), "0" * 64) is None


def test_a_folder_that_cannot_be_made_or_read_is_no_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    cache.keep(str(blocked), KEY, written())
    cache.keep(str(blocked / "below"), KEY, written())
    assert cache.load(str(blocked / "below"), KEY) is None
    cache.keep(None, KEY, written())
    assert cache.load(None, KEY) is None


def test_a_file_that_cannot_be_replaced_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / f"{KEY}.json").mkdir()
    cache.keep(str(tmp_path), KEY, written())
    assert [path.name for path in tmp_path.iterdir()] == [f"{KEY}.json"]


def test_the_key_tells_contents_and_names_apart() -> None:
    keys = {
        KEY,
        cache.key_of([b"x: 2"], "service", "github", "copilot"),
        cache.key_of([b"x: 1"], "service", "gitlab", "copilot"),
        cache.key_of([b"x:", b" 1"], "service", "github", "copilot"),
        cache.key_of([b"x: 1", b""], "service", "github", "copilot"),
    }
    assert len(keys) == 5


def test_other_code_is_another_state(tmp_path: Path) -> None:
    (tmp_path / "schemas.py").write_text("a = 1")
    os.utime(tmp_path / "schemas.py", (1, 1))
    before = cache.code_state(str(tmp_path))
    (tmp_path / "notes.txt").write_text("not code")
    assert cache.code_state(str(tmp_path)) == before
    os.utime(tmp_path / "schemas.py", (2, 2))
    assert cache.code_state(str(tmp_path)) != before
    assert cache.code_state(str(tmp_path / "nowhere")) == []


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"STACKDUCK_CACHE": "/given", "XDG_CACHE_HOME": "/xdg"}, os.path.join("/given", "documents")),
        ({"XDG_CACHE_HOME": "/xdg"}, os.path.join("/xdg", "stackduck", "documents")),
        ({"XDG_CACHE_HOME": "relative"}, None),
    ],
    ids=["override", "xdg", "relative"],
)
@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the variables are those of Linux")
def test_the_users_folder(environ: dict[str, str], expected: str | None) -> None:
    assert cache.user_folder(environ) == expected


def test_the_users_folder_is_below_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    found = cache.user_folder({"LOCALAPPDATA": str(tmp_path)})
    assert found is not None
    assert found.startswith(str(tmp_path)) and found.endswith(os.path.join("stackduck", "documents"))


def _keep_often(folder: str, start: multiprocessing.synchronize.Barrier) -> None:
    start.wait()
    for _ in range(200):
        cache.keep(folder, KEY, written())
        assert cache.load(folder, KEY) is not None


def test_two_processes_may_write_the_same_file_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(2)
    both = [context.Process(target=_keep_often, args=(str(tmp_path), start)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    assert [path.name for path in tmp_path.iterdir()] == [f"{KEY}.json"]


@pytest.mark.parametrize("folder", [None, "missing"])
def test_clearing_what_is_not_there_is_no_error(folder: str | None, tmp_path: Path) -> None:
    cache.clear(folder and str(tmp_path / folder))


def test_only_parsed_forms_are_cleared(tmp_path: Path) -> None:
    own = [f"{'0a' * 32}.json", f"{'0a' * 8}.x1_y.tmp"]
    foreign = ["notes.json", f"{'0a' * 32}.json.bak", f"{'0g' * 32}.json"]
    for name in (*own, *foreign):
        (tmp_path / name).touch()
    cache.clear(str(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(foreign)
