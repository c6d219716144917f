"""Where a connection's calls go: clients that are made when they are first needed, perhaps to a sandbox of its own."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import field
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from stackduck.dbapi import recordings
from stackduck.errors import InterfaceError, NotRecordedError, NotSupportedError
from stackduck.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from stackduck.api.bindings import Secret
    from stackduck.api.client import CallRecord, Client, RateLimit
    from stackduck.api.credentials import Credential
    from stackduck.api.downloads import Downloader
    from stackduck.api.pulling import Registry
    from stackduck.catalog.model import Request
    from stackduck.catalog.names import Catalog
    from stackduck.engine.archive.days import Archive
    from stackduck.execute.reports.service import ReportService
    from stackduck.sandbox import Sandbox


@frozen
class Settings:
    """What connect() takes, but for the database."""

    token: str | None = field(default=None, repr=False)
    token_env: str | None = None
    auth: Mapping[str, Secret] = field(default_factory=dict, repr=False)
    api_url: str | None = None
    registry: Sequence[str | Path] = ()
    registry_url: str | None = None
    max_calls: int = 2_000
    max_wait: float = 60.0
    concurrency: int = 8
    sandbox: bool | Sandbox = False
    """Whether to start one, or one that runs already."""
    archive: str | Path | bool | None = None
    """A folder, False for none, and the user's own folder otherwise."""
    fresh: bool = False
    fail_on_gaps: bool = False
    allow_writes: bool = False
    dry_run: bool = False
    defaults: Mapping[str, str] = field(default_factory=dict)
    """Parameter name (lower case) → the value that it has where a statement that reads gives none."""
    record: str | Path | None = None
    replay: str | Path | None = None
    today: date | None = None
    """The day on which a sandbox stands, and the session with it."""
    confined: bool = False


@frozen
class _Place:
    """Which API is asked, and by whom."""

    api_url: str | None
    token: str | None = field(repr=False)
    token_env: str | None


class GitHub:
    """Clients that wait to be needed, and what they have cost so far."""

    def __init__(self, settings: Settings, catalog: Catalog) -> None:
        self._settings, self._catalog = settings, catalog
        self._recording = recordings.opened(settings)
        self._place: _Place | None = None
        self._client: Client | None = None
        self._registry: Registry | None = None
        self._downloader: Downloader | None = None
        self._reports: ReportService | None = None
        self._root: Path | None = None
        self._kept: Archive | None = None
        self._has_archive = False
        self._served: Sandbox | None = None
        self._resources = ExitStack()
        self._is_closed = False
        self._lock = RLock()

    def client(self) -> Client:
        """Return the client of the API."""
        with self._lock:
            if self._client is None:
                self._client = self._make_client()
            return self._client

    def downloader(self) -> Downloader:
        """Return the client of the report links, which has no credentials."""
        from stackduck.api.downloads import Downloader

        with self._lock:
            if self._downloader is None:
                place = self._placed()
                self._downloader = Downloader(
                    api_url=place.api_url, concurrency=self._settings.concurrency, recording=self._recording
                )
                self._resources.callback(self._downloader.close)
            return self._downloader

    def reports(self) -> ReportService:
        """Return what answers for the contents of reports."""
        from stackduck.execute.reports.service import Options, ReportService

        with self._lock:
            if self._reports is None:
                wanted = self._settings
                self._reports = ReportService(
                    self._catalog,
                    client=self.client,
                    downloader=self.downloader,
                    archive=self.archive(),
                    concurrency=wanted.concurrency,
                    options=Options(fresh=wanted.fresh, fail_on_gaps=wanted.fail_on_gaps),
                    now=(lambda: moment) if (moment := self.moment) else None,
                )
                self._resources.callback(self._reports.close)
            return self._reports

    def archive(self) -> Archive | None:
        """Return where the days of reports are kept; None where none are. A sandbox is started for it."""
        with self._lock:
            if not self._has_archive:
                self._kept, self._has_archive = self._archive(), True
            return self._kept

    def sandbox_scopes(self) -> Mapping[str, tuple[str, ...]]:
        """Return the sandbox's names by 'enterprise' and 'org'; it is started for that. None without a sandbox."""
        with self._lock:
            if self._settings.sandbox and not self._is_closed:
                self._placed()
            served = self._served
        return {"enterprise": (served.enterprise,), "org": tuple(served.organizations)} if served else {}

    def registry(self) -> Registry:
        """Return the registry that provider documents are pulled from."""
        if self._is_closed:
            raise InterfaceError("the connection is closed")
        if self._settings.confined:
            raise NotSupportedError("SQL reaches no registry here; run REGISTRY statements with stackduck exec")
        if self._recording is not None and self._recording.is_replay:
            raise NotRecordedError("a recording holds no documents; run REGISTRY statements without --replay")
        if self._registry is None:
            from stackduck.api.pulling import Registry

            self._registry = Registry(self._settings.registry_url)
            self._resources.callback(self._registry.close)
        return self._registry

    def credential(self, request: Request) -> Credential | None:
        """Find the credential that a request would show; sends nothing."""
        return self.client().credential(request)

    @property
    def moment(self) -> datetime | None:
        """Where the time stands still: that of the recording, or noon of the sandbox's day."""
        if self._recording is not None:
            return self._recording.moment
        return recordings.noon(self._settings.today)

    @property
    def calls(self) -> list[CallRecord]:
        """Every exchange with the API so far."""
        return self._client.calls if self._client else []

    @property
    def downloaded(self) -> int:
        """The bytes that came from report links so far."""
        return self._reports.downloaded if self._reports else 0

    @property
    def rate_limit(self) -> RateLimit | None:
        """The token's hourly limit, as the latest answers told it."""
        return self._client.rate_limit if self._client else None

    def interrupt(self) -> None:
        """Stop what is under way, from another thread."""
        for each in (self._client, self._downloader, self._reports, self._registry):
            if each:
                each.interrupt()

    def close(self) -> None:
        """Close the clients, and end the sandbox."""
        self._is_closed = True
        self._resources.close()

    def _placed(self) -> _Place:
        """Return where calls go; a sandbox is started for them."""
        if self._is_closed:
            raise InterfaceError("the connection is closed")
        if self._place is None:
            wanted = self._settings
            self._place = _Place(wanted.api_url, wanted.token, wanted.token_env)
            if self._recording is not None and self._recording.is_replay:
                self._place = _Place(self._recording.api_url, None, None)
            elif wanted.sandbox:
                self._served = served = self._sandbox()
                self._place = _Place(served.api_url, served.token, None)
        return self._place

    def _sandbox(self) -> Sandbox:
        """Return the sandbox that was given, or start one."""
        if not isinstance(self._settings.sandbox, bool):
            return self._settings.sandbox
        from stackduck.sandbox import serve

        return self._resources.enter_context(serve(today=self._settings.today))

    def _make_client(self) -> Client:
        from stackduck.api.client import Client

        place = self._placed()
        client = Client(
            api_url=place.api_url,
            token=place.token,
            token_env=place.token_env,
            auth=self._settings.auth,
            concurrency=self._settings.concurrency,
            max_wait=self._settings.max_wait,
            recording=self._recording,
        )
        self._resources.callback(client.close)
        return client

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders from which relations are read: the archive's."""
        root = self._archive_root()
        return (str(root.absolute()),) if root else ()

    def _archive(self) -> Archive | None:
        """Return the archive of the API's host."""
        import os

        from stackduck.api import hosts
        from stackduck.engine.archive.days import Archive

        root = self._archive_root()
        if root is None:
            return None
        # A sandbox says the same on any port.
        is_sandbox = bool(self._settings.sandbox)
        host = "sandbox" if is_sandbox else hosts.base_from(self._placed().api_url, os.environ).origin
        return Archive(root, host=host)

    def _archive_root(self) -> Path | None:
        """Return where days are kept; those of a sandbox and of a recording last as long as the connection."""
        from tempfile import TemporaryDirectory

        from stackduck.engine.archive.days import root_folder

        with self._lock:
            wanted = self._settings.archive
            if self._root is None and wanted is not False:
                is_named = isinstance(wanted, (str, Path))
                if (self._settings.sandbox or self._recording is not None) and not is_named:
                    self._root = Path(self._resources.enter_context(TemporaryDirectory(prefix="stackduck-")))
                else:
                    self._root = root_folder(str(wanted) if is_named else None)
            return self._root
