"""The reports of one connection: fetches what the scans of a statement read, and makes their relations of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Lock
from typing import TYPE_CHECKING

from stackduck.engine.archive import footers
from stackduck.engine.archive.days import Archive, Listing
from stackduck.engine.report_sql import Kept
from stackduck.execute import clock
from stackduck.execute.reports import gaps, relating
from stackduck.execute.reports.choosing import Chooser, Wanted
from stackduck.execute.reports.links import Asking
from stackduck.execute.reports.model import Brought, Job, Need, Source
from stackduck.execute.reports.pins import Pins
from stackduck.execute.reports.relating import Files
from stackduck.execute.reports.shapes import WINDOWS, about, engagement_columns, paths_read, report_shape
from stackduck.execute.reports.windows import Windows
from stackduck.frozen import frozen
from stackduck.reports.calendar import is_closed, is_recent
from stackduck.reports.coverage import Fetch

if TYPE_CHECKING:
    from stackduck.api.client import Client
    from stackduck.api.downloads import Downloader
    from stackduck.catalog.names import Catalog
    from stackduck.engine.ingest.trees import ReportShape
    from stackduck.engine.ingest.workbench import Workbench
    from stackduck.engine.session import Session
    from stackduck.execute.reports.fetching import Fetching, Tools
    from stackduck.sql.plan import Scan

Warn = Callable[[str], None]
Narrowed = Mapping[tuple[str, str], tuple["ReportShape", bool]]

_PASSED = "users"
"""The report that is large: without an archive, only what a statement asks of it is parsed."""


@frozen
class Options:
    """What the user wants of reports."""

    fresh: bool = False
    """Whether days that may still change are fetched again within the hour."""
    fail_on_gaps: bool = False
    """Whether a day that is wanted and not there is an error."""


@dataclass(slots=True)
class Fetched:
    """What one statement's scans read."""

    archive: Archive
    wanted: Wanted
    windows: Mapping[Source, Sequence[Scan]]
    """The scans of the 28-day reports' wrappers."""
    narrowed: Narrowed = field(default_factory=dict)
    """By report and kind of scope, what was read of reports that no archive keeps, and whether that is not all."""
    folder: Path | None = None
    """Where they are."""
    lent: ExitStack = field(default_factory=ExitStack)
    """What goes when the statement is done."""
    brought: dict[Source, list[Brought]] = field(default_factory=dict)
    versions: dict[Path, tuple[int, int]] = field(default_factory=dict)
    """Files of the archive that are read in their place, as they were then."""


class ReportService:
    """What one connection has of reports: an archive, a workbench, and what is under way."""

    def __init__(
        self,
        catalog: Catalog,
        *,
        client: Callable[[], Client],
        downloader: Callable[[], Downloader],
        archive: Archive | None,
        concurrency: int,
        options: Options,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self.catalog, self.client, self.archive, self._now = catalog, client, archive, now
        self._downloader, self._concurrency, self.options = downloader, concurrency, options
        self.windows = Windows(archive)
        self._resources = ExitStack()
        self._bench: Workbench | None = None
        self._running: set[Fetching] = set()
        self._stops: set[Event] = set()
        self._lock = Lock()
        self.downloaded = 0
        """Bytes that came from report links."""

    def now(self) -> datetime:
        """Return the time by which days are chosen."""
        return self._now() if self._now else clock.now()

    def chooser(self, asking: Asking | None = None) -> Chooser:
        """Return what chooses days and sources; it asks nothing where there is nobody to ask."""
        return Chooser(self.archive, self.windows, self.now(), asking, fresh=self.options.fresh)

    def fetch(self, scans: Sequence[Scan], *, warn: Warn, max_calls: int, stop: Event) -> Fetched:
        """Fetch what the scans read and the archive lacks; uses no session, so it may run beside other work.

        Nothing new is begun once `stop` is set, which `interrupt` does too. Raises what GitHub's answers and files
        call for, CallLimitError before it, MissingDaysError where gaps fail.
        """
        asking = Asking(self.client, now=self.now, warn=warn, stop=stop, max_calls=max_calls)
        with self._stopped_by(stop):
            fetched = self._fetched(scans, asking)
            with fetched.lent:
                self._fetch(fetched, asking, warn)
                fetched.lent = fetched.lent.pop_all()
        return fetched

    @contextmanager
    def _stopped_by(self, stop: Event) -> Iterator[None]:
        with self._lock:
            self._stops.add(stop)
        try:
            yield
        finally:
            with self._lock:
                self._stops.remove(stop)

    def _fetch(self, fetched: Fetched, asking: Asking, warn: Warn) -> None:
        windows = {source: fetched.archive.listing(WINDOWS, *source.owner) for source in fetched.windows}
        jobs = [*self._day_jobs(fetched.wanted), *self._window_jobs(fetched, windows)]
        if lacking := [job for job in jobs if job.links is None]:
            asking.check_calls(lacking[0].source, len(lacking))
        for choice in fetched.wanted.choices.values():
            for text in gaps.damage(choice):
                warn(text)
        for text in self._window_damage(windows):
            warn(text)
        for brought in self._run(jobs, fetched, asking):
            fetched.brought.setdefault(brought.job.source, []).append(brought)
        self._tell(fetched, warn)

    def _fetched(self, scans: Sequence[Scan], asking: Asking) -> Fetched:
        windows: dict[Source, list[Scan]] = {}
        for scan in scans:
            for selection in scan.selections if about(scan.method).is_window else ():
                windows.setdefault(Source("entity", selection.scope, selection.name), []).append(scan)
        by_day = [scan for scan in scans if not about(scan.method).is_window]
        wanted = self.chooser(asking).choose(by_day)
        if self.archive:
            return Fetched(self.archive, wanted, windows)
        lent = ExitStack()
        folder = Path(lent.enter_context(TemporaryDirectory(prefix="stackduck-")))
        archive = Archive(folder / "archive", host="statement")
        return Fetched(archive, wanted, windows, self._narrowed(wanted.needs), folder, lent)

    def _narrowed(self, needs: Sequence[Need]) -> Narrowed:
        """Return what the scans read of the large reports."""
        found: dict[tuple[str, str], tuple[ReportShape, bool]] = {}
        for key in {(need.source.report, need.source.scope) for need in needs if need.source.report == _PASSED}:
            shape = report_shape(self.catalog, *key)
            scans = [need.scan for need in needs if (need.source.report, need.source.scope) == key]
            paths = [paths_read(scan, shape) for scan in scans]
            is_narrow = all(each is not None for each in paths)
            fields = [path for each in paths if each is not None for path in each]
            found[key] = (shape.narrowed(fields) if is_narrow else shape, is_narrow)
        return found

    def _day_jobs(self, wanted: Wanted) -> Iterator[Job]:
        for choice in wanted.choices.values():
            for fetch in choice.coverage.fetches:
                yield Job(choice.source, fetch, choice.latest if fetch.is_latest else None)

    def _window_jobs(self, fetched: Fetched, windows: Mapping[Source, Listing]) -> Iterator[Job]:
        """Return what brings the windows that are not here, or too old."""
        for source, listing in windows.items():
            choice = fetched.wanted.choices.get(source)
            if choice and any(fetch.is_latest for fetch in choice.coverage.fetches):
                continue
            if self.options.fresh or not self._window_files(listing):
                yield Job(source, Fetch((), is_latest=True), choice.latest if choice else None)

    def _window_damage(self, windows: Mapping[Source, Listing]) -> Iterator[str]:
        """Return what to tell of newest windows whose file is damaged."""
        for source, listing in windows.items():
            is_here = bool(self._window_files(listing))
            for each in listing.damaged:
                if not is_here and all(day < each.day for day in listing.entries):
                    what = gaps.damaged(replace(source, report=WINDOWS), each.day, each.why)
                    yield f"{what}; it is fetched again"

    def _window_files(self, listing: Listing) -> list[Kept]:
        """Return the file of the newest window, if what it says is still believed."""
        entries = listing.entries
        newest = entries[max(entries)] if entries else None
        is_here = newest is not None and is_recent(newest.fetched_at, now=self.now())
        return [Kept(newest.path, newest.columns)] if newest and is_here else []

    def _run(self, jobs: Sequence[Job], fetched: Fetched, asking: Asking) -> Iterator[Brought]:
        passed = [job for job in jobs if (job.source.report, job.source.scope) in fetched.narrowed]
        kept = [job for job in jobs if job not in passed]
        if kept:
            from stackduck.execute.reports.bringing import Bringing

            with self.watched(Bringing(self.tools(), asking, fetched.archive)) as bringing:
                yield from bringing.fetch(kept)
        if passed and fetched.folder:
            from stackduck.execute.reports.passing import Passing

            with self.watched(Passing(self.tools(), asking, fetched.folder, fetched.narrowed)) as passing:
                yield from passing.fetch(passed)

    def tools(self) -> Tools:
        """Return what fetching works with, made when it is first needed."""
        from stackduck.engine.ingest.workbench import Workbench
        from stackduck.execute.reports.fetching import Tools

        with self._lock:
            if self._bench is None:
                spill = self._resources.enter_context(TemporaryDirectory(prefix="stackduck-"))
                self._bench = Workbench(Path(spill))
                self._resources.callback(self._bench.close)
        return Tools(self.catalog, self._downloader(), self._bench, self._concurrency, self._count)

    def _count(self, size: int) -> None:
        with self._lock:
            self.downloaded += size

    @contextmanager
    def watched(self, fetching: Fetching) -> Iterator[Fetching]:
        """Let `interrupt` reach what runs, and end it when it is left."""
        with self._lock:
            self._running.add(fetching)
        try:
            with fetching:
                yield fetching
        finally:
            with self._lock:
                self._running.remove(fetching)

    def _tell(self, fetched: Fetched, warn: Warn) -> None:
        missing = {
            source: gaps.missing_days(choice, fetched.brought.get(source, ()))
            for source, choice in fetched.wanted.choices.items()
        }
        if self.options.fail_on_gaps:
            gaps.refuse(missing)
        for text in gaps.notices(fetched.wanted.needs, missing, fetched.wanted.choices, fetched.brought):
            warn(text)

    def relate(self, fetched: Fetched, session: Session) -> None:
        """Make the relations of the scans."""
        parts: dict[str, tuple[Scan, list[Files]]] = {}
        for need in fetched.wanted.needs:
            parts.setdefault(need.scan.relation, (need.scan, []))[1].append(self._files(need, fetched))
        for source, scans in fetched.windows.items():
            files = self._window_files(fetched.archive.listing(WINDOWS, *source.owner))
            for scan in scans:
                shape = replace(report_shape(self.catalog, "entity", source.scope), report=WINDOWS, key=())
                shape = replace(shape, columns=engagement_columns(self.catalog, source.scope))
                parts.setdefault(scan.relation, (scan, []))[1].append(Files(source.name, shape, files))
        for relation, (scan, found) in parts.items():
            session.become_view(relation, relating.query(scan, found, describe=lambda sql: session.describe(sql, {})))

    def find_unreadable(self, fetched: Fetched) -> list[str]:
        """Read whole what a statement could not read, set aside what is damaged, and return what to tell of it.

        A file that another process replaced meanwhile is told of too: it can be read now. Raises OperationalError
        where the archive cannot be written.
        """
        told = {}
        for need in fetched.wanted.needs if self.archive else ():
            source = need.source
            for day in need.days:
                path = fetched.archive.path(source.report, *source.owner, day)
                try:
                    footers.checked(path)
                    if fetched.versions.get(path) not in (None, _version(path)):
                        told[path] = gaps.replaced(source, day)
                except FileNotFoundError:
                    continue
                except footers.DamagedError as exc:
                    fetched.archive.set_aside(path)
                    told[path] = gaps.damaged(source, day, str(exc))
        return list(told.values())

    def _files(self, need: Need, fetched: Fetched) -> Files:
        source = need.source
        brought = fetched.brought.get(source, [])
        narrowed = fetched.narrowed.get((source.report, source.scope))
        if narrowed:
            files = [Kept(path, narrowed[0].digest) for each in brought for path in each.files]
            return Files(need.name, narrowed[0], files, need.days)
        shape = report_shape(self.catalog, source.report, source.scope)
        kept = fetched.wanted.choices[source].kept
        new = {day for each in brought for day in each.days}
        pins = Pins(fetched.archive, fetched.lent)
        files = []
        for day in need.days:
            if day in new:
                path = fetched.archive.path(source.report, *source.owner, day)
                files.append(Kept(pins.pinned(path), shape.digest))
            elif (entry := kept.get(day)) and entry.status == "data":
                is_final = is_closed(day, entry.fetched_at)
                if is_final:
                    fetched.versions[entry.path] = _version(entry.path)
                files.append(Kept(entry.path if is_final else pins.pinned(entry.path), entry.columns))
        return Files(need.name, shape, files)

    def interrupt(self) -> None:
        """Stop what is under way, from another thread."""
        with self._lock:
            running, stops = list(self._running), list(self._stops)
        for stop in stops:
            stop.set()
        for each in running:
            each.interrupt()

    def close(self) -> None:
        """Free what was made."""
        self.interrupt()
        self._resources.close()


def _version(path: Path) -> tuple[int, int]:
    """Return what tells a file from one that takes its place."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_ino, found.st_mtime_ns
