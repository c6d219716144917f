"""A GitHub that has a year of reports, all of canned bytes, in a process of its own: links at once, files at once.

Every report exists for every day that is asked for, and the 28-day ones end two days before the day that it is told.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

PLACEHOLDER = date(2026, 1, 4)
"""The day of which the canned rows are, until they are asked for."""
WINDOW_DAYS = 28
PARTS = {"users": 2, "user-teams": 1, "repos": 1, "enterprise": 1}
"""How many files a report of one day has; the 28-day report of users has as many for each of its days."""
_COUNTS = ("code_generation_activity_count", "code_acceptance_activity_count", "loc_added_sum", "loc_deleted_sum")


@contextmanager
def served(*, users: int, today: date, latency: float = 0.0) -> Iterator[str]:
    """Serve in another process and yield the base URL; every answer comes so many seconds after its request."""
    arguments = [sys.executable, __file__, str(users), str(today), str(latency)]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


class Reports:
    """The bytes of all reports: rows whose day is still to be filled in."""

    def __init__(self, users: int, today: date) -> None:
        from made_up_reports import write_day

        self._last = today - timedelta(days=2)
        with tempfile.TemporaryDirectory() as name:
            rows = write_day(Path(name, "rows"), PLACEHOLDER, users=users).read_bytes().splitlines(keepends=True)
        some = len(rows) // PARTS["users"]
        self._files = {
            ("users", 0): _cut(b"".join(rows[:some])),
            ("users", 1): _cut(b"".join(rows[some:])),
            ("user-teams", 0): _cut(_lines(_member(n) for n in range(users))),
            ("repos", 0): _cut(_lines(_repository(n) for n in range(users // 20))),
            ("enterprise", 0): _cut(json.dumps(_entity(users)).encode()),
        }

    def links(self, base: str, report: str, day: str) -> bytes:
        """Return the answer to a request for links; no day is the latest days."""
        numbers, found = range(PARTS[report]), {"report_day": day}
        days = [day]
        if not day:
            window = [str(self._last - timedelta(days=n)) for n in reversed(range(WINDOW_DAYS))]
            found = {"report_start_day": window[0], "report_end_day": window[-1]}
            days = window if report == "users" else ["latest"]
        urls = [f"{base}/files/{report}/{day}/{number}?sig=canned" for day in days for number in numbers]
        return json.dumps({"download_links": urls, **found}).encode()

    def file(self, report: str, day: str, number: int) -> bytes:
        """Return a file."""
        pieces = self._files[report, number]
        if day != "latest":
            return day.encode().join(pieces)
        days = [str(self._last - timedelta(days=n)).encode().join(pieces) for n in range(WINDOW_DAYS)]
        return b'{"day_totals":[%s]}' % b",".join(days)


def _cut(rows: bytes) -> list[bytes]:
    """Cut rows where their day stands."""
    return rows.split(str(PLACEHOLDER).encode())


def _lines(rows: Iterator[dict[str, object]]) -> bytes:
    return b"".join(json.dumps(row, separators=(",", ":")).encode() + b"\n" for row in rows)


def _member(number: int) -> dict[str, object]:
    ids = {"user_id": 5_000_001 + number, "user_login": f"user-{number}", "enterprise_id": "200001"}
    return {"day": str(PLACEHOLDER), **ids, "team_id": 900 + number % 50, "slug": f"ent:team-{number % 50}"}


def _repository(number: int) -> dict[str, object]:
    names = {"repo_id": 7_000 + number, "repo_owner_name": "octo", "repo_name": f"repository-{number}"}
    counts = {f"total_{name}": number for name in ("created", "reviewed", "merged", "suggestions")}
    return {
        "day": str(PLACEHOLDER),
        "enterprise_id": "200001",
        "organization_id": "100000001",
        **names,
        "repo_visibility": "PRIVATE",
        "pull_requests": {**counts, "median_minutes_to_merge": 61.5},
        "pull_request_review_times": [{"authored_by": "human", "reviewed_by": "human", "total_merged": 3}],
    }


def _entity(users: int) -> dict[str, object]:
    counts = dict.fromkeys(_COUNTS, 12_345)
    languages = ("python", "typescript", "go", "java", "yaml", "rust", "bash", "csharp")
    features = ("code_completion", "chat_panel_agent_mode", "chat_panel_ask_mode", "agent_edit", "copilot_cli")
    pairs = [{"language": one, "feature": other, **counts} for one in languages for other in features]
    return {
        "day": str(PLACEHOLDER),
        "enterprise_id": "200001",
        "daily_active_users": users,
        **counts,
        "totals_by_feature": [{"feature": name, **counts} for name in features],
        "totals_by_language_feature": pairs,
        "pull_requests": {"total_created": 80, "total_merged": 60, "median_minutes_to_merge": 61.5},
    }


class Server:
    """Answers GET requests, a thread a connection, with as little work as can be: it shares the machine."""

    def __init__(self, reports: Reports, latency: float) -> None:
        self._reports, self._latency = reports, latency
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def run(self) -> None:
        """Take connections for ever."""
        while True:
            connection, _ = self._listening.accept()
            threading.Thread(target=self._answer_all, args=(connection,), daemon=True).start()

    def _answer_all(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        waiting = b""
        with connection:
            while True:
                while b"\r\n\r\n" not in waiting:
                    if not (more := connection.recv(65536)):
                        return
                    waiting += more
                head, _, waiting = waiting.partition(b"\r\n\r\n")
                time.sleep(self._latency)
                body = self._body(head.split(b" ", 2)[1].decode())
                said = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                try:
                    connection.sendall(said.encode() + body if len(body) < 65536 else said.encode())
                    if len(body) >= 65536:
                        connection.sendall(body)
                except OSError:
                    return

    def _body(self, target: str) -> bytes:
        path, _, query = target.partition("?")
        steps = path.strip("/").split("/")
        if steps[0] == "files":
            return self._reports.file(steps[1], steps[2], int(steps[3]))
        report = (steps[-2] if steps[-1] == "latest" else steps[-1]).removesuffix("-28-day").removesuffix("-1-day")
        return self._reports.links(self.url, report, query.removeprefix("day="))


if __name__ == "__main__":
    server = Server(Reports(int(sys.argv[1]), date.fromisoformat(sys.argv[2])), float(sys.argv[3]))
    print(server.url, flush=True)
    server.run()
