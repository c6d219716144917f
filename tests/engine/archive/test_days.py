"""Where days are kept: always whole, for the user alone, in folders that any reader of Parquet understands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from stat import S_IMODE

import duckdb
import pytest

from stackduck.engine.archive import days, footers
from stackduck.engine.archive.days import Archive, Holding, archives, root_folder, safe
from stackduck.errors import OperationalError, ProgrammingError

from . import storing
from .files import FETCHED, about, sealed, written

DAY = date(2026, 1, 31)
NOW = datetime(2026, 2, 10, tzinfo=UTC)
OCTO = ("users", "org", "octo")
LATER = FETCHED + timedelta(hours=1)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive", host="https://api.github.com")


def store(archive: Archive, *owner: str, day: date = DAY, rows: int = 3, fetched_at: datetime = FETCHED) -> Path:
    """Store a made-up day and return where it is."""
    owner = owner or OCTO
    with archive.incoming() as folder:
        archive.store(*owner, {day: sealed(folder / "f.parquet", rows=rows, fetched_at=fetched_at)})
    return archive.path(*owner, day)


def kept(archive: Archive) -> dict[date, tuple[str, int]]:
    return {day: (entry.status, entry.rows) for day, entry in archive.listing(*OCTO).entries.items()}


def files_in(root: Path) -> Mapping[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def test_a_file_in_the_place_of_the_archive_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("")
    archive = Archive(tmp_path / "archive", host="h")
    with pytest.raises(OperationalError, match="cannot be written"), archive.incoming():
        pass
    with pytest.raises(OperationalError, match="cannot be written"):
        archive.store(*OCTO, {DAY: sealed(tmp_path / "f")})
    with pytest.raises(OperationalError, match="cannot be written"):
        archive.store_nothing(*OCTO, DAY, fetched_at=FETCHED)


def test_a_root_that_would_look_like_a_partition_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProgrammingError, match="no archive can be in a folder with = in its path"):
        Archive(tmp_path / "day=1999-01-01", host="h")


def test_what_a_newer_stackduck_wrote_is_refused_and_stays(archive: Archive) -> None:
    path = store(archive)
    footers.seal(written(path), about(format=days.FORMAT + 1), rows=3)
    with pytest.raises(OperationalError, match="was written by a newer stackduck; update stackduck, or name another"):
        archive.listing(*OCTO)
    with pytest.raises(OperationalError, match="newer stackduck"):
        archive.prune(now=NOW)
    assert path.exists()


def test_a_newer_marker_is_refused_too(archive: Archive) -> None:
    marker = store(archive).with_name("_no_data.json")
    archive.path(*OCTO, DAY).unlink()
    marker.write_text(json.dumps({"format": days.FORMAT + 1, "fetched_at": FETCHED.isoformat()}))
    with pytest.raises(OperationalError, match="newer stackduck"):
        archive.listing(*OCTO)


def test_what_an_older_stackduck_wrote_is_read(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    path = store(archive)
    footers.seal(written(path), {"format": 1, "fetched_at": "2026-02-04T06:15:00+00:00"}, rows=3)
    monkeypatch.setattr(days, "FORMAT", 7)
    entry = archive.listing(*OCTO).entries[DAY]
    assert (entry.rows, entry.fetched_at, entry.bytes, entry.unknown_fields) == (3, FETCHED, 0, ())


SAYS_TOO_LITTLE: list[Mapping[str, object]] = [
    {},
    {"format": 1},
    {"format": 1, "fetched_at": "soon"},
    {"format": 1, "fetched_at": 5},
    {"format": "1", "fetched_at": FETCHED.isoformat()},
]


@pytest.mark.parametrize("said", SAYS_TOO_LITTLE, ids=str)
def test_a_file_that_says_too_little_is_damaged(archive: Archive, said: Mapping[str, object]) -> None:
    footers.seal(written(store(archive)), said, rows=3)
    listing = archive.listing(*OCTO)
    assert [each.why for each in listing.damaged] == ["it does not say what it is"]


def test_a_damaged_file_is_told_apart_from_a_missing_one(archive: Archive) -> None:
    path = store(archive)
    store(archive, day=DAY + timedelta(days=1))
    path.write_bytes(path.read_bytes()[:-1])
    listing = archive.listing(*OCTO)
    assert list(listing.entries) == [DAY + timedelta(days=1)]
    assert [(each.day, each.path, each.why) for each in listing.damaged] == [(DAY, path, "it has no footer")]
    assert archive.entry(*OCTO, DAY) is None


def test_a_damaged_file_gives_way_to_a_new_one_even_if_fetched_before(archive: Archive) -> None:
    path = store(archive, fetched_at=LATER)
    path.write_bytes(b"")
    store(archive, rows=4, fetched_at=FETCHED)
    assert kept(archive) == {DAY: ("data", 4)}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"day": "2026-01-30"}, "it is of day 2026-01-30"),
        ({"report": "entity"}, "it is of report entity"),
        ({"scope": "enterprise", "name": "other"}, "it is of scope enterprise and name other"),
    ],
)
def test_a_file_in_the_place_of_another_is_damaged(archive: Archive, said: Mapping[str, str], why: str) -> None:
    path = store(archive)
    sealed(path, **said)
    assert [(each.path, each.why) for each in archive.listing(*OCTO).damaged] == [(path, why)]


def test_names_are_the_same_in_any_case(archive: Archive) -> None:
    sealed(store(archive), day=str(DAY), name=OCTO[2].upper())
    assert kept(archive) == {DAY: ("data", 3)}


def test_a_file_that_was_set_aside_is_told_until_its_day_comes_anew(archive: Archive) -> None:
    path = store(archive)
    content = path.read_bytes()
    for _ in range(2):
        archive.set_aside(path)
    assert not path.exists()
    (damaged,) = archive.verify(Holding(*OCTO))
    assert damaged.path.read_bytes() == content
    assert list(archive.listing(*OCTO).entries) == []
    store(archive, rows=4)
    assert (kept(archive), list(archive.verify(Holding(*OCTO)))) == ({DAY: ("data", 4)}, [])
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_what_was_set_aside_is_pruned(archive: Archive) -> None:
    path = store(archive)
    archive.set_aside(path)
    assert [each.parent for each in archive.prune(now=LATER)] == [path.parent]
    assert list(archive.verify(Holding(*OCTO))) == []


def test_a_time_from_a_wrong_clock_keeps_nothing_from_coming(archive: Archive) -> None:
    store(archive, rows=3, fetched_at=FETCHED + timedelta(days=30))
    store(archive, rows=4, fetched_at=FETCHED)
    assert kept(archive) == {DAY: ("data", 4)}


def test_a_flipped_bit_in_the_data_is_found_by_verifying(archive: Archive) -> None:
    path = store(archive)
    store(archive, day=DAY + timedelta(days=1))
    data = bytearray(path.read_bytes())
    data[40] ^= 4
    path.write_bytes(data)
    assert len(kept(archive)) == 2
    (damaged,) = archive.verify(Holding(*OCTO))
    assert (damaged.day, damaged.path) == (DAY, path)
    assert list(archive.verify(Holding(*OCTO), days=[DAY + timedelta(days=1)])) == []


def test_a_day_is_where_its_parts_say(archive: Archive) -> None:
    path = store(archive, "users", "enterprise", "Octo-Corp")
    place = "api.github.com/users/scope=enterprise/name=octo-corp/day=2026-01-31/report.parquet"
    assert path == archive.root / place
    assert path.exists()
    assert [str(each) for each in archive.root.rglob("*") if each.is_file()] == [str(path)]


def test_nobody_else_may_look(archive: Archive, open_umask: None) -> None:
    store(archive)
    archive.store_nothing(*OCTO, DAY + timedelta(days=1), fetched_at=FETCHED)
    found = [archive.root, *archive.root.rglob("*")]
    modes = {("folder" if path.is_dir() else "file", S_IMODE(path.stat().st_mode)) for path in found}
    assert modes == {("folder", 0o700), ("file", 0o600)}


def test_a_folder_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir(mode=0o755)
    store(Archive(tmp_path / "shared", host="h"))
    assert S_IMODE((tmp_path / "shared").stat().st_mode) == 0o755


def test_hosts_do_not_meet(tmp_path: Path) -> None:
    store(Archive(tmp_path, host="https://api.github.com"))
    other = Archive(tmp_path, host="https://api.octo.ghe.com:8443/x")
    assert other.listing(*OCTO).entries == {}
    assert other.folder == tmp_path / "api.octo.ghe.com%3A8443"
    assert Archive(tmp_path, host="api.github.com").listing(*OCTO).entries.keys() == {DAY}


@pytest.mark.parametrize("second", [LATER, FETCHED], ids=["later", "at once"])
def test_a_later_day_replaces_an_earlier_one(archive: Archive, second: datetime) -> None:
    store(archive, rows=3)
    store(archive, rows=4, fetched_at=second)
    assert kept(archive) == {DAY: ("data", 4)}


def test_an_earlier_day_replaces_no_later_one(archive: Archive) -> None:
    store(archive, rows=3, fetched_at=LATER.astimezone())
    store(archive, rows=4, fetched_at=FETCHED)
    assert kept(archive) == {DAY: ("data", 3)}
    assert not list((archive.root / ".incoming").rglob("*"))


def test_many_days_are_stored_at_once(archive: Archive) -> None:
    with archive.incoming() as folder:
        files = {DAY - timedelta(days=n): sealed(folder / f"{n}.parquet", rows=n) for n in range(20)}
        archive.store(*OCTO, files)
    assert kept(archive) == {day: ("data", (DAY - day).days) for day in files}
    assert list(archive.listing(*OCTO).entries) == sorted(files)


def test_nothing_to_store_is_no_error(archive: Archive) -> None:
    archive.store(*OCTO, {})
    assert kept(archive) == {}


def test_no_data_is_remembered_until_there_is(archive: Archive) -> None:
    archive.store_nothing(*OCTO, DAY, fetched_at=LATER)
    entry = archive.listing(*OCTO).entries[DAY]
    assert (entry.status, entry.fetched_at, entry.rows) == ("no data", LATER, 0)
    store(archive)
    assert kept(archive) == {DAY: ("data", 3)}
    assert [path.name for path in archive.path(*OCTO, DAY).parent.iterdir()] == ["report.parquet"]


def test_no_data_does_not_replace_data(archive: Archive) -> None:
    store(archive)
    archive.store_nothing(*OCTO, DAY, fetched_at=LATER)
    assert kept(archive) == {DAY: ("data", 3)}


@pytest.mark.parametrize("marker", [b"", b"{", b"[]", b"{}", b"\xff", b'{"format":1}', b'{"format":1,"fetched_at":3}',
                                    b'{"format":"x","fetched_at":"2026-01-01"}'], ids=repr)  # fmt: skip
def test_a_damaged_marker_is_none(archive: Archive, marker: bytes) -> None:
    archive.store_nothing(*OCTO, DAY, fetched_at=FETCHED)
    (path,) = archive.path(*OCTO, DAY).parent.iterdir()
    path.write_bytes(marker)
    listing = archive.listing(*OCTO)
    assert (listing.entries, listing.damaged) == ({}, ())


@pytest.mark.parametrize("name", ["day=soon", "day=20260131", "day=2026-W05-6", "2026-01-30", "day=", "other", ".x"])
def test_other_folders_are_no_days(archive: Archive, name: str) -> None:
    path = store(archive)
    path.parent.rename(path.parent.with_name(name))
    listing = archive.listing(*OCTO)
    assert (listing.entries, listing.damaged) == ({}, ())


ODD = [
    *("Octo", "a b", "100%", "%2e", "a=b", "x'y\"z", "tab\tbell\a", "naïve", "e\u0301", "名前", "🦆", "a" * 60, "CON"),
    *("..", ".", ".hidden", "dot.", "a/b", "../../x", "a\\b", "c:d", "*?[a]{b}", "~root", "$HOME", "-rf"),
]


@pytest.mark.parametrize("name", ODD)
def test_odd_names_stay_in_the_archive_and_come_back(archive: Archive, name: str) -> None:
    path = store(archive, "users", "org", name)
    assert path.is_relative_to(archive.folder / "users" / "scope=org")
    assert len(path.relative_to(archive.root).parts) == 6
    assert list(archive.holdings()) == [Holding("users", "org", name.lower())]
    assert archive.listing("users", "org", name).entries.keys() == {DAY}
    assert archive.listing("users", "org", name.lower()).entries.keys() == {DAY}
    assert list(archive.verify(Holding("users", "org", name.lower()))) == []


def test_different_names_have_different_places(archive: Archive) -> None:
    names = {name.lower() for name in ODD} | {"%00", "a%20b", "b"}
    assert len({archive.path("users", "org", name, DAY) for name in names}) == len(names)


def test_duckdb_reads_the_folder_with_scope_name_and_day(archive: Archive) -> None:
    names = ["octo", "a b", "naïve", "a=b", "100%"]
    for number, name in enumerate(names):
        store(archive, "users", "org", name, rows=number + 1)
    store(archive, "users", "enterprise", "octo", day=DAY + timedelta(days=1))
    archive.store_nothing(*OCTO, DAY - timedelta(days=1), fetched_at=FETCHED)
    with duckdb.connect() as connection:
        source = f"read_parquet('{archive.folder}/users/**/*.parquet', hive_partitioning = true)"
        found = connection.execute(f"SELECT scope, name, day, count(user_login) FROM {source} GROUP BY ALL").fetchall()
    expected = [("org", name, DAY, number + 1) for number, name in enumerate(names)]
    assert sorted(found) == sorted([*expected, ("enterprise", "octo", DAY + timedelta(days=1), 3)])


def test_arrow_reads_the_folder_with_scope_name_and_day(archive: Archive) -> None:
    dataset = pytest.importorskip("pyarrow.dataset")
    store(archive, "users", "org", "a b")
    table = dataset.dataset(archive.folder / "users", partitioning="hive").to_table()
    found = table.select(["scope", "name", "day", "user_id"]).to_pylist()
    assert found[2] == {"scope": "org", "name": "a b", "day": "2026-01-31", "user_id": 2}


def test_an_incoming_folder_goes_with_its_block(archive: Archive) -> None:
    with pytest.raises(RuntimeError), archive.incoming() as folder:
        (folder / "deep").mkdir()
        (folder / "deep" / "file").write_text("x")
        raise RuntimeError
    assert list((archive.root / ".incoming").iterdir()) == []


def test_a_file_of_another_file_system_is_stored(archive: Archive, tmp_path: Path) -> None:
    shared = Path("/dev/shm")
    if not shared.is_dir() or shared.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("one file system")
    source = sealed(shared / f"stackduck-test-{os.getpid()}.parquet")
    archive.store(*OCTO, {DAY: source})
    assert not source.exists()
    assert kept(archive) == {DAY: ("data", 3)}
    assert S_IMODE(archive.path(*OCTO, DAY).stat().st_mode) == 0o600


def aged(path: Path, by: timedelta) -> None:
    then = (NOW - by).timestamp()
    os.utime(path, (then, then))


def test_pruning_removes_what_is_damaged_left_behind_or_old(archive: Archive) -> None:
    whole, cut, flipped, old = (store(archive, day=DAY - timedelta(days=n)) for n in range(4))
    cut.write_bytes(b"PAR1")
    data = bytearray(flipped.read_bytes())
    data[30] ^= 1
    flipped.write_bytes(data)
    half = whole.with_name(".stackduck-abc")
    half.touch()
    aged(half, timedelta(days=2))
    left, fresh = archive.root / ".incoming" / "1-a", archive.root / ".incoming" / "2-b"
    for folder in (left, fresh):
        folder.mkdir()
        (folder / "part").write_text("x")
    aged(left, timedelta(hours=25))
    aged(fresh, timedelta(hours=23))
    assert len(list(archive.useless(now=NOW, before=DAY - timedelta(days=1)))) == 5
    removed = archive.prune(now=NOW, before=DAY - timedelta(days=2))
    assert set(removed) == {cut, flipped, old, left, half}
    assert len(removed) == len(set(removed))
    assert kept(archive) == {DAY: ("data", 3)}
    assert list((archive.root / ".incoming").iterdir()) == [fresh]
    assert list(archive.verify(Holding(*OCTO))) == []


def test_pruning_reaches_days_without_data(archive: Archive) -> None:
    archive.store_nothing(*OCTO, DAY, fetched_at=FETCHED)
    assert len(archive.prune(now=NOW, before=DAY)) == 0
    assert len(archive.prune(now=NOW, before=DAY + timedelta(days=1))) == 1
    assert archive.prune(now=NOW) == []


def test_only_downloads_left_behind_are_tidied_away(archive: Archive) -> None:
    path = store(archive)
    path.write_bytes(b"")
    left, fresh = archive.root / ".incoming" / "1-a", archive.root / ".incoming" / "2-b"
    for folder, age in ((left, timedelta(hours=25)), (fresh, timedelta(hours=23))):
        folder.mkdir()
        aged(folder, age)
    archive.tidy(now=NOW)
    assert list((archive.root / ".incoming").iterdir()) == [fresh]
    assert path.exists()


def test_the_hosts_of_a_folder_are_archives(tmp_path: Path) -> None:
    hosts = ["api.github.com", "api.octo.ghe.com:8443", "127.0.0.1:1"]
    for host in hosts:
        store(Archive(tmp_path, host=host))
    (tmp_path / "a file").write_text("")
    found = list(archives(tmp_path))
    assert [each.host for each in found] == sorted(hosts)
    assert all(each.entry(*OCTO, DAY) for each in found)
    assert list(archives(tmp_path / "nowhere")) == []


def process(root: Path, template: Path, *, days: int, turn: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, storing.__file__, root, template, str(days), str(turn)])


def test_a_process_that_is_killed_at_any_moment_loses_and_doubles_nothing(tmp_path: Path) -> None:
    template, count, turns, random = written(tmp_path / "template"), 300, 20, Random(5)
    archive, undisturbed = (
        Archive(tmp_path / "killed", host=storing.HOST),
        Archive(tmp_path / "whole", host=storing.HOST),
    )
    seen: set[date] = set()
    kills = 0
    for turn in range(turns):
        running = process(archive.root, template, days=count, turn=turn // 2)
        try:
            running.wait(timeout=random.uniform(0.05, 0.3))
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
            kills += 1
        assert list(archive.verify(Holding(*OCTO))) == []
        assert seen <= archive.listing(*OCTO).entries.keys()
        seen |= archive.listing(*OCTO).entries.keys()
    assert kills > turns // 4
    for root in (archive.root, undisturbed.root):
        assert process(root, template, days=count, turn=turns).wait() == 0
    archive.prune(now=datetime.now(UTC) + timedelta(days=2))
    assert files_in(archive.root) == files_in(undisturbed.root)


def test_processes_that_store_the_same_days_disturb_neither_each_other_nor_a_reader(tmp_path: Path) -> None:
    template = written(tmp_path / "template")
    archive = Archive(tmp_path / "archive", host=storing.HOST)
    running = [process(archive.root, template, days=60, turn=turn) for turn in (1, 2, 3)]
    while any(each.poll() is None for each in running):
        assert list(archive.verify(Holding(*OCTO))) == []
    assert [each.wait() for each in running] == [0, 0, 0]
    assert len(archive.listing(*OCTO).entries) == 60
    assert list((archive.root / ".incoming").iterdir()) == []
    assert not [name for name in files_in(archive.root) if ".stackduck-" in name]


FOLDERS = [
    ("/given", {"STACKDUCK_ARCHIVE": "/set"}, "/given"),
    (None, {"STACKDUCK_ARCHIVE": "/set", "XDG_DATA_HOME": "/data"}, "/set"),
    (None, {"XDG_DATA_HOME": "/data"}, "/data/stackduck/archive"),
    (None, {"XDG_DATA_HOME": "relative"}, "~/.local/share/stackduck/archive"),
    (None, {}, "~/.local/share/stackduck/archive"),
    ("~/mine", {}, "~/mine"),
]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="has a folder of its own")
@pytest.mark.parametrize(("given", "environ", "folder"), FOLDERS, ids=[each[2] for each in FOLDERS])
def test_the_archive_is_where_the_user_wants_it(given: str | None, environ: Mapping[str, str], folder: str) -> None:
    assert root_folder(given, environ) == Path(folder).expanduser()


def test_a_home_that_nobody_has_is_told() -> None:
    with pytest.raises(ProgrammingError, match="the home folder in ~nobody-of-that-name/x is not known"):
        root_folder("~nobody-of-that-name/x")


def test_without_a_home_the_archive_must_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(ProgrammingError, match="no folder for the archive; name one with --archive"):
        root_folder(None, {})


def test_a_name_that_no_file_system_takes_is_refused_in_words() -> None:
    with pytest.raises(ProgrammingError, match="longer than any name"):
        safe("o" * 260)


def test_an_empty_name_of_the_folder_is_refused() -> None:
    with pytest.raises(ProgrammingError, match="empty"):
        root_folder("")
