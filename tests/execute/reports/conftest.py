"""A GitHub of reports on a real socket: what it has of which day is a dict, and what it was asked is counted."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import stackduck
from stackduck.dbapi import Connection
from stackduck.errors import InterfaceError

TOKEN = "ghp_secretSECRET0123456789"
SIGNATURE = "sig=SECRETsignature"
DAY = timedelta(days=1)
TODAY = datetime.now(UTC).date()
"""The tests' days are counted from the real one: DuckDB's current_date cannot be another."""

Records = list[dict[str, Any]]


def ago(days: int) -> date:
    """Return the day so many days before today."""
    return TODAY - days * DAY


def user(number: int, day: date, **fields: object) -> dict[str, Any]:
    """Return a record of the users report."""
    totals = [{"feature": "code_completion", "code_generation_activity_count": number, "loc_added_sum": 2 * number}]
    return {
        "day": str(day),
        "enterprise_id": "7",
        "user_id": number,
        "user_login": f"user-{number}",
        "code_generation_activity_count": number,
        "user_initiated_interaction_count": 1,
        "totals_by_feature": totals,
        **fields,
    }


@dataclass
class GitHub:
    """What it has, and what it was asked."""

    url: str = ""
    users: dict[date, Records] = field(default_factory=dict)
    entity: dict[date, Records] = field(default_factory=dict)
    teams: dict[date, Records] = field(default_factory=dict)
    repos: dict[date, Records] = field(default_factory=dict)
    last: date = field(default_factory=lambda: ago(2))
    """The last day of the 28-day reports; None of them where `has_latest` is false."""
    has_latest: bool = True
    left_out: set[date] = field(default_factory=set)
    """Days that the 28-day reports lack, though there are reports of them."""
    wrapper: dict[str, Any] = field(default_factory=dict)
    """What the 28-day entity report says beside its days."""
    raw: dict[str, tuple[dict[str, str], list[bytes]]] = field(default_factory=dict)
    """Reports as they are, by the end of their path: what the answer says of its days, and the files."""
    lost: set[str] = field(default_factory=set)
    """Files that are not there, by name."""
    files: dict[str, bytes] = field(default_factory=dict)
    held: dict[str, threading.Event] = field(default_factory=dict)
    """Files, by name, and reports, as `asked` has them, that are answered once the event is set."""
    let_go: list[str] = field(default_factory=list)
    """What was held and is no more, also because it took too long."""
    forbidden: set[str] = field(default_factory=set)
    """Beginnings of paths that answer 403."""
    failing: set[str] = field(default_factory=set)
    """Reports of days, as `asked` has them, that answer 422."""
    hidden: set[str] = field(default_factory=set)
    """Beginnings of reports, as `asked` has them, that answer 404 without a reason."""
    headers: dict[str, str] = field(default_factory=dict)
    """What the API's answers have beside their own."""
    broken: set[str] = field(default_factory=set)
    """Files that are no JSON, by name."""
    asked: list[str] = field(default_factory=list)
    """Paths of the API, with their day."""
    downloaded: list[str] = field(default_factory=list)
    generation: int = 0

    def __post_init__(self) -> None:
        self.lock = threading.Lock()

    @property
    def window(self) -> list[date]:
        return [self.last - n * DAY for n in reversed(range(28))]

    def calls(self) -> list[str]:
        """Return what was asked since the last time, and forget it."""
        asked, self.asked = sorted(self.asked), []
        return asked

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        """Return the status and body for a path of the API."""
        _, name, *_, report = path.removesuffix("/latest").strip("/").split("/")
        if any(path.startswith(each) for each in self.forbidden):
            return 403, {"message": "Insufficient permissions."}
        day = query.get("day", [""])[0]
        with self.lock:
            what = f"{report} {day}".strip() if day else "latest"
            self.asked.append(what if name == "octo" else f"{name}: {what}")
        self.wait(what)
        if what in self.failing:
            return 422, {"message": "Validation Failed"}
        if any(f"{report} {day}".startswith(each) for each in self.hidden):
            return 404, {"message": "Not Found"}
        if found := self.raw.get(f"{report} {day}".strip()):
            said, bodies = found
            return 200, {"download_links": [self.keep(f"{report}-{n}", body) for n, body in enumerate(bodies)], **said}
        if path.endswith("/latest"):
            return self.latest(report)
        if not day:
            return 404, {"message": "Not Found"}
        return self.one_day(report, date.fromisoformat(day))

    def latest(self, report: str) -> tuple[int, Any]:
        held = self.users if report.startswith("users") else self.entity
        days = [day for day in self.window if day in held and day not in self.left_out]
        if not self.has_latest or not days:
            return 204, None
        body = {"report_start_day": str(self.window[0]), "report_end_day": str(self.window[-1])}
        if held is self.entity:
            totals = [record for day in days for record in held[day]]
            file = self.keep(report, json.dumps({**body, **self.wrapper, "day_totals": totals}).encode())
        else:
            file = self.keep(report, lines([{**body, **record} for day in days for record in held[day]]))
        return 200, {"download_links": [file], **body}

    def one_day(self, report: str, day: date) -> tuple[int, Any]:
        kinds = {"users": self.users, "user": self.teams, "repos": self.repos}
        held = kinds.get(report.split("-")[0], self.entity)
        if day not in held:
            return 404, {"message": f"No report available for this enterprise on {day}"}
        return 200, {"download_links": [self.keep(f"{report}-{day}", lines(held[day]))], "report_day": str(day)}

    def keep(self, name: str, body: bytes) -> str:
        with self.lock:
            self.generation += 1
            self.files[name] = body
        return f"{self.url}/files/{name}?generation={self.generation}&{SIGNATURE}"

    def wait(self, name: str) -> None:
        if event := self.held.get(name):
            event.wait(60)
            self.let_go.append(name)

    def file(self, name: str) -> tuple[int, bytes]:
        """Return the status and body for a link."""
        with self.lock:
            self.downloaded.append(name)
        self.wait(name)
        return (404, b"<Error/>") if name in self.lost else (200, b"{" if name in self.broken else self.files[name])


def lines(records: Records) -> bytes:
    """Return records as a report's file has them."""
    return "".join(json.dumps(record) + "\n" for record in records).encode()


@pytest.fixture
def github() -> Iterator[GitHub]:
    """Serve a GitHub with 100 days of two users and their enterprise."""
    days = [ago(n) for n in range(2, 102)]
    made = GitHub(
        users={day: [user(1, day), user(2, day)] for day in days},
        entity={day: [{"day": str(day), "enterprise_id": "7", "daily_active_users": 2}] for day in days},
        teams={day: [{"day": str(day), "user_id": 1, "team_id": 9, "slug": "core"}] for day in days},
        repos={day: [{"day": str(day), "repo_id": 5, "repo_name": "app"}] for day in days},
    )

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path.startswith("/files/"):
                status, body = made.file(parts.path.removeprefix("/files/")) if self.is_bare() else (400, b"")
            else:
                status, found = made.answer(parts.path, parse_qs(parts.query))
                body = b"" if found is None else json.dumps(found).encode()
            self.send_response(status)
            for name, value in {} if parts.path.startswith("/files/") else made.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def is_bare(self) -> bool:
            """Tell whether a link is followed without the token."""
            return "Authorization" not in self.headers

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield made
    for event in made.held.values():
        event.set()
    server.shutdown()
    server.server_close()


Connect = Callable[..., Connection]


@pytest.fixture
def connect(github: GitHub, tmp_path: Path) -> Iterator[Connect]:
    """Connect to it with an archive that outlives the connection."""
    opened: list[Connection] = []

    def run(**options: Any) -> Connection:
        opened.append(
            stackduck.connect(**{"api_url": github.url, "token": TOKEN, "archive": tmp_path / "a", **options})
        )
        return opened[-1]

    yield run
    for connection in opened:
        with suppress(InterfaceError):
            connection.close()
