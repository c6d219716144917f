"""A GitHub that answers at once, in a process of its own: what the benches measure is then the client's side alone."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LATENCY = float(sys.argv[1]) if len(sys.argv) > 1 else 0.0
KINDS = ("avatar", "html", "repos", "orgs")
SEATS, PAGE = 10_000, 100


def seat(number: int) -> dict[str, object]:
    """Return a seat with the fields that GitHub gives."""
    person = {
        "login": f"user-{number}",
        "id": 5_000_000_000 + number,
        "node_id": f"MDQ6VXNlcj{number}",
        "type": "User",
        "site_admin": False,
        **{f"{kind}_url": f"https://example.test/users/user-{number}/{kind}" for kind in KINDS},
    }
    return {
        "assignee": person,
        "organization": {"login": "octo", "id": 1, "node_id": "O_1", "url": "https://example.test/orgs/octo"},
        "assigning_team": None,
        "pending_cancellation_date": None,
        "last_activity_at": "2026-01-31T10:00:00Z",
        "last_activity_editor": "vscode/1.107.1/copilot/1.388.0",
        "last_authenticated_at": "2026-01-30T10:00:00Z",
        "created_at": "2025-02-03T18:00:00-06:00",
        "updated_at": "2026-01-30T10:00:00Z",
        "plan_type": "business",
    }


PAGES = [
    json.dumps({"total_seats": SEATS, "seats": [seat(n) for n in range(at, at + PAGE)]}).encode()
    for at in range(0, SEATS, PAGE)
]
LINKS = json.dumps(
    {
        "download_links": [f"https://example.test/part-{n}.json?sig=x" for n in range(2)],
        "report_start_day": "2026-01-04",
        "report_end_day": "2026-01-31",
    }
).encode()


class Handler(BaseHTTPRequestHandler):
    """Answers report links to any path, and seats by page."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        """Answer."""
        if LATENCY:
            time.sleep(LATENCY)
        path, _, query = self.path.partition("?")
        body, headers = LINKS, []
        if path.endswith("/seats"):
            page = int(dict(p.split("=") for p in query.split("&")).get("page", "1"))
            body = PAGES[page - 1]
            base = f"<http://127.0.0.1:{self.server.server_address[1]}{path}?per_page={PAGE}&page="
            if page < len(PAGES):
                headers = [("Link", f'{base}{page + 1}>; rel="next", {base}{len(PAGES)}>; rel="last"')]
        self.send_response(200)
        for name, value in [("Content-Type", "application/json"), ("Content-Length", str(len(body))), *headers]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served(latency: float = 0.0) -> Iterator[str]:
    """Serve in another process and yield the base URL."""
    process = subprocess.Popen([sys.executable, __file__, str(latency)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


class Server(ThreadingHTTPServer):
    """Takes many connections at once."""

    request_queue_size = 128
    daemon_threads = True


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    threading.Thread(target=server.serve_forever).start()
