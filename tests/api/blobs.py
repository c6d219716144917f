"""A file storage as a handler: signed links that can expire, ranges, answers that break off where a test wants it."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stackduck.api.downloads import Downloader, Part

from .conftest import Reply, Seen

SIGNATURE = "sig=SECRETsignature"
LABEL = "the users report of octo"
BODY = random.Random(1).randbytes(300_000)
LARGE = random.Random(2).randbytes(9 * 1024 * 1024)
"""Large enough to be read from the socket itself."""


@dataclass
class Blobs:
    """Files by their paths, as a storage serves them."""

    files: dict[str, bytes]
    has_ranges: bool = True
    headers: dict[str, str] = field(default_factory=lambda: {"ETag": '"one"'})
    cuts: list[int] = field(default_factory=list)
    """After how many bytes the next answers break off, one after the other."""
    good: set[str] = field(default_factory=lambda: {"1"})
    """The generations of links that are still good."""

    def links(self, url: str, generation: str = "1") -> list[str]:
        """Return the links of all files."""
        return [link(url, path, generation) for path in self.files]

    def __call__(self, request: Seen) -> Reply:
        path, _, query = request.target.partition("?")
        generation = re.search(r"gen=(\w+)&" + SIGNATURE, query)
        if "authorization" in request.headers or generation is None:
            return Reply(400, b"InvalidAuthenticationInfo")
        if generation[1] not in self.good:
            return Reply(403, b"<Error>Signature not valid</Error>", {"x-ms-error-code": "AuthenticationFailed"})
        if path not in self.files:
            return Reply(404, b"<Error/>", {"x-ms-error-code": "BlobNotFound"})
        return self._served(self.files[path], request.headers.get("range", "") if self.has_ranges else "")

    def _served(self, body: bytes, wanted: str) -> Reply:
        first = int(wanted.removeprefix("bytes=").removesuffix("-") or 0)
        headers = dict(self.headers)
        if wanted:
            headers["Content-Range"] = f"bytes {first}-{len(body) - 1}/{len(body)}"
        rest = body[first:]
        reply = Reply(206 if wanted else 200, rest, headers)
        return cut(reply, self.cuts.pop(0)) if self.cuts else reply


def link(url: str, path: str = "/a", generation: str = "1") -> str:
    """Return the link of a file."""
    return f"{url}{path}?gen={generation}&{SIGNATURE}"


def cut(reply: Reply, after: int) -> Reply:
    """Break an answer off after so many bytes of its body."""
    headers = {"Content-Length": str(len(reply.body)), **reply.headers}
    return raw(reply.status, headers, reply.body[:after])


def raw(status: int, headers: dict[str, str], body: bytes) -> Reply:
    """Answer with exactly these headers and bytes, then close the connection."""
    head = f"HTTP/1.1 {status} X\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
    return Reply(raw=head.encode() + body)


def ranges(seen: Sequence[Seen]) -> list[str]:
    """Return what ranges were asked for, in the order of the requests."""
    return [request.headers.get("range", "") for request in seen]


def never() -> list[str]:
    """Fail a test that renews links without need."""
    raise AssertionError("renewed")


def fetched(downloader: Downloader, links: Sequence[str], folder: Path, **options: Any) -> list[Part]:
    return list(downloader.fetch(links, folder, **{"renew": never, "label": LABEL, **options}))


def fetch_one(downloader: Downloader, url: str, folder: Path, **options: Any) -> Part:
    [part] = fetched(downloader, [link(url)], folder, **options)
    return part


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []
