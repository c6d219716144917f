"""A GitHub on a real socket whose reports and seats are lists of rows that a test gives it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from ..usage_oracle import Row, Usage

_KINDS = {"users": "users", "user-teams": "user_teams", "repos": "repos"}


@contextmanager
def serving(usage: Usage, seats: Sequence[Row] = ()) -> Iterator[str]:
    """Serve 1-day reports and seats of an organization or enterprise of any name; gives the address of the API.

    A day without rows has no report, and there is no 28-day report.
    """
    url = ""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            status, body = _answer(usage, seats, parts.path, parse_qs(parts.query), url)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield url
    finally:
        server.shutdown()
        server.server_close()


def _answer(usage: Usage, seats: Sequence[Row], path: str, query: dict[str, list[str]], url: str) -> tuple[int, bytes]:
    """Return the status and body for a path."""
    if path.endswith("/copilot/billing/seats"):
        return 200, _json({"total_seats": len(seats), "seats": list(seats)})
    if path.endswith("/latest"):
        return 204, b""
    *_, report = path.split("/")
    day = query["day"][0]
    kind = _KINDS.get(report.removesuffix("-1-day"), "entity")
    found = [{**row, "day": day} for row in getattr(usage, kind) if row["day"] == date.fromisoformat(day)]
    if path.startswith("/files/"):
        return 200, b"\n".join(map(_json, found))
    if not found:
        return 404, _json({"message": f"No report available on {day}"})
    return 200, _json({"download_links": [f"{url}/files/{report}?day={day}"], "report_day": day})


def _json(value: object) -> bytes:
    return json.dumps(value, default=str).encode()
