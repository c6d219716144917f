"""Where the days of reports are kept: one Parquet file a report, scope and day, in Hive partitions.

    <root>/<host>/<report>/scope=<kind>/name=<slug>/day=<day>/report.parquet

Whatever reads Parquet folders sees the columns `scope`, `name` and `day` beside those in the files. What is known of a
file is in its footer and nowhere else, so that nothing can contradict it. A file appears by rename after fsync: it is
whole or not there, also for who reads while another process writes. A day without data has a small marker instead.
A listing notices a file that is cut or whose footer is damaged; damaged data is noticed by `verify`.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.parse import unquote, urlsplit

from stackduck import homes
from stackduck.engine.archive import footers
from stackduck.engine.archive.durable import REMEDY, TEMPORARY, appear, make_folder, move, writing
from stackduck.errors import OperationalError, ProgrammingError
from stackduck.frozen import frozen

FORMAT = 1
"""The layout of the files. It is raised when an older stackduck could not read them; older ones stay readable."""
FILE = "report.parquet"
_MARKER = "_no_data.json"
_ASIDE = "_damaged"
"""A file that was found damaged; no reader of Parquet takes it for one."""
_LONGEST_FETCH = timedelta(hours=1)
"""A file that was fetched so much later than one that comes now has its time from a wrong clock."""
_INCOMING = ".incoming"
_LEFT_BEHIND = timedelta(days=1)
_SAFE = b"abcdefghijklmnopqrstuvwxyz0123456789._-"
_DAY = "day="
_AT_ONCE = 8


@frozen
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


@frozen
class Damaged:
    """A file that is not what was written; its day counts as missing."""

    day: date
    path: Path
    why: str


@frozen
class Listing:
    """What is kept of a report."""

    entries: Mapping[date, Entry]
    damaged: tuple[Damaged, ...] = ()


@frozen
class Holding:
    """A report of which days are kept."""

    report: str
    scope: str
    name: str


_LONGEST = 200
"""Characters of a component of a path, of which file systems take 255 with what stands before."""


def root_folder(given: str | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of the archive: the given one, STACKDUCK_ARCHIVE, or the user's data folder.

    Raises ProgrammingError for an empty name, which an unset variable of a shell gives, and for a home nobody has.
    """
    if given == "":
        raise ProgrammingError("the archive's folder is named by an empty text; name one, or leave it out")
    if chosen := given or environ.get("STACKDUCK_ARCHIVE"):
        try:
            return Path(chosen).expanduser()
        except RuntimeError:
            raise ProgrammingError(
                f"the home folder in {chosen} is not known; name the archive's folder whole"
            ) from None
    folder = homes.folder("data", environ)
    if folder is None:
        raise ProgrammingError("no folder for the archive; name one with --archive or STACKDUCK_ARCHIVE")
    return Path(folder, "archive")


def safe(name: str) -> str:
    """Return a name as one component of a path: lower case, and nothing that a file system could take amiss.

    Raises ProgrammingError for a name that is longer than a component may be.
    """
    encoded = "".join(chr(byte) if byte in _SAFE else _escaped(byte) for byte in name.lower().encode())
    if len(encoded) > _LONGEST:
        raise ProgrammingError(f"'{name[:20]}…' is longer than any name at GitHub; check it")
    # A dot at the beginning hides a folder or leaves it; Windows drops one at the end.
    if encoded.endswith("."):
        encoded = encoded[:-1] + _escaped(ord("."))
    return _escaped(ord(".")) + encoded[1:] if encoded.startswith(".") else encoded or _escaped(0)


def _escaped(byte: int) -> str:
    return f"%{byte:02X}"


def archives(root: Path) -> Iterator[Archive]:
    """Return the archives in a folder, one an API host."""
    for folder in sorted(root.glob("*")):
        if folder.is_dir() and folder.name != _INCOMING:
            yield Archive(root, host=unquote(folder.name))


class Archive:
    """The days that are kept of one API host's reports."""

    def __init__(self, root: Path, *, host: str) -> None:
        """`host` is the API's host, or its base URL. Raises ProgrammingError for a root that no archive can have."""
        if "=" in str(root.absolute()):
            told = "no archive can be in a folder with = in its path, which readers of Parquet take for a column"
            raise ProgrammingError(f"{told}: {root}; name another with --archive or STACKDUCK_ARCHIVE")
        parts = urlsplit(host if "//" in host else f"//{host}")
        self.root = root
        self.folder = root / safe(parts.netloc.rpartition("@")[2])

    @property
    def host(self) -> str:
        """The API's host."""
        return unquote(self.folder.name)

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
                path = folder / FILE
                damaged.append(Damaged(day, path if path.exists() else folder / _ASIDE, str(exc)))
        return Listing(dict(sorted(entries.items())), tuple(sorted(damaged, key=lambda each: each.day)))

    def entry(self, report: str, scope: str, name: str, day: date) -> Entry | None:
        """Return what is kept of a day; None where that is nothing, or damaged. Raises as `listing` does."""
        try:
            return _entry(day, self.path(report, scope, name, day).parent)
        except footers.DamagedError:
            return None

    def _days(self, report: str, scope: str, name: str) -> Iterator[tuple[date, Path]]:
        home = self._home(report, scope, name)
        try:
            with os.scandir(home) as found:
                names = [each.name for each in found]
        except FileNotFoundError:
            return
        except OSError as exc:
            raise OperationalError(f"the archive {home} cannot be read: {exc.strerror}; {REMEDY}") from exc
        for each in names:
            with suppress(ValueError):
                day = date.fromisoformat(each.removeprefix(_DAY))
                if each == f"{_DAY}{day}":
                    yield day, home / each

    def holdings(self) -> Iterator[Holding]:
        """Return the reports of which something is kept."""
        for home in sorted(self.folder.glob("*/scope=*/name=*")):
            report, scope, name = map(unquote, home.parts[-3:])
            yield Holding(report, scope.removeprefix("scope="), name.removeprefix("name="))

    @contextmanager
    def incoming(self) -> Iterator[Path]:
        """Lend an empty folder on the archive's file system for files on their way in."""
        with writing(self._incoming):
            make_folder(self._incoming)
            folder = Path(mkdtemp(dir=self._incoming, prefix=f"{os.getpid()}-"))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def store(self, report: str, scope: str, name: str, files: Mapping[date, Path]) -> None:
        """Move sealed files to their places, each at once; what is there and was fetched later stays.

        Raises OperationalError where the archive cannot be written; what was moved before stays.
        """
        moves = [(path, self.path(report, scope, name, day)) for day, path in files.items()]
        home = self._home(report, scope, name)
        with writing(home):
            make_folder(home)
            if len(moves) < 2:
                for move in moves:
                    _store(*move)
                return
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                for done in [pool.submit(_store, *move) for move in moves]:
                    done.result()

    def store_nothing(self, report: str, scope: str, name: str, day: date, *, fetched_at: datetime) -> None:
        """Remember that GitHub had no data for a day; a day with data stays. Raises OperationalError."""
        folder = self.path(report, scope, name, day).parent
        said = json.dumps({"format": FORMAT, "fetched_at": fetched_at.isoformat(timespec="seconds")}).encode()
        with writing(folder):
            make_folder(folder)
            appear(folder / _MARKER, said)

    def set_aside(self, path: Path) -> Path:
        """Take a damaged file out of what is read, and leave it there until its day has come anew, or it is pruned.

        Returns where it is now. Raises OperationalError where the archive cannot be written.
        """
        with writing(path.parent), suppress(FileNotFoundError):
            path.replace(path.with_name(_ASIDE))
        return path.with_name(_ASIDE)

    def verify(self, holding: Holding, *, days: Collection[date] | None = None) -> Iterator[Damaged]:
        """Read the files of a report whole, all or those of some days; returns those that are not what was written."""
        listing = self.listing(holding.report, holding.scope, holding.name)
        yield from (each for each in listing.damaged if days is None or each.day in days)
        for entry in listing.entries.values():
            if entry.status == "data" and (days is None or entry.day in days):
                try:
                    footers.checked(entry.path)
                except footers.DamagedError as exc:
                    yield Damaged(entry.day, entry.path, str(exc))
                except FileNotFoundError:
                    # It was there a moment ago: another process removed it.
                    continue

    def prune(self, *, now: datetime, before: date | None = None) -> list[Path]:
        """Remove what `useless` names; returns what was removed."""
        return [path for path in self.useless(now=now, before=before) if remove(path)]

    def useless(self, *, now: datetime, before: date | None = None) -> Iterator[Path]:
        """Return damaged files, what a process that was killed left behind a day ago or more, and days before one."""
        yield from self._left_behind(now)
        for holding in self.holdings():
            damaged = [each.path for each in self.verify(holding)]
            entries = self.listing(holding.report, holding.scope, holding.name).entries.values()
            old = [each.path for each in entries if before is not None and each.day < before]
            yield from dict.fromkeys(damaged + old)

    def tidy(self, *, now: datetime) -> None:
        """Remove the downloads that a process left behind which was killed a day ago or more."""
        for path in _older(self._incoming.glob("*"), now):
            remove(path)

    @property
    def _incoming(self) -> Path:
        return self.root / _INCOMING

    def _left_behind(self, now: datetime) -> Iterator[Path]:
        yield from _older(self._incoming.glob("*"), now)
        yield from _older(self.folder.rglob(f"{TEMPORARY}*"), now)


def _older(paths: Iterable[Path], now: datetime) -> Iterator[Path]:
    limit = (now - _LEFT_BEHIND).timestamp()
    for path in paths:
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < limit:
                yield path


def _entry(day: date, folder: Path) -> Entry | None:
    path = folder / FILE
    try:
        said = footers.metadata(path)
    except FileNotFoundError:
        if (folder / _ASIDE).exists():
            raise footers.DamagedError("its data is not what was written") from None
        return _marked(day, folder / _MARKER)
    try:
        _refuse_newer(said["format"], path)
        _refuse_misplaced(said, day, folder)
        return Entry(
            day=day,
            status="data",
            fetched_at=datetime.fromisoformat(said["fetched_at"]),
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
    except (KeyError, TypeError, ValueError) as exc:
        raise footers.DamagedError("it does not say what it is") from exc


def _refuse_misplaced(said: Mapping[str, Any], day: date, folder: Path) -> None:
    """Raise DamagedError for a file that says it is of another day, report or owner than its place."""
    report, scope, name = (unquote(each.name.rpartition("=")[2]) for each in reversed(folder.parents[:3]))
    place = {"report": report, "scope": scope, "name": name, "day": str(day)}
    others = [
        f"{key} {said[key]}" for key in place if key in said and str(said[key]).casefold() != place[key].casefold()
    ]
    if others:
        raise footers.DamagedError(f"it is of {' and '.join(others)}")


def _marked(day: date, path: Path) -> Entry | None:
    try:
        said = json.loads(path.read_bytes())
        _refuse_newer(said["format"], path)
        return Entry(day, "no data", datetime.fromisoformat(said["fetched_at"]).astimezone(UTC), path)
    except (OSError, ValueError, KeyError, TypeError):
        # Nothing is lost with a marker: the day is asked for again.
        return None


def _refuse_newer(written_as: int, path: Path) -> None:
    if written_as > FORMAT:
        raise OperationalError(
            f"{path} was written by a newer stackduck; update stackduck, or name another folder with --archive"
        )


def _store(source: Path, target: Path) -> None:
    """Make a sealed file appear at its place."""
    fetched_at = datetime.fromisoformat(footers.metadata(source)["fetched_at"])
    with suppress(FileNotFoundError, footers.DamagedError):
        there = datetime.fromisoformat(footers.metadata(target)["fetched_at"])
        if fetched_at < there <= fetched_at + _LONGEST_FETCH:
            source.unlink()
            return
    move(source, target)
    for name in (_MARKER, _ASIDE):
        (target.parent / name).unlink(missing_ok=True)


def remove(path: Path) -> bool:
    """Remove a file or folder, and say whether that was done here."""
    try:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return not path.exists()
