"""From the links to the first answer, and the same answer again, each by a process of its own; medians.

A server on this machine sends a users report of eight parts by sendfile. STACKDUCK_BENCH_MB is how large it is, 500 by
default. Beside it: curl of the same parts, as many at once, and DuckDB alone on the same files.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import perf_counter

SIZE = int(os.environ.get("STACKDUCK_BENCH_MB", "500")) * 1_000_000
RUNS, SHORT_RUNS, PARTS, DAYS, AT_ONCE = 3, 11, 8, 28, 8
COMMAND = str(Path(sys.executable).with_name("stackduck"))
KEEP_LIMIT, READ_LIMIT, READ_MORE, AGAIN_LIMIT = 1.6, 1.25, 0.3, 1.5
"""Times, and seconds more."""
FIRST, LAST = "2026-01-04", "2026-01-31"
QUERY = """SELECT day, count(DISTINCT user_id) AS people, sum(code_generation_activity_count) AS generations FROM {}
           GROUP BY day ORDER BY day"""
OURS = QUERY.format("github.copilot_usage.user_days WHERE enterprise = 'octo'")
ALONE = "import sys, duckdb; print(len(duckdb.execute(sys.argv[1]).fetchall()))"


class Handler(BaseHTTPRequestHandler):
    """Answers with the links of the files in a folder, and with the files."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    folder: Path

    def do_GET(self) -> None:
        if self.path.startswith("/files/"):
            with (self.folder / self.path.removeprefix("/files/").partition("?")[0]).open("rb") as file:
                self.head(os.fstat(file.fileno()).st_size)
                self.connection.sendfile(file)
            return
        host = self.headers["Host"]
        links = [f"http://{host}/files/{path.name}?sig=x" for path in sorted(self.folder.iterdir())]
        body = json.dumps({"download_links": links, "report_start_day": FIRST, "report_end_day": LAST}).encode()
        self.head(len(body))
        self.wfile.write(body)

    def head(self, size: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(size))
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


def serve(folder: str) -> int:
    """Serve until killed."""
    Handler.folder = Path(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
    return 0


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve in another process and yield the base URL."""
    process = subprocess.Popen([sys.executable, __file__, "--serve", str(folder)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


def timed(command: Sequence[str], **environ: str) -> float:
    """Run a command and return its seconds."""
    started = perf_counter()
    subprocess.run(
        command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, **environ}
    )
    return perf_counter() - started


class Measured:
    """What is measured, on one report that is served."""

    def __init__(self, folder: Path, parts: Sequence[Path], url: str) -> None:
        from made_up_reports import users_shape

        self.folder, self.parts, self.url = folder, parts, url
        files = f"read_json({list(map(str, parts))}, format = 'newline_delimited', columns = "
        self.all = f"{files}{dict(users_shape().columns)})"
        narrow = [("day",), ("user_id",), ("code_generation_activity_count",)]
        self.three = f"{files}{dict(users_shape().narrowed(narrow).columns)})"

    def ours(self, *options: str) -> float:
        command = [COMMAND, "exec", "-o", "csv", *options, OURS]
        return timed(command, GITHUB_API_URL=self.url, GH_TOKEN="x")

    def kept(self) -> float:
        shutil.rmtree(self.folder / "archive", ignore_errors=True)
        return self.ours("--archive", str(self.folder / "archive"))

    def again(self) -> float:
        return self.ours("--archive", str(self.folder / "archive"))

    def not_kept(self) -> float:
        return self.ours("--no-archive")

    def curl(self) -> float:
        links = [f"{self.url}/files/{path.name}?sig=x" for path in self.parts]
        target = str(self.folder / "curl-#1")
        options = ["--silent", "--parallel", "--parallel-max", str(AT_ONCE), "--create-dirs"]
        outputs = [text for n, link in enumerate(links) for text in (link, "-o", target.replace("#1", str(n)))]
        return timed(["curl", *options, *outputs])

    def alone(self, sql: str) -> float:
        return timed([sys.executable, "-c", ALONE, sql])

    def copied(self) -> float:
        return self.alone(f"COPY (FROM {self.all}) TO '{self.folder / 'copied.parquet'}' (FORMAT parquet)")

    def read(self) -> float:
        return self.alone(QUERY.format(self.three))

    def by_hand(self) -> float:
        files = f"'{self.folder}/archive/*/users/**/*.parquet'"
        return self.alone(QUERY.format(f"read_parquet({files}, hive_partitioning = true)"))


def in_turn(*works: str, of: Measured, runs: int = RUNS) -> list[float]:
    """Return the median seconds of each, run in turn."""
    spent = [[getattr(of, work)() for work in works] for _ in range(runs)]
    return [statistics.median(times) for times in zip(*spent, strict=True)]


def main() -> int:
    """Print the ratios; the exit code is 1 where one is over its limit."""
    from bytecode import compile_package
    from made_up_reports import days, write_parts

    compile_package()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        parts = write_parts(folder / "parts", size=SIZE, parts=PARTS, of=days(DAYS))
        with served(folder / "parts") as url:
            of = Measured(folder, parts, url)
            kept, curl, copied = in_turn("kept", "curl", "copied", of=of)
            narrow, read = in_turn("not_kept", "read", of=of)
            again, by_hand = in_turn("again", "by_hand", of=of, runs=SHORT_RUNS)
    slower, limit = max(curl, copied), READ_LIMIT * max(curl, read) + READ_MORE
    print(f"{SIZE / 1e6:.0f} MB in {PARTS} parts, from links to answer, archive written: {kept:.2f} s")
    print(f"  {kept / slower:.2f} x the slower of curl ({curl:.2f} s) and COPY ({copied:.2f} s), limit {KEEP_LIMIT}")
    print(f"three columns, no archive: {narrow:.2f} s, limit {limit:.2f} s; curl {curl:.2f} s, read_json {read:.2f} s")
    print(f"again from the archive: {again:.2f} s")
    print(f"  {again / by_hand:.2f} x DuckDB alone over the same files ({by_hand:.2f} s), limit {AGAIN_LIMIT}")
    return int(kept > KEEP_LIMIT * slower or narrow > limit or again > AGAIN_LIMIT * by_hand)


if __name__ == "__main__":
    sys.exit(serve(sys.argv[2]) if sys.argv[1:2] == ["--serve"] else main())
