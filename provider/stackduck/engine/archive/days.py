"""Where the days of reports are kept: one Parquet file a report, scope and day, in Hive partitions.

    <root>/<host>/<report>/scope=<kind>/name=<slug>/day=<day>/report.parquet

Whatever reads Parquet folders sees the columns `scope`, `name` and `day` beside those in the files. What is known of a
file is in its footer and nowhere else, so that nothing can contradict it. A file appears by rename after fsync: it is
whole or not there, also for who reads while another process writes. A day without data has a small marker instead.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp, mkstemp
from typing import Any
from urllib.parse import quote, urlsplit

from stackduck.engine.archive import footers
from stackduck.errors import OperationalError, ProgrammingError

FORMAT = 1
"""The layout of the files. It is raised when an older stackduck could not read them; older ones stay readable."""
FILE = "report.parquet"
_MARKER = "_no_data.json"
_INCOMING = ".incoming"
_TEMPORARY = ".stackduck-"
_LEFT_BEHIND = timedelta(days=1)
_SAFE = "abcdefghijklmnopqrstuvwxyz0123456789._-"
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Entry:
    """What is kept of a report for a day."""

    day: date
    status: str
    """'data' or 'no data'."""
    fetched_at: datetime
    path: Path
    rows: int = 0
    bytes: int = 0
    """What was downloaded for it."""
    files: int = 0
    """Of how many links' files it was made."""
    doubles: int = 0
    unknown_fields: tuple[str, ...] = ()
    columns: str = ""
    """The digest of its columns."""
    size: int = 0
    """Bytes on disk."""
    window: Mapping[str, Any] | None = None
    """What the 28-day report, of which it was made, says of itself."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """A file that is not what was written; its day counts as missing."""

    day: date
    path: Path
    why: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What is kept of a report."""

    entries: Mapping[date, Entry]
    damaged: tuple[Damaged, ...] = ()


@dataclass(frozen=True, slots=True)
class Holding:
    """A report of which days are kept."""

    report: str
    scope: str
    name: str


def root_folder(given: str | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of the archive: the given one, STACKDUCK_ARCHIVE, or the user's data folder."""
    if chosen := given or environ.get("STACKDUCK_ARCHIVE"):
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        base = environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Application Support")
    else:
        base = environ.get("XDG_DATA_HOME", "")
        base = base if os.path.isabs(base) else os.path.expanduser("~/.local/share")
    if not os.path.isabs(base):
        raise ProgrammingError("no folder for the archive; name one with --archive or STACKDUCK_ARCHIVE")
    return Path(base, "stackduck", "archive")


def safe(name: str) -> str:
    """Return a name as one component of a path: lower case, and nothing that a file system could take amiss."""
    encoded = "".join(char if char in _SAFE else quote(char, safe="") for char in name.lower())
    # quote leaves a few characters as they are, and a leading dot would hide the folder or leave it.
    encoded = re.sub(r"[^a-z0-9._%A-F-]", lambda found: f"%{ord(found[0]):02X}", encoded)
    return re.sub(r"^\.", "%2E", encoded) or "%00"


class Archive:
    """The days that are kept of one API host's reports."""

    def __init__(self, root: Path, *, host: str) -> None:
        """`host` is the API's host, or its base URL."""
        parts = urlsplit(host if "//" in host else f"//{host}")
        self.root = root
        self.folder = root / safe(parts.netloc.rpartition("@")[2])

    def path(self, report: str, scope: str, name: str, day: date) -> Path:
        """Return where a day is kept, or would be."""
        return self._home(report, scope, name) / f"day={day.isoformat()}" / FILE

    def _home(self, report: str, scope: str, name: str) -> Path:
        return self.folder / safe(report) / f"scope={safe(scope)}" / f"name={safe(name)}"

    def listing(self, report: str, scope: str, name: str) -> Listing:
        """Return what is kept of a report; reads the end of each file alone.

        Raises OperationalError for an archive of a newer stackduck, or one that cannot be read.
        """
        entries: dict[date, Entry] = {}
        damaged: list[Damaged] = []
        for day, folder in self._days(report, scope, name):
            try:
                if (entry := _entry(day, folder)) is not None:
                    entries[day] = entry
            except footers.DamagedError as exc:
                damaged.append(Damaged(day, folder / FILE, str(exc)))
        return Listing(dict(sorted(entries.items())), tuple(sorted(damaged, key=lambda each: each.day)))

    def _days(self, report: str, scope: str, name: str) -> Iterator[tuple[date, Path]]:
        home = self._home(report, scope, name)
        try:
            with os.scandir(home) as found:
                names = [each.name for each in found]
        except FileNotFoundError:
            return
        except OSError as exc:
            raise OperationalError(f"the archive {home} cannot be read: {exc.strerror}") from exc
        for each in names:
            with suppress(ValueError):
                yield date.fromisoformat(each.removeprefix("day=")), home / each

    def holdings(self) -> Iterator[Holding]:
        """Return the reports of which something is kept."""
        for home in sorted(self.folder.glob("*/scope=*/name=*")):
            report, scope, name = home.parts[-3:]
            yield Holding(report, scope.removeprefix("scope="), name.removeprefix("name="))

    @contextmanager
    def incoming(self) -> Iterator[Path]:
        """Lend an empty folder on the archive's file system for files on their way in."""
        base = self.root / _INCOMING
        _make(base)
        folder = Path(mkdtemp(dir=base, prefix=f"{os.getpid()}-"))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def store(self, report: str, scope: str, name: str, files: Mapping[date, Path]) -> None:
        """Move sealed files to their places, each at once; what is there and was fetched later stays."""
        moves = [(path, self.path(report, scope, name, day)) for day, path in files.items()]
        for folder in {target.parent.parent for _, target in moves}:
            _make(folder)
        with ThreadPoolExecutor(min(_AT_ONCE, len(moves) or 1)) as pool:
            for done in [pool.submit(_store, *move) for move in moves]:
                done.result()

    def store_nothing(self, report: str, scope: str, name: str, day: date, *, fetched_at: datetime) -> None:
        """Remember that GitHub had no data for a day; a day with data stays."""
        folder = self.path(report, scope, name, day).parent
        said = json.dumps({"format": FORMAT, "fetched_at": _stamp(fetched_at)}).encode()
        _make(folder)
        _appear(folder / _MARKER, said)

    def verify(self, holding: Holding) -> Iterator[Damaged]:
        """Read all files of a report whole, and return those that are not what was written."""
        listing = self.listing(holding.report, holding.scope, holding.name)
        yield from listing.damaged
        for entry in listing.entries.values():
            try:
                if entry.status == "data":
                    footers.checked(entry.path)
            except footers.DamagedError as exc:
                yield Damaged(entry.day, entry.path, str(exc))

    def prune(self, *, now: datetime, before: date | None = None) -> list[Path]:
        """Remove what is of no use, and days before one; returns what was removed.

        Of no use are damaged files, and what a process that was killed left behind a day ago or more.
        """
        removed = [path for path in self._left_behind(now) if _removed(path)]
        for holding in self.holdings():
            listing = self.listing(holding.report, holding.scope, holding.name)
            useless = [each.path for each in (*listing.damaged, *self.verify(holding))]
            old = [each.path for each in listing.entries.values() if before is not None and each.day < before]
            removed += [path for path in dict.fromkeys(useless + old) if _removed(path)]
        return removed

    def _left_behind(self, now: datetime) -> Iterator[Path]:
        limit = (now - _LEFT_BEHIND).timestamp()
        incoming = self.root / _INCOMING
        for path in (*incoming.glob("*"), *self.folder.glob(f"*/scope=*/name=*/day=*/{_TEMPORARY}*")):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < limit:
                    yield path


def _entry(day: date, folder: Path) -> Entry | None:
    path = folder / FILE
    try:
        said = footers.metadata(path)
    except FileNotFoundError:
        return _marked(day, folder / _MARKER)
    _refuse_newer(said, path)
    return Entry(
        day=day,
        status="data",
        fetched_at=_time(said.get("fetched_at")),
        path=path,
        rows=said["rows"],
        bytes=said.get("bytes", 0),
        files=said.get("parts", 0),
        doubles=said.get("doubles", 0),
        unknown_fields=tuple(said.get("unknown_fields", ())),
        columns=said.get("columns", ""),
        size=said["size"],
        window=said.get("window"),
    )


def _marked(day: date, path: Path) -> Entry | None:
    try:
        said = json.loads(path.read_bytes())
        _refuse_newer(said, path)
        return Entry(day, "no data", _time(said["fetched_at"]), path)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        # Nothing is lost with a marker: the day is asked for again.
        return None


def _refuse_newer(said: Mapping[str, Any], path: Path) -> None:
    if not isinstance(said.get("format"), int) or said["format"] > FORMAT:
        raise OperationalError(
            f"{path} was written by a newer stackduck; update stackduck, or name another folder with --archive"
        )


def _time(text: object) -> datetime:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError as exc:
        raise footers.DamagedError("it does not say when it was fetched") from exc


def _stamp(time: datetime) -> str:
    return time.isoformat(timespec="seconds")


def _store(source: Path, target: Path) -> None:
    """Make a sealed file appear at its place."""
    said = footers.metadata(source)
    with suppress(FileNotFoundError, footers.DamagedError):
        if _time(footers.metadata(target).get("fetched_at")) > _time(said.get("fetched_at")):
            source.unlink()
            return
    _make(target.parent)
    source.chmod(0o600)
    _sync(source)
    try:
        source.replace(target)
    except OSError:
        # Another file system.
        _appear(target, source.read_bytes())
        source.unlink()
    _sync(target.parent)
    with suppress(FileNotFoundError):
        (target.parent / _MARKER).unlink()


def _appear(target: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all."""
    handle, temporary = mkstemp(dir=target.parent, prefix=_TEMPORARY)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    _sync(target.parent)


def _make(folder: Path) -> None:
    """Create a folder and those above it for the user alone, for good."""
    if folder.is_dir():
        return
    _make(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    _sync(folder.parent)


def _sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    if sys.platform == "win32" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _removed(path: Path) -> bool:
    try:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()
    except FileNotFoundError:
        return False
    return not path.exists()
